"""What the tests of one run share, as held in memory while the run executes."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.core.identifiers import RunId
from app.engine import ContextDelta, Dependency, JsonObject, JsonValue, Scope


@dataclass(slots=True, kw_only=True)
class ContextChanges:
    """
    Additions to an execution context, as `record_run_batch` takes them. Holds secrets.

    `captured_items` are captures of iterations: test, name, index of the iteration, value.
    """

    shared_auth_tokens: JsonObject = field(default_factory=JsonObject, repr=False)
    shared_variables: JsonObject = field(default_factory=JsonObject, repr=False)
    captured_data: dict[str, JsonObject] = field(default_factory=dict[str, JsonObject], repr=False)
    captured_items: dict[str, dict[str, JsonObject]] = field(
        default_factory=dict[str, dict[str, JsonObject]], repr=False
    )
    test_order: list[str] = field(default_factory=list[str])

    @property
    def values(self) -> int:
        """How many values there are."""
        names = (self.shared_auth_tokens, self.shared_variables, *self.captured_data.values())
        items = (items for names in self.captured_items.values() for items in names.values())
        return sum(map(len, names)) + sum(map(len, items))

    @classmethod
    def from_delta(
        cls, delta: ContextDelta, test_key: str | None = None, iteration: int | None = None
    ) -> "ContextChanges":
        """Build from what a test, or one iteration of it, captured; a `test_key` is of one that ended."""
        changes = cls(
            shared_auth_tokens=dict(delta.shared_auth_tokens),
            shared_variables=dict(delta.shared_variables),
            test_order=[] if test_key is None else [test_key],
        )
        for key, values in delta.captured_data.items():
            if iteration is None:
                changes.captured_data[key] = dict(values)
            else:
                items: dict[str, JsonObject] = {
                    name: {str(iteration): value} for name, value in values.items()
                }
                changes.captured_items[key] = items
        return changes

    def merge(self, later: "ContextChanges") -> None:
        """Add later changes; of two values with one name the later wins."""
        self.shared_auth_tokens.update(later.shared_auth_tokens)
        self.shared_variables.update(later.shared_variables)
        for key, values in later.captured_data.items():
            self.captured_data.setdefault(key, {}).update(values)
        for key, names in later.captured_items.items():
            kept = self.captured_items.setdefault(key, {})
            for name, items in names.items():
                kept.setdefault(name, {}).update(items)
        self.test_order += [key for key in later.test_order if key not in self.test_order]

    def to_document(self) -> dict[str, JsonValue]:
        """Return the JSON object that the database merges into the stored context."""
        return {
            "shared_auth_tokens": self.shared_auth_tokens,
            "shared_variables": self.shared_variables,
            "captured_data": dict(self.captured_data),
            "captured_items": {key: dict(names) for key, names in self.captured_items.items()},
            "test_order": list(self.test_order),
        }


@dataclass(slots=True, kw_only=True)
class ExecutionContext:
    """
    The shared state of one run: tokens, variables, captured data, test order.

    `scope` is what templates see; `test_order` holds the keys of the tests that have ended, in that
    order. `unsaved` is what the database does not hold yet.
    """

    run_id: RunId
    scope: Scope
    test_order: dict[str, None] = field(default_factory=dict[str, None])
    dependencies: Sequence[Dependency] = ()
    unsaved: ContextChanges = field(default_factory=ContextChanges)

    def apply(self, delta: ContextDelta, test_key: str | None = None) -> None:
        """Add what a test captured; with a `test_key`, note that this test has ended."""
        self.scope.apply(delta)
        self.unsaved.merge(ContextChanges.from_delta(delta, test_key))
        if test_key is not None:
            self.note_end(test_key)

    def note_end(self, test_key: str) -> None:
        """Note that a test has ended; of its iterations the first counts."""
        self.test_order.setdefault(test_key)
