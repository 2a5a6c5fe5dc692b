"""Requests of a recording, with values from the answers before and without secrets."""

from typing import Any, Final
from urllib.parse import unquote

from app.catalog.importers.building import CaseDraft
from app.catalog.importers.composing.secrets import SecretHider
from app.catalog.importers.har.entries import Entry, get_text
from app.catalog.importers.har.forms import read_form, read_parts
from app.catalog.importers.har.shapes import name_segments
from app.catalog.importers.har.values import Produced, ValueIndex, capture
from app.catalog.importers.model import Notice
from app.catalog.importers.pairs import add_pair
from app.catalog.importers.placeholders import escape
from app.catalog.importers.sensitive import is_secret_name, is_secret_value
from app.catalog.importers.sequencing import Sequencer
from app.catalog.importers.variables import VariableBook
from app.engine.json_values import JsonObject, JsonValue

_GRAPHQL: Final = frozenset(("query", "variables", "operationName", "extensions"))
_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_BRACES: Final = str.maketrans({"{": "%7B", "}": "%7D"})
_USUAL_JSON: Final = "application/json"


class RequestWriter:
    """Fills in the request of a draft; what it takes from others becomes dependencies."""

    def __init__(
        self,
        index: ValueIndex,
        book: VariableBook,
        sequencer: Sequencer,
        notices: list[Notice],
    ) -> None:
        self._index = index
        self._book = book
        self._sequencer = sequencer
        self._notices = notices
        self._uses: dict[str, Produced] = {}
        self._tokens: set[str] = set()

    def write(self, draft: CaseDraft, entry: Entry) -> None:
        """Write path, query and body; headers and cookies are the work of others."""
        self._uses, self._tokens = {}, set()
        path, parameters = self._write_path(entry)
        draft.endpoint = {"method": entry.method, "path": path}
        if parameters:
            draft.request["path_params"] = parameters
        if entry.query:
            draft.request["query_params"] = self._write_pairs(entry.query)
        if entry.method not in ("GET", "HEAD"):
            self._write_body(draft, entry)

    def connect(self, draft: CaseDraft) -> None:
        """Make the case wait for those whose values it uses, and for those before it that do."""
        for path, produced in self._uses.items():
            kind = "token" if path in self._tokens else "data"
            draft.require(produced.draft.key, kind)
            self._sequencer.begin_once(path, produced.draft)
            name = path.rpartition(".")[2]
            text = f"Takes {name} from {produced.path} of {produced.draft.origin}."
            self._notices.append(Notice("suggested", draft.place, text))
        for path in self._uses:
            self._sequencer.use(path, draft)

    def use_credential(self, text: str, name: str, description: str) -> str:
        """Return the path of a credential: what an answer brought, or a secret variable."""
        produced = self._index.find_credential(text)
        if produced is None:
            return self._book.hide(text, name, description)
        path = self._use(produced)
        self._tokens.add(path)
        return path

    def write_text(self, name: str, text: str) -> str:
        """Return the template for a text by its name: a value of an answer, a secret or itself."""
        produced = self._index.find_for_field(name, text)
        if produced is not None:
            return f"{{{{{self._use(produced)}}}}}"
        if text and (is_secret_name(name) or is_secret_value(text)):
            return f"{{{{{self._book.hide(text, name)}}}}}"
        return escape(text)

    def _use(self, produced: Produced) -> str:
        path = capture(produced)
        self._uses[path] = produced
        return path

    def _write_path(self, entry: Entry) -> tuple[str, dict[str, str]]:
        steps: list[str] = []
        parameters: dict[str, str] = {}
        collection = ""
        for segment, name in name_segments(entry.path):
            text = unquote(segment)
            produced = self._index.find_for_segment(collection, text) if segment else None
            if produced is not None or name is not None:
                parameter = name or f"value_{len(parameters) + 1}"
                if produced is not None:
                    parameters[parameter] = f"{{{{{self._use(produced)}}}}}"
                elif is_secret_value(text):
                    parameters[parameter] = f"{{{{{self._book.hide(text, parameter)}}}}}"
                else:
                    parameters[parameter] = escape(text)
                steps.append(f"{{{parameter}}}")
            else:
                steps.append(escape(segment.translate(_BRACES)))
                collection = segment or collection
        return "/".join(steps), parameters

    def _write_pairs(self, pairs: tuple[tuple[str, str], ...]) -> dict[str, Any]:
        """Names that come again have a list."""
        written: dict[str, Any] = {}
        for name, value in pairs:
            add_pair(written, escape(name), self.write_text(name, value))
        return written

    def _write_body(self, draft: CaseDraft, entry: Entry) -> None:
        document = entry.body_json
        text = get_text(entry.body, "text")
        if document is not None:
            self._write_json(draft, entry, document)
        elif entry.body_type == _FORM:
            body = self._write_pairs(read_form(entry))
            draft.request |= {"body_type": "x-www-form-urlencoded", "body": body}
        elif entry.body_type == _MULTIPART:
            self._write_multipart(draft, entry)
        elif get_text(entry.body, "encoding") == "base64":
            place = f"{entry.place}/request/postData"
            self._notices.append(Notice("not_imported", place, "A body of bytes is not imported."))
        elif text:
            kind = "xml" if "xml" in entry.body_type else "text"
            hidden = SecretHider(self._book, lambda _: None).write_text(text)
            draft.request |= {"body_type": kind, "body": hidden}
            if entry.body_type not in ("", "text/plain", "application/xml"):
                self._set_content_type(draft, entry.body_type)

    def _write_json(self, draft: CaseDraft, entry: Entry, document: JsonValue) -> None:
        is_graphql = (
            isinstance(document, dict)
            and isinstance(document.get("query"), str)
            and set(document) <= _GRAPHQL
            and isinstance(document.get("variables"), dict | None)
        )
        kind = "graphql" if is_graphql else "json"
        draft.request |= {"body_type": kind, "body": self._write_value("", document)}
        if entry.body_type != _USUAL_JSON:
            self._set_content_type(draft, entry.body_type)

    def _set_content_type(self, draft: CaseDraft, content_type: str) -> None:
        draft.request.setdefault("headers", {})["Content-Type"] = escape(content_type)

    def _write_value(self, name: str, value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return {key: self._write_value(key, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._write_value(name, item) for item in value]
        if isinstance(value, str):
            return self.write_text(name, value)
        produced = self._index.find_for_field(name, value)
        return value if produced is None else f"{{{{{self._use(produced)}}}}}"

    def _write_multipart(self, draft: CaseDraft, entry: Entry) -> None:
        form: dict[str, Any] = {}
        for item in read_parts(entry):
            name = get_text(item, "name")
            add_pair(form, escape(name), self._write_part(name, item, entry.place))
        if not form:
            place = f"{entry.place}/request/postData"
            text = "The recording does not say what the form consists of."
            self._notices.append(Notice("not_imported", place, text))
            return
        draft.request |= {"body_type": "form-data", "body": form}

    def _write_part(self, name: str, item: JsonObject, place: str) -> Any:
        filename = get_text(item, "fileName")
        if not filename:
            return self.write_text(name, get_text(item, "value"))
        text = f"The file {filename[:100]} is not part of the recording; an empty one is sent."
        self._notices.append(Notice("changed", f"{place}/request/postData", text))
        return {"filename": escape(filename), "content": ""}
