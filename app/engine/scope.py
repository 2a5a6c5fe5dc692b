"""What templates see, and how captures extend it."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.core.clock import Clock, SystemClock
from app.engine.document import Document
from app.engine.errors import TemplateError
from app.engine.iterations import Iteration
from app.engine.json_values import JsonObject, JsonValue
from app.engine.results import ContextDelta
from app.engine.templates import Evaluation, ValuePath, follow, missing_name
from app.engine.templates.evaluation import DerivationListener
from app.engine.templates.roots import (
    ENVIRONMENT,
    FIXTURE,
    ITERATION,
    ROOTS,
    SHARED_AUTH_TOKENS,
    SHARED_VARIABLES,
)


def _create_seed() -> int:
    return secrets.randbits(32)


@dataclass(slots=True, kw_only=True)
class Scope:
    """
    The execution context of one run. `secrets` are environment variables to be redacted.

    The `seed` fixes the dynamic values of every test. The `derivation_listener` is told what
    filters made of which values.
    """

    environment: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    shared_auth_tokens: JsonObject = field(default_factory=JsonObject, repr=False)
    shared_variables: JsonObject = field(default_factory=JsonObject, repr=False)
    captured_data: JsonObject = field(default_factory=JsonObject, repr=False)
    fixtures: JsonObject = field(default_factory=JsonObject, repr=False)
    seed: int = field(default_factory=_create_seed)
    clock: Clock = field(default_factory=SystemClock, repr=False)
    derivation_listener: DerivationListener | None = field(default=None, repr=False)
    evaluation: Evaluation = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.evaluation = Evaluation(str(self.seed), self.clock, self.derivation_listener)

    @classmethod
    def from_document(
        cls, document: Mapping[str, JsonValue], secrets: Mapping[str, str] | None = None
    ) -> "Scope":
        """Build from the run plan document; `secrets` are its secret variables in plain text."""
        plan = Document(document)
        environment = plan.get_document("environment")
        context = Document(plan.get_object("context"), "context")
        return cls(
            environment=environment.get_object("variables"),
            secrets=secrets or {},
            shared_auth_tokens=dict(context.get_object("shared_auth_tokens")),
            shared_variables=dict(context.get_object("shared_variables")),
            captured_data=dict(context.get_object("captured_data")),
            fixtures=plan.get_object("fixtures"),
        )

    def for_iteration(
        self, iteration: Iteration | None, test_key: str = "", attempt: int = 1
    ) -> "AttemptScope":
        """What one attempt of a test sees: this scope as it is at any moment, and the iteration."""
        return AttemptScope(self, iteration, test_key, attempt)

    def resolve(self, path: ValuePath) -> JsonValue:
        """The value a path names; TemplateError says what is missing and what does exist."""
        if not path.steps:
            raise _explain_root(path)
        if path.root == ENVIRONMENT:
            return self._resolve_variable(path)
        return follow(self._get_root(path), path, path.root)

    def find(self, path: ValuePath) -> JsonValue:
        """The value a path names, or null when there is none."""
        try:
            return self.resolve(path)
        except TemplateError:
            return None

    def apply(self, delta: ContextDelta) -> None:
        """Add captures; captured_data is merged per test key."""
        self.shared_auth_tokens.update(delta.shared_auth_tokens)
        self.shared_variables.update(delta.shared_variables)
        for key, values in delta.captured_data.items():
            existing = self.captured_data.get(key)
            self.captured_data[key] = {**(existing if isinstance(existing, dict) else {}), **values}

    def copy(self) -> "Scope":
        """An independent scope with the same values."""
        return Scope(
            environment=self.environment,
            secrets=self.secrets,
            shared_auth_tokens=dict(self.shared_auth_tokens),
            shared_variables=dict(self.shared_variables),
            captured_data=dict(self.captured_data),
            fixtures=self.fixtures,
            seed=self.seed,
            clock=self.clock,
            derivation_listener=self.derivation_listener,
        )

    def iter_secret_values(self) -> Iterator[JsonValue]:
        """Everything that must not leave the engine in evidence."""
        yield from self.secrets.values()
        yield from self.shared_auth_tokens.values()

    def _get_root(self, path: ValuePath) -> JsonValue:
        if path.root == SHARED_AUTH_TOKENS:
            return self.shared_auth_tokens
        if path.root == SHARED_VARIABLES:
            return self.shared_variables
        if path.root == FIXTURE:
            return self.fixtures
        if path.root == ITERATION:
            raise TemplateError(f"{{{{{path.text}}}}}: this test is not iterated; it has no values")
        if path.root not in ROOTS:
            raise _explain_root(path)
        return self.captured_data

    def _resolve_variable(self, path: ValuePath) -> JsonValue:
        name = path.steps[0]
        for variables in (self.secrets, self.environment):
            if isinstance(name, str) and name in variables:
                return follow(variables[name], path, f"{ENVIRONMENT}.{name}", 1)
        raise missing_name(path, ENVIRONMENT, str(name), [*self.environment, *self.secrets])


class AttemptScope:
    """A scope with the values of one iteration, and dynamic values of its own."""

    __slots__ = ("_iteration", "_scope", "evaluation")

    def __init__(
        self, scope: Scope, iteration: Iteration | None, test_key: str, attempt: int
    ) -> None:
        self._scope = scope
        self._iteration = iteration
        index = "" if iteration is None else iteration.index
        self.evaluation = Evaluation(
            f"{scope.seed}/{test_key}/{index}/{attempt}", scope.clock, scope.derivation_listener
        )

    def resolve(self, path: ValuePath) -> JsonValue:
        """The value a path names; TemplateError says what is missing and what does exist."""
        if path.root == ITERATION and self._iteration is not None:
            return follow(self._iteration.to_document(), path, ITERATION)
        return self._scope.resolve(path)


def _explain_root(path: ValuePath) -> TemplateError:
    if path.root in ROOTS:
        return TemplateError(
            f"{{{{{path.text}}}}}: '{path.root}' needs a name, as in {path.root}.x"
        )
    return TemplateError(
        f"{{{{{path.text}}}}}: there is no '{path.root}'; there is {', '.join(ROOTS)}"
    )
