"""What a run executes: the tests and what each requires."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.dependencies import Dependency, derive_dependencies, read_dependencies
from app.engine.document import Document
from app.engine.errors import DependencyCycleError, InvalidPlanError
from app.engine.graph import find_cycle
from app.engine.json_values import JsonValue
from app.engine.network.policy import EMPTY_POLICY, NetworkPolicy
from app.engine.planned_test import PlannedTest
from app.engine.requirements import (
    Requirements,
    combine_requirements,
    get_required_keys,
)
from app.engine.templates import ValuePath


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A set of tests with unique keys whose dependencies form no cycle."""

    run_id: str
    base_url: str
    tests: tuple[PlannedTest, ...]
    dependencies: tuple[Dependency, ...] = ()
    fixtures: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    network_policy: NetworkPolicy = EMPTY_POLICY
    requirements: Requirements = field(init=False, repr=False, compare=False)

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
        declared = ((entry.dependent_key, entry.requirement) for entry in self.dependencies)
        requirements = combine_requirements(self.tests, declared)
        object.__setattr__(self, "requirements", requirements)
        cycle = find_cycle(get_required_keys(requirements))
        if cycle is not None:
            raise DependencyCycleError(cycle)

    @property
    def credential_paths(self) -> frozenset[ValuePath]:
        """Values of the context that some request sends as a credential, or a capture calls secret."""
        sent = (use.path for test in self.tests for use in test.references.credentials)
        captured = (
            capture.get_path(test.key)
            for test in self.tests
            for capture in test.captures.values()
            if capture.secret
        )
        return frozenset((*sent, *captured))

    @classmethod
    def from_document(cls, document: Mapping[str, JsonValue]) -> "Plan":
        """
        Build from the answer of `get_run_plan`, dependencies found in templates included.

        Raises InvalidPlanError naming the field, DependencyCycleError naming the cycle.
        """
        reader = Document(document)
        tests = tuple(PlannedTest.from_document(entry) for entry in reader.iter_documents("tests"))
        declared = read_dependencies(reader, tests)
        return cls(
            run_id=reader.get_document("run").get_text("id"),
            base_url=reader.get_document("environment").find_text("base_url") or "",
            tests=tests,
            dependencies=(*declared, *derive_dependencies(tests, declared)),
            fixtures=reader.get_object("fixtures"),
            network_policy=NetworkPolicy.from_document(reader.get_object("network_policy")),
        )
