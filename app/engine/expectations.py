"""What a test expects of the answer, as declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.document import Document
from app.engine.json_values import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionSpec:
    """One declared check; whether it makes sense is decided when the test starts."""

    type: str
    operator: str | None = None
    path: str | None = None
    name: str | None = None
    expected: JsonValue = None
    description: str | None = None

    @classmethod
    def from_document(cls, document: Document) -> "AssertionSpec":
        """Read `{type, operator?, path?, name?, expected?, description?}`."""
        return cls(
            type=document.get_text("type"),
            operator=document.find_text("operator"),
            path=document.find_text("path"),
            name=document.find_text("name"),
            expected=document.fields.get("expected"),
            description=document.find_text("description"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """`status` is a code, a list of codes and classes, a class such as `2xx`, or null (2xx)."""

    status: JsonValue = None
    headers: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    body: JsonValue = None
    body_match_type: str | None = None
    response_time_max_ms: float | None = None
    assertions: tuple[AssertionSpec, ...] = ()

    @classmethod
    def from_document(cls, document: Document) -> "Expectations":
        """Read the expectation fields of a planned test."""
        return cls(
            status=document.fields.get("expected_status_code"),
            headers=document.get_object("expected_headers"),
            body=document.fields.get("expected_body"),
            body_match_type=document.find_text("body_match_type"),
            response_time_max_ms=document.find_number("response_time_max_ms"),
            assertions=tuple(
                AssertionSpec.from_document(entry)
                for entry in document.iter_documents("assertions")
            ),
        )
