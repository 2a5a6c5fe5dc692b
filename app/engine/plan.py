"""What a run executes: the tests and what each requires."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, TypeVar

from app.engine.auth import AuthSpec
from app.engine.captures import CaptureSpec
from app.engine.document import Document
from app.engine.errors import DependencyCycleError, InvalidPlanError
from app.engine.expectations import Expectations
from app.engine.graph import build_requirements, find_cycle, keep_acyclic
from app.engine.iterations import Iterate
from app.engine.json_values import JsonValue
from app.engine.retries.policies import PollPolicy, RetryPolicy
from app.engine.templates import ValuePath
from app.engine.templates.references import Producers, References
from app.engine.transfer import Transfer
from app.engine.transport import DEFAULT_TRANSFER

DependencyType: TypeAlias = Literal["order", "data", "token"]

Phase: TypeAlias = Literal["setup", "test", "teardown"]
Condition: TypeAlias = Literal["passed", "completed"]

DEFAULT_TIMEOUT_MS = 30_000
NO_RETRIES = RetryPolicy()

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTest:
    """
    One test of the plan; texts in the request and the expectations may hold templates.

    Tests that share one of the `locks` never overlap. `retry_count` more attempts follow whatever
    did not pass, beside those of `retry`.
    """

    test_case_id: str
    key: str
    name: str
    method: str
    path: str
    headers: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    query_params: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    path_params: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    body: JsonValue = None
    body_type: str | None = None
    auth: AuthSpec = field(default_factory=AuthSpec)
    cookies: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    transfer: Transfer = DEFAULT_TRANSFER
    expectations: Expectations = field(default_factory=Expectations)
    captures: Mapping[str, CaptureSpec] = field(default_factory=dict[str, CaptureSpec])
    timeout_ms: int = DEFAULT_TIMEOUT_MS
    retry_count: int = 0
    retry: RetryPolicy = NO_RETRIES
    poll: PollPolicy | None = None
    iterate: Iterate | None = None
    phase: Phase = "test"
    locks: tuple[str, ...] = ()
    revision: int = 1
    suite_id: str | None = None
    suite_name: str | None = None
    order_index: int = 0

    @classmethod
    def from_document(cls, document: Document) -> "PlannedTest":
        """Read one entry of the plan's `tests`; raise InvalidPlanError naming the field."""
        key = document.get_text("key")
        captures = document.get_object("capture_vars")
        location = document.locate("capture_vars")
        return cls(
            test_case_id=document.get_text("test_case_id"),
            key=key,
            name=document.find_text("name") or key,
            method=document.get_text("method").upper(),
            path=document.get_text("path"),
            headers=document.get_object("headers"),
            query_params=document.get_object("query_params"),
            path_params=document.get_object("path_params"),
            body=document.fields.get("body"),
            body_type=document.find_text("body_type"),
            auth=AuthSpec.from_document(document),
            cookies=document.get_object("cookies"),
            transfer=_read_part(document, "transfer", Transfer.from_document) or DEFAULT_TRANSFER,
            expectations=Expectations.from_document(document),
            captures={
                name: CaptureSpec.from_document(name, value, f"{location}.{name}")
                for name, value in captures.items()
            },
            timeout_ms=document.get_integer("timeout_ms", DEFAULT_TIMEOUT_MS, minimum=1),
            retry_count=document.get_integer("retry_count", 0),
            retry=_read_part(document, "retry", RetryPolicy.from_document) or NO_RETRIES,
            poll=_read_part(document, "poll", PollPolicy.from_document),
            iterate=_read_part(document, "iterate", Iterate.from_document),
            phase=_read_phase(document),
            locks=document.get_texts("locks"),
            revision=document.get_integer("revision", 1),
            suite_id=document.find_text("suite_id"),
            suite_name=document.find_text("suite_name"),
            order_index=document.get_integer("order_index", 0, minimum=-(2**31)),
        )

    @property
    def references(self) -> References:
        """The paths that the test's templates use."""
        return References.collect(
            credentials=(self.auth.template, _find_header(self.headers, "authorization")),
            others=(
                self.path,
                dict(self.headers),
                dict(self.query_params),
                dict(self.path_params),
                dict(self.cookies),
                self.body,
                self.expectations.body,
                dict(self.expectations.headers),
                [assertion.expected for assertion in self.expectations.assertions],
            ),
        )


