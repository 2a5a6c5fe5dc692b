"""Bodies of requests."""

import re
from collections.abc import Iterable
from typing import Any, Final

import orjson

from app.catalog.importers.building import CaseDraft
from app.catalog.importers.composing.secrets import SecretHider
from app.catalog.importers.model import Notice
from app.catalog.importers.pairs import add_pair
from app.catalog.importers.placeholders import find_only_name
from app.catalog.importers.postman.parts import Entry, iter_entries, to_text
from app.catalog.importers.postman.scope import Scope
from app.catalog.importers.secret_fields import hide_secrets
from app.engine.json_values import MAXIMUM_DEPTH, JsonObject, JsonValue, get_depth

MAXIMUM_JSON_CHARACTERS: Final = 1_000_000
_LANGUAGES: Final = {"json": "json", "xml": "xml", "html": "text", "text": "text"}
# A placeholder in JSON that is not inside a text; texts are matched so that they are left alone.
_BARE: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|\{\{([^{}]{1,200})\}\}', re.DOTALL)
_MARK: Final = "\ue000"


class BodyWriter:
    """Writes the body of a case; secrets in it become variables."""

    def __init__(self, scope: Scope, notices: list[Notice]) -> None:
        self._scope = scope
        self._notices = notices

    def write(self, draft: CaseDraft, body: JsonValue, place: str) -> None:
        """Put what is sent into the draft."""
        if not isinstance(body, dict) or not body.get("mode"):
            return
        if body.get("disabled") is True:
            self._tell(place, "The body is disabled.")
            return
        mode = to_text(body.get("mode"))
        if mode == "raw":
            self._write_raw(draft, body)
        elif mode == "urlencoded":
            entries = self._list_enabled(body.get("urlencoded"), f"{place}/urlencoded")
            draft.request |= {"body_type": "x-www-form-urlencoded", "body": self._to_form(entries)}
        elif mode == "formdata":
            entries = self._list_enabled(body.get("formdata"), f"{place}/formdata")
            draft.request |= {"body_type": "form-data", "body": self._to_form(entries)}
        elif mode == "graphql":
            self._write_graphql(draft, body.get("graphql"))
        else:
            self._tell(place, f"A body of the mode {mode[:50]} is not part of the collection.")

    def _write_raw(self, draft: CaseDraft, body: JsonObject) -> None:
        raw = to_text(body.get("raw"))
        options = body.get("options")
        settings = options.get("raw") if isinstance(options, dict) else None
        named = to_text(settings.get("language")) if isinstance(settings, dict) else ""
        kind = _LANGUAGES.get(named) or _guess_kind(draft, raw)
        if not raw:
            return
        document = self._parse(raw) if kind == "json" else None
        if document is None:
            draft.request |= {"body_type": kind, "body": self._write_text(raw)}
            return
        draft.request |= {"body_type": "json", "body": self._render(document)}

    def _write_graphql(self, draft: CaseDraft, graphql: JsonValue) -> None:
        document = graphql if isinstance(graphql, dict) else {}
        written: dict[str, Any] = {"query": self._write_text(to_text(document.get("query")))}
        variables = document.get("variables")
        parsed = self._parse(variables) if isinstance(variables, str) else variables
        if isinstance(parsed, dict):
            written["variables"] = self._render(parsed)
        if name := to_text(document.get("operationName")):
            written["operationName"] = self._scope.render(name)
        draft.request |= {"body_type": "graphql", "body": written}

    def _write_text(self, text: str) -> str:
        hider = SecretHider(self._scope.book, self._scope.resolve)
        return hider.write_text(self._scope.expand(text))

    def _parse(self, raw: str) -> JsonValue:
        """The JSON of a text in which placeholders may stand for values; None when it is none."""
        text = self._scope.expand(raw)
        if len(text) > MAXIMUM_JSON_CHARACTERS:
            return None
        try:
            value: JsonValue = orjson.loads(_BARE.sub(_quote, text))
        except orjson.JSONDecodeError:
            return None
        return value if get_depth(value) < MAXIMUM_DEPTH else None

    def _render(self, value: JsonValue) -> JsonValue:
        return self._render_value(hide_secrets(value, self._scope.book))

    def _render_value(self, value: JsonValue) -> JsonValue:
        if isinstance(value, str):
            return self._render_text(value)
        if isinstance(value, list):
            return [self._render_value(item) for item in value]
        if isinstance(value, dict):
            return {name: self._render_value(item) for name, item in value.items()}
        return value

    def _render_text(self, text: str) -> str:
        """A bare placeholder stands for a value of any type, one between quotes for a text."""
        is_bare = text.startswith(_MARK)
        name = find_only_name(text.removeprefix(_MARK))
        expression = self._scope.resolve(name) if name is not None else None
        if name is None or expression is None:
            return self._scope.render(text.removeprefix(_MARK))
        is_variable = expression.startswith("env.")
        if is_bare == is_variable:
            expression += " | parse" if is_bare else " | string"
        return f"{{{{{expression}}}}}"

    def _list_enabled(self, value: JsonValue, place: str) -> list[Entry]:
        entries = list(iter_entries(value, place))
        for entry in entries:
            if not entry.enabled:
                self._tell(entry.place, f"The field {entry.name[:100]} is disabled.")
        return [entry for entry in entries if entry.enabled]

    def _to_form(self, entries: Iterable[Entry]) -> dict[str, Any]:
        form: dict[str, Any] = {}
        for entry in entries:
            add_pair(form, self._scope.render(entry.name), self._to_field(entry))
        return form

    def _to_field(self, entry: Entry) -> Any:
        if entry.document.get("type") != "file":
            return self._scope.render_secret(entry.name, entry.value)
        source = entry.document.get("src")
        first = source[0] if isinstance(source, list) and source else source
        filename = re.split(r"[/\\]", to_text(first))[-1][:200] or "file"
        text = f"The file {filename} is not part of the collection; an empty one is sent."
        self._notices.append(Notice("changed", entry.place, text))
        written: dict[str, Any] = {"filename": self._scope.render(filename), "content": ""}
        if content_type := to_text(entry.document.get("contentType")):
            written["content_type"] = self._scope.render(content_type)
        return written

    def _tell(self, place: str, text: str) -> None:
        self._notices.append(Notice("not_imported", place, text))


def _quote(match: re.Match[str]) -> str:
    return match[0] if match[1] is None else f'"{_MARK}{{{{{_escape(match[1])}}}}}"'


def _escape(name: str) -> str:
    return orjson.dumps(name).decode()[1:-1]


def _guess_kind(draft: CaseDraft, raw: str) -> str:
    """What a header says, or else what it looks like."""
    headers: dict[str, str] = draft.request.get("headers", {})
    content_type = next(
        (value.lower() for name, value in headers.items() if name.lower() == "content-type"), ""
    )
    if "json" in content_type or (not content_type and raw.lstrip()[:1] in ("{", "[")):
        return "json"
    return "xml" if "xml" in content_type else "text"
