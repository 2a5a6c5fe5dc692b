"""What an operation says that it answers."""

from typing import Any

from app.catalog.importers.model import Notice
from app.catalog.importers.openapi.drafts import Operation
from app.catalog.importers.openapi.errors import UnusablePartError
from app.catalog.importers.openapi.references import References, get_object
from app.catalog.importers.openapi.schemas import Bundler
from app.engine.json_values import JsonObject, JsonValue


class ResponseWriter:
    """Expects a success that is documented, and a body that conforms to its schema."""

    def __init__(self, references: References, notices: list[Notice]) -> None:
        self._references = references
        self._notices = notices

    def write_schemas(self, operation: Operation) -> JsonObject | None:
        """Return the responses by status, each able to stand alone."""
        bundler = Bundler(self._references, operation.locate("responses"))
        responses = get_object(operation.document, "responses")
        # The limit is for all of them: those of success come first.
        ordered = sorted(responses, key=lambda status: not status.startswith("2"))
        written: JsonObject = {}
        for status in ordered:
            if not status.startswith("x-"):
                written[status] = self._write_or_tell(operation, status, bundler)
        return written or None

    def _write_or_tell(self, operation: Operation, status: str, bundler: Bundler) -> JsonObject:
        """A response whose schema is elsewhere may be anything."""
        try:
            return self._write_response(operation, status, bundler)
        except UnusablePartError as error:
            self._notices.append(Notice("not_imported", error.place, error.text))
            return {"description": ""}

    def write_expectations(self, operation: Operation, *, has_schemas: bool) -> dict[str, Any]:
        """Return the response spec."""
        spec: dict[str, Any] = {}
        if expected := _find_statuses(get_object(operation.document, "responses")):
            spec["expected_status_code"] = expected
        if has_schemas:
            spec["assertions"] = [
                {"type": "openapi", "description": "conforms to the API description"}
            ]
        return spec

    def find_success_schemas(self, operation: Operation) -> list[JsonValue]:
        """Return the JSON schemas of successful answers as the document has them."""
        found: list[JsonValue] = []
        for status, value in get_object(operation.document, "responses").items():
            if status.startswith("2"):
                response = self._find_response(value, operation.locate("responses", status))
                found += [
                    media["schema"]
                    for media_type, media in get_object(response, "content").items()
                    if "json" in media_type and isinstance(media, dict) and "schema" in media
                ]
        return found

    def _find_response(self, value: JsonValue, place: str) -> JsonObject:
        try:
            return self._references.resolve(value, place)
        except UnusablePartError:
            return {}

    def _write_response(self, operation: Operation, status: str, bundler: Bundler) -> JsonObject:
        place = operation.locate("responses", status)
        value = get_object(operation.document, "responses")[status]
        response = self._references.resolve(value, place)
        written: JsonObject = {"description": str(response.get("description", ""))[:500]}
        content = get_object(response, "content")
        if content:
            written["content"] = {
                media_type: self._write_media(media, bundler, place)
                for media_type, media in content.items()
            }
        required: JsonObject = {
            name: {"required": True}
            for name, header in get_object(response, "headers").items()
            if self._references.resolve(header, place).get("required") is True
        }
        if required:
            written["headers"] = required
        return written

    def _write_media(self, media: JsonValue, bundler: Bundler, place: str) -> JsonObject:
        if not isinstance(media, dict) or media.get("schema") is None:
            return {}
        bundle = bundler.bundle(media["schema"])
        if bundle.is_cut:
            text = "The schema is large; its outermost parts are checked, the innermost are not."
            self._notices.append(Notice("changed", place, text))
        return {"schema": bundle.schema}


def _find_statuses(responses: JsonObject) -> int | str | list[int | str] | None:
    codes: list[int | str] = []
    for status in responses:
        if status.isdecimal() and status.startswith("2") and len(status) == 3:
            codes.append(int(status))
        elif status.upper() == "2XX":
            codes.append("2xx")
    return codes[0] if len(codes) == 1 else codes or None