def _find_header(headers: Mapping[str, JsonValue], name: str) -> JsonValue:
    return next((value for key, value in headers.items() if key.lower() == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """
    `dependent_key` runs after `required_key` passed; derived ones come from templates.

    With the condition `completed` it runs whatever became of the other.
    """

    dependent_key: str
    required_key: str
    type: DependencyType = "order"
    is_derived: bool = False
    condition: Condition = "passed"

    @property
    def edge(self) -> tuple[str, str]:
        return self.dependent_key, self.required_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A set of tests with unique keys whose dependencies form no cycle."""

    run_id: str
    base_url: str
    tests: tuple[PlannedTest, ...]
    dependencies: tuple[Dependency, ...] = ()
    fixtures: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    network_policy: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])

    def __post_init__(self) -> None:
        keys: set[str] = set()
        for index, test in enumerate(self.tests):
            if test.key in keys:
                raise InvalidPlanError(f"tests[{index}].key", f"'{test.key}' is used twice")
            keys.add(test.key)
        for index, dependency in enumerate(self.dependencies):
            for key in dependency.edge:
                if key not in keys:
                    raise InvalidPlanError(f"dependencies[{index}]", f"no test has key '{key}'")
        cycle = find_cycle(self.requirements)
        if cycle is not None:
            raise DependencyCycleError(cycle)

    @property
    def credential_paths(self) -> frozenset[ValuePath]:
        """Values of the context that some request sends as a credential."""
        return frozenset(path for test in self.tests for path in test.references.credentials)

    @property
    def requirements(self) -> dict[str, list[str]]:
        """Every key with the keys it requires; declared ones first, each once."""
        edges = dict.fromkeys(dependency.edge for dependency in self.dependencies)
        return build_requirements((test.key for test in self.tests), edges)

    @classmethod
    def from_document(cls, document: Mapping[str, JsonValue]) -> "Plan":
        """
        Build from the answer of `get_run_plan`, dependencies found in templates included.

        Raises InvalidPlanError naming the field, DependencyCycleError naming the cycle.
        """
        reader = Document(document)
        tests = tuple(PlannedTest.from_document(entry) for entry in reader.iter_documents("tests"))
        declared = _read_dependencies(reader, tests)
        return cls(
            run_id=reader.get_document("run").get_text("id"),
            base_url=reader.get_document("environment").find_text("base_url") or "",
            tests=tests,
            dependencies=(*declared, *_derive_dependencies(tests, declared)),
            fixtures=reader.get_object("fixtures"),
            network_policy=reader.get_object("network_policy"),
        )


def _read_part(document: Document, name: str, read: Callable[[Document], _Part]) -> _Part | None:
    part = document.find_document(name)
    return None if part is None else read(part)


def _read_phase(document: Document) -> Phase:
    phase = document.find_text("phase") or "test"
    if phase not in ("setup", "test", "teardown"):
        raise InvalidPlanError(
            document.locate("phase"), f"must be setup, test or teardown, not '{phase}'"
        )
    return phase


def _read_dependencies(reader: Document, tests: Sequence[PlannedTest]) -> tuple[Dependency, ...]:
    keys = {test.test_case_id: test.key for test in tests}
    return tuple(_read_dependency(entry, keys) for entry in reader.iter_documents("dependencies"))


def _read_dependency(document: Document, keys: Mapping[str, str]) -> Dependency:
    type_ = document.find_text("dependency_type") or "order"
    if type_ not in ("order", "data", "token"):
        raise InvalidPlanError(
            document.locate("dependency_type"), f"must be order, data or token, not '{type_}'"
        )
    return Dependency(
        dependent_key=_find_key(document, "dependent_test_id", keys),
        required_key=_find_key(document, "required_test_id", keys),
        type=type_,
        condition=_read_condition(document, type_),
    )


def _read_condition(document: Document, type_: DependencyType) -> Condition:
    condition = document.find_text("condition") or "passed"
    location = document.locate("condition")
    if condition not in ("passed", "completed"):
        raise InvalidPlanError(location, f"must be passed or completed, not '{condition}'")
    if condition == "completed" and type_ != "order":
        raise InvalidPlanError(location, f"a {type_} dependency needs a test that passed")
    return condition


def _derive_dependencies(
    tests: Sequence[PlannedTest], declared: Sequence[Dependency]
) -> tuple[Dependency, ...]:
    """Data and token dependencies that templates imply and nobody declared."""
    producers = Producers.from_captures(
        (test.key for test in tests),
        ((test.key, spec.target, spec.name) for test in tests for spec in test.captures.values()),
    )
    derived: dict[tuple[str, str], DependencyType] = {}
    for test in tests:
        for required, is_token in producers.iter_required(test.key, test.references):
            edge = (test.key, required)
            derived[edge] = "token" if is_token else derived.get(edge, "data")
    known = [dependency.edge for dependency in declared]
    declared_edges = set(known)
    new = [edge for edge in derived if edge not in declared_edges]
    kept = keep_acyclic([test.key for test in tests], known, new)
    return tuple(
        Dependency(dependent_key=edge[0], required_key=edge[1], type=derived[edge], is_derived=True)
        for edge in new
        if edge in kept
    )


def _find_key(document: Document, name: str, keys: Mapping[str, str]) -> str:
    test_case_id = document.get_text(name)
    if test_case_id not in keys:
        raise InvalidPlanError(document.locate(name), f"no test of the plan has id {test_case_id}")
    return keys[test_case_id]
