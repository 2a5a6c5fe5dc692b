"""The values that a test is repeated with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.engine.document import Document
from app.engine.errors import InvalidPlanError
from app.engine.json_values import JsonValue

SOURCES = ("fixture", "csv", "items", "matrix")


@dataclass(frozen=True, slots=True, kw_only=True)
class Iterate:
    """Where the values come from: exactly one source. `name` is the template of their names."""

    fixture: str | None = None
    csv: str | None = None
    items: Sequence[JsonValue] | None = None
    matrix: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    name: str | None = None

    @classmethod
    def from_document(cls, document: Document) -> "Iterate":
        """Read `iterate` of a test; raise InvalidPlanError naming the field."""
        given = [name for name in SOURCES if document.fields.get(name) is not None]
        if len(given) != 1:
            raise InvalidPlanError(document.location, f"must have one of {', '.join(SOURCES)}")
        return cls(
            fixture=document.find_text("fixture"),
            csv=document.find_text("csv"),
            items=document.find_list("items"),
            matrix=document.get_object("matrix"),
            name=document.find_text("name"),
        )


@dataclass(frozen=True, slots=True)
class Iteration:
    """One value, its place (from 0) and the name that people know it by."""

    index: int
    name: str
    value: JsonValue
