"""What a test expects of the answer, as declared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.engine.document import Document
from app.engine.errors import InvalidPlanError
from app.engine.json_values import JsonValue
from app.engine.results import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionSpec:
    """
    One declared check; whether it makes sense is decided when the test starts.

    A failed one of severity `warning` does not fail the test. `masks` are for snapshots.
    """

    type: str
    operator: str | None = None
    path: str | None = None
    name: str | None = None
    expected: JsonValue = None
    description: str | None = None
    severity: Severity = "error"
    masks: tuple[str, ...] = ()

    @classmethod
    def from_document(cls, document: Document) -> "AssertionSpec":
        """Read the fields of this class from an entry of `assertions`; only `type` is required."""
        return cls(
            type=document.get_text("type"),
            operator=document.find_text("operator"),
            path=document.find_text("path"),
            name=document.find_text("name"),
            expected=document.fields.get("expected"),
            description=document.find_text("description"),
            severity=_read_severity(document),
            masks=document.get_texts("masks"),
        )

    @property
    def templates(self) -> JsonValue:
        """The values that may hold templates."""
        return [self.expected, self.path, self.name, list(self.masks)]


def _read_severity(document: Document) -> Severity:
    severity = document.find_text("severity") or "error"
    if severity not in ("error", "warning"):
        raise InvalidPlanError(document.locate("severity"), "must be error or warning")
    return severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectations:
    """
    What is compared with the answer, and the data that assertions may name.

    `status` is a code, a list of codes and classes, a class such as `2xx`, or null (2xx).
    `ignore_paths` are JSONPaths that exact and partial matches and snapshots leave out. `snapshots`
    are accepted bodies by name, `response_schemas` schemas of the endpoint by status.
    """

    status: JsonValue = None
    headers: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    body: JsonValue = None
    body_match_type: str | None = None
    ignore_paths: tuple[str, ...] = ()
    response_time_max_ms: float | None = None
    assertions: tuple[AssertionSpec, ...] = ()
    snapshots: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    response_schemas: JsonValue = None

    @classmethod
    def from_document(cls, document: Document) -> "Expectations":
        """Read the expectation fields of a planned test."""
        return cls(
            status=document.fields.get("expected_status_code"),
            headers=document.get_object("expected_headers"),
            body=document.fields.get("expected_body"),
            body_match_type=document.find_text("body_match_type"),
            ignore_paths=document.get_texts("ignore_paths"),
            response_time_max_ms=document.find_number("response_time_max_ms"),
            assertions=tuple(
                AssertionSpec.from_document(entry)
                for entry in document.iter_documents("assertions")
            ),
            snapshots=document.get_object("snapshots"),
            response_schemas=document.fields.get("response_schemas"),
        )

    def iter_templates(self) -> Iterator[JsonValue]:
        """The values that may hold templates; snapshots are compared as they are."""
        yield self.status
        yield self.body
        yield dict(self.headers)
        for assertion in self.assertions:
            yield assertion.templates


NO_EXPECTATIONS = Expectations()
