"""Makes cases of a recording of a browser or proxy."""

from typing import Final

from app.catalog.importers.building import CaseCollector, CaseDraft, check_count
from app.catalog.importers.documents import parse_document
from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.har.entries import Entry, read_entry
from app.catalog.importers.har.headers import HeaderWriter
from app.catalog.importers.har.requests import RequestWriter
from app.catalog.importers.har.schemas import SchemaInferrer
from app.catalog.importers.har.selection import Selection
from app.catalog.importers.har.shapes import Shape, get_shape, get_suite, get_title
from app.catalog.importers.har.values import ValueIndex
from app.catalog.importers.model import Imported, Notice
from app.catalog.importers.placeholders import escape
from app.catalog.importers.sequencing import Sequencer
from app.catalog.importers.variables import VariableBook
from app.engine.json_values import JsonObject, JsonValue

MOST_ENTRIES: Final = 100_000
LONGEST_NAME: Final = 200


class HarReader:
    """HAR 1.1 and 1.2, as browsers and proxies save them."""

    def read(self, text: str) -> Imported:
        """Return a case per kind of API request; raises `DocumentInvalidError`."""
        log = parse_document(text).get("log")
        if not isinstance(log, dict):
            message = "It is no HAR document: it has no log."
            raise DocumentInvalidError(message, field="/log")
        entries = log.get("entries")
        if not isinstance(entries, list):
            message = "It is no HAR document: its log has no list of entries."
            raise DocumentInvalidError(message, field="/log/entries")
        if len(entries) > MOST_ENTRIES:
            message = f"It has {len(entries)} entries; at most {MOST_ENTRIES} are read."
            raise DocumentInvalidError(message, field="/log/entries")
        return _LogReader(entries, _find_title(log)).read()


def _find_title(log: JsonObject) -> str | None:
    """The title of the first page."""
    pages = log.get("pages")
    first = pages[0] if isinstance(pages, list) and pages else None
    title = first.get("title") if isinstance(first, dict) else None
    is_name = isinstance(title, str) and not title.startswith(("http://", "https://"))
    return str(title).strip()[:LONGEST_NAME].strip() or None if is_name else None


class _LogReader:
    """Goes through one recording in the order of its requests."""

    def __init__(self, entries: list[JsonValue], title: str | None) -> None:
        self._title = title
        self._notices: list[Notice] = []
        self._selection = Selection(self._read_entries(entries), self._notices)
        self._book = VariableBook()
        self._index = ValueIndex()
        self._sequencer = Sequencer()
        self._requests = RequestWriter(self._index, self._book, self._sequencer, self._notices)
        self._headers = HeaderWriter(self._requests, self._book, self._sequencer)
        self._collector = CaseCollector(self._notices)
        self._drafts: dict[Shape, CaseDraft | None] = {}
        self._repeated: dict[Shape, int] = {}

    def _read_entries(self, values: list[JsonValue]) -> list[Entry]:
        entries: list[Entry] = []
        for index, value in enumerate(values):
            place = f"/log/entries/{index}"
            entry = read_entry(value, place)
            if entry is None:
                self._notices.append(Notice("not_imported", place, "It is no request over HTTP."))
            else:
                entries.append(entry)
        return entries

    def read(self) -> Imported:
        entries = self._selection.entries
        check_count(len({get_shape(entry) for entry in entries}))
        for entry in entries:
            self._read_entry(entry)
        self._build()
        self._tell_repeated()
        return Imported(
            title=self._title or self._selection.origin or "Recording",
            suites=self._collector.build_suites({}),
            base_url=self._selection.origin,
            variables=self._book.variables,
            notices=tuple(self._notices),
        )

    def _read_entry(self, entry: Entry) -> None:
        """What is like an earlier one teaches only where its values come from."""
        shape = get_shape(entry)
        if shape not in self._drafts:
            self._drafts[shape] = self._draft(entry)
        else:
            self._repeated[shape] = self._repeated.get(shape, 0) + 1
        draft = self._drafts[shape]
        if draft is not None and 200 <= entry.status < 300:
            self._index.add(draft, entry.path, entry.answer_json)
            self._headers.learn(draft, entry)

    def _draft(self, entry: Entry) -> CaseDraft | None:
        title = get_title(entry)
        names = sorted({name for name, _ in entry.query})
        origin = f"{title}?{'&'.join(names)}" if names else title
        draft = self._collector.begin(
            origin=origin, name=title, suite=get_suite(entry.path), place=entry.place
        )
        self._requests.write(draft, entry)
        self._headers.write(draft, entry)
        self._requests.connect(draft)
        self._expect(draft, entry)
        return draft if self._collector.check(draft) else None

    def _expect(self, draft: CaseDraft, entry: Entry) -> None:
        """The recorded status and type, and the shape of the answer; no value of it."""
        status = entry.status
        if status == 304:
            text = "It was answered from a cache with 304; without the cache 200 is expected."
            self._notices.append(Notice("changed", entry.place, text))
            status = 200
        draft.response["expected_status_code"] = status
        if entry.answer_type and entry.status not in (204, 304) and entry.method != "HEAD":
            draft.response["expected_headers"] = {"Content-Type": escape(entry.answer_type)}
        if entry.answer_json is None:
            return
        schema = SchemaInferrer().infer([entry.answer_json])
        if schema:
            draft.add_assertion(
                type="schema", expected=schema, description="has the shape of the recorded answer"
            )

    def _build(self) -> None:
        """Captures come into a case after it was made, so that cases are checked at the end."""
        for draft in self._drafts.values():
            if draft is not None:
                self._collector.accept(draft)

    def _tell_repeated(self) -> None:
        for shape, count in self._repeated.items():
            draft = self._drafts[shape]
            if draft is not None:
                text = f"{count} more of the same kind: {draft.origin}."
                self._notices.append(Notice("not_imported", draft.place, text))
