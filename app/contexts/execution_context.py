"""What the tests of one run share, as held in memory while the run executes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.core.identifiers import RunId
from app.engine import ContextDelta, Dependency, JsonObject, Scope


@dataclass(slots=True, kw_only=True)
class ContextChanges:
    """Additions to an execution context, as `record_run_batch` takes them. Holds secrets."""

    shared_auth_tokens: JsonObject = field(default_factory=JsonObject, repr=False)
    shared_variables: JsonObject = field(default_factory=JsonObject, repr=False)
    captured_data: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject], repr=False)
    test_order: list[str] = field(default_factory=list[str])

    def merge(self, delta: ContextDelta) -> None:
        """Add a delta; of two values with one name the later wins."""
        self.shared_auth_tokens.update(delta.shared_auth_tokens)
        self.shared_variables.update(delta.shared_variables)
        for key, values in delta.captured_data.items():
            self.captured_data.setdefault(key, {}).update(values)

    def to_document(self) -> dict[str, object]:
        """Return the JSON object that the database merges into the stored context."""
        return {
            "shared_auth_tokens": self.shared_auth_tokens,
            "shared_variables": self.shared_variables,
            "captured_data": self.captured_data,
            "test_order": self.test_order,
        }


@dataclass(slots=True, kw_only=True)
class ExecutionContext:
    """
    The shared state of one run: tokens, variables, captured data, test order.

    `scope` is what templates see. `unsaved` is what the database does not hold yet.
    """

    run_id: RunId
    scope: Scope
    test_order: list[str] = field(default_factory=list[str])
    dependencies: Sequence[Dependency] = ()
    unsaved: ContextChanges = field(default_factory=ContextChanges)

    def apply(self, changes: ContextDelta, test_key: str | None = None) -> None:
        """Add what a test captured; with a `test_key`, note that this test has ended."""
        self.scope.apply(changes)
        self.unsaved.merge(changes)
        if test_key is not None and test_key not in self.test_order:
            self.test_order.append(test_key)
            self.unsaved.test_order.append(test_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class DependencyContext:
    """What one test requires: which required tests have ended, and the data they captured."""

    test_key: str
    required_keys: tuple[str, ...]
    missing_keys: tuple[str, ...]
    captured_data: Mapping[str, JsonObject] = field(default_factory=dict[str, JsonObject])

    @property
    def is_ready(self) -> bool:
        """Say whether every required test has ended and left its data."""
        return not self.missing_keys
