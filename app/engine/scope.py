"""What templates see, and how captures extend it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.engine.document import Document
from app.engine.errors import TemplateError
from app.engine.json_values import JsonObject, JsonValue
from app.engine.results import ContextDelta
from app.engine.templates import ValuePath, follow, missing_name
from app.engine.templates.roots import (
    ENVIRONMENT,
    ROOTS,
    SHARED_AUTH_TOKENS,
    SHARED_VARIABLES,
)


@dataclass(slots=True, kw_only=True)
class Scope:
    """The execution context of one run. `secrets` are environment variables to be redacted."""

    environment: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    secrets: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    shared_auth_tokens: JsonObject = field(default_factory=JsonObject, repr=False)
    shared_variables: JsonObject = field(default_factory=JsonObject, repr=False)
    captured_data: JsonObject = field(default_factory=JsonObject, repr=False)

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
        )

    def resolve(self, path: ValuePath) -> JsonValue:
        """The value a path names; TemplateError says what is missing and what does exist."""
        if path.root not in ROOTS:
            raise TemplateError(
                f"{{{{{path.text}}}}}: there is no '{path.root}'; there is {', '.join(ROOTS)}"
            )
        if not path.steps:
            raise TemplateError(
                f"{{{{{path.text}}}}}: '{path.root}' needs a name, as in {path.root}.x"
            )
        if path.root == ENVIRONMENT:
            return self._resolve_variable(path)
        return follow(self._get_root(path.root), path, path.root)

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
        )

    def iter_secret_values(self) -> Iterator[JsonValue]:
        """Everything that must not leave the engine in evidence."""
        yield from self.secrets.values()
        yield from self.shared_auth_tokens.values()

    def _get_root(self, root: str) -> JsonObject:
        if root == SHARED_AUTH_TOKENS:
            return self.shared_auth_tokens
        return self.shared_variables if root == SHARED_VARIABLES else self.captured_data

    def _resolve_variable(self, path: ValuePath) -> JsonValue:
        name = path.steps[0]
        for variables in (self.secrets, self.environment):
            if isinstance(name, str) and name in variables:
                rest = ValuePath(path.root, path.steps[1:], path.text)
                return follow(variables[name], rest, f"{ENVIRONMENT}.{name}")
        raise missing_name(path, ENVIRONMENT, str(name), [*self.environment, *self.secrets])
