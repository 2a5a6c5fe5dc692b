"""Makes cases of what Bruno writes."""

import re
from typing import Final

from app.catalog.importers.bruno.answers import AnswerWriter, ScriptBook
from app.catalog.importers.bruno.bru_files import read_bru
from app.catalog.importers.bruno.exported import read_exported
from app.catalog.importers.bruno.model import Collection, Item
from app.catalog.importers.bruno.open_collection import read_open_collection
from app.catalog.importers.bruno.requests import write_request
from app.catalog.importers.bruno.scope import Inliner, Scope
from app.catalog.importers.building import LONGEST_NAME, CaseCollector
from app.catalog.importers.composing.repairs import drop_refused, is_kept
from app.catalog.importers.composing.requests import Desk, RequestComposer
from app.catalog.importers.composing.texts import check_progress, clean_text
from app.catalog.importers.documents import parse_document
from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.model import Imported, Notice
from app.engine.json_values import JsonObject

ORDER: Final = (
    "Requests that use the same captured value keep their order; the others run at the same time. "
    "Add a dependency where one must come before another."
)
_BRU: Final = re.compile(r"\s*[a-z][A-Za-z0-9:_-]{0,60}[ \t]*[{\[][ \t]*\r?(?:\n|\Z)")
_OPEN: Final = ("opencollection", "http", "graphql")


class BrunoReader:
    """`.bru` files, an exported collection as JSON, or OpenCollection as YAML or JSON."""

    def read(self, text: str) -> Imported:
        """Return a case per request; raises `DocumentInvalidError`."""
        collection = _read(clean_text(text))
        if not collection.items:
            message = "There is no request in it."
            raise DocumentInvalidError(message, field="line 1")
        check_progress(len(collection.items))
        return _CollectionReader(collection).read()


def _read(text: str) -> Collection:
    if _BRU.match(text) and not text.lstrip().startswith("{"):
        return read_bru(text)
    document = parse_document(text)
    if any(name in document for name in _OPEN):
        return read_open_collection(document)
    if isinstance(document.get("items"), list):
        return read_exported(document)
    raise DocumentInvalidError(_explain(document), field="line 1")


def _explain(document: JsonObject) -> str:
    if "item" in document:
        return "It is a collection of Postman: import it as such."
    return "It is neither a .bru file nor a collection of Bruno or OpenCollection."


class _CollectionReader:
    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._notices = collection.notices
        self._desk = Desk(CaseCollector(self._notices))
        self._scope = Scope(collection, self._desk.book)
        self._scripts = ScriptBook()

    def read(self) -> Imported:
        collection = self._collection
        for item in _sort(collection.items):
            self._write(item)
        self._tell_about_all()
        return Imported(
            title=collection.name.strip()[:LONGEST_NAME].strip() or "Bruno",
            suites=self._desk.collector.build_suites(collection.descriptions),
            base_url=self._desk.addresses.find_base_url(self._scope.find_value),
            variables=self._desk.book.variables,
            notices=tuple(self._notices),
        )

    def _write(self, item: Item) -> None:
        suite = "/".join(item.folders) or self._collection.name
        origin = "/".join((*item.folders, item.name))
        if item.kind not in ("http", "graphql"):
            text = f"{item.name[:100]}: a request of the kind {item.kind[:50]} cannot be sent."
            self._notices.append(Notice("not_imported", item.place, text))
            return
        collector = self._desk.collector
        draft = collector.begin(origin=origin, name=item.name, suite=suite, place=item.place)
        self._scope.forget_used()
        composer = RequestComposer(self._desk, draft, self._scope.resolve)
        inliner = Inliner(item.own.variables)
        if not write_request(composer, item, inliner):
            return
        kept = AnswerWriter(composer, inliner, self._scripts).write(item)
        drop_refused(composer)
        self._scope.require_used(draft)
        if collector.accept(draft):
            for name, path in kept:
                if not is_kept(composer, path):
                    continue
                self._scope.keep(name, path, draft)

    def _tell_about_all(self) -> None:
        place = self._collection.items[0].place
        if len(self._collection.items) > 1:
            self._notices.append(Notice("changed", place, ORDER))
        if name := self._desk.addresses.base_name:
            text = f"{{{{{name}}}}} is the base URL of the environment that a run is started in."
            self._notices.append(Notice("changed", place, text))
        if examples := sum(item.examples for item in self._collection.items):
            text = f"{examples} saved examples of answers are not imported."
            self._notices.append(Notice("not_imported", place, text))
        for environment in self._collection.environments[1:]:
            text = f"The values of the environment {environment.name[:100]} are not imported."
            self._notices.append(Notice("not_imported", place, text))


def _sort(items: list[Item]) -> list[Item]:
    """Files behind each other have their order in them; documents are in order already."""
    has_order = all(item.place.startswith("line ") for item in items)
    return sorted(items, key=lambda item: item.sequence) if has_order else items
