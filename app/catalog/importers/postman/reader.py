"""Makes cases of a Postman collection, and variables of an environment."""

from typing import Final

from app.catalog.importers.building import CaseCollector, CaseDraft, check_count
from app.catalog.importers.documents import parse_document
from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.model import Imported, Notice
from app.catalog.importers.placeholders import list_names
from app.catalog.importers.postman.collection import SEPARATOR, CollectionWalker, Item
from app.catalog.importers.postman.parts import Entry, iter_entries, to_description, to_text
from app.catalog.importers.postman.requests import RequestWriter
from app.catalog.importers.postman.scope import Scope
from app.catalog.importers.postman.scripts.translator import Translator
from app.catalog.importers.postman.urls import Address, Base, read_address
from app.catalog.importers.sequencing import Sequencer
from app.catalog.importers.variables import VariableBook
from app.engine.json_values import JsonObject

LONGEST_NAME: Final = 200
_MOST_TOLD_NAMES: Final = 50


class PostmanReader:
    """Collections v2.0 and v2.1 as the app or the API export them; environments and globals."""

    def read(self, text: str) -> Imported:
        """Return a case per request; raises `DocumentInvalidError`."""
        document = parse_document(text)
        wrapped = document.get("collection", document.get("environment"))
        if isinstance(wrapped, dict):
            document = wrapped
        if isinstance(document.get("values"), list) and "item" not in document:
            return _read_environment(document)
        _check_version(document)
        return _CollectionReader(document).read()


def _check_version(document: JsonObject) -> None:
    if isinstance(document.get("requests"), list) and "item" not in document:
        message = "It is a collection of the format v1: export it as v2.1."
        raise DocumentInvalidError(message, field="/requests")
    if not isinstance(document.get("info"), dict):
        message = "It is no Postman collection: it has no info."
        raise DocumentInvalidError(message, field="/info")
    if not isinstance(document.get("item"), list):
        message = "It is no Postman collection: it has no list of items."
        raise DocumentInvalidError(message, field="/item")


def _read_environment(document: JsonObject) -> Imported:
    book = VariableBook()
    notices: list[Notice] = []
    _declare_all(book, list(iter_entries(document.get("values"), "/values")), notices)
    title = to_text(document.get("name")).strip() or "Environment"
    return Imported(
        title=title[:LONGEST_NAME],
        suites=(),
        variables=book.variables,
        notices=tuple(notices),
    )


def _declare_all(book: VariableBook, entries: list[Entry], notices: list[Notice]) -> None:
    for entry in entries:
        if not entry.enabled:
            text = f"The variable {entry.name[:100]} is disabled."
            notices.append(Notice("not_imported", entry.place, text))
        elif entry.name:
            _declare(book, entry, notices)


def _declare(book: VariableBook, entry: Entry, notices: list[Notice]) -> None:
    path = book.declare(
        entry.name,
        entry.value,
        is_secret=entry.document.get("type") == "secret",
        description=to_description(entry.document.get("description")),
    )
    key = path.removeprefix("env.")
    if key != entry.name:
        text = f"The variable {entry.name[:100]} is called {key} here."
        notices.append(Notice("changed", entry.place, text))


class _CollectionReader:
    """Goes through one collection in the order in which its requests are sent."""

    def __init__(self, document: JsonObject) -> None:
        self._document = document
        self._notices: list[Notice] = []
        self._walker = CollectionWalker(self._notices)
        self._variables = list(iter_entries(document.get("variable"), "/variable"))
        values = {entry.name: entry.value for entry in self._variables if entry.enabled}
        self._book = VariableBook()
        self._scope = Scope(self._book, values, self._notices)
        self._values = values
        self._translator = Translator(self._scope, self._notices)
        self._collector = CaseCollector(self._notices)
        self._sequencer = Sequencer()

    def read(self) -> Imported:
        items = list(self._walker.iter_items(self._document))
        check_count(len(items))
        addresses = [
            read_address(item.request.get("url"), f"{item.place}/request/url") for item in items
        ]
        base = Base(addresses, self._values)
        self._declare_variables(base)
        writer = RequestWriter(self._scope, base, self._notices)
        for item, address in zip(items, addresses, strict=True):
            self._read_item(item, address, writer)
        self._tell_rest()
        descriptions = {self._name_suite(item): item.folder.description for item in items}
        return Imported(
            title=self._title,
            suites=self._collector.build_suites(descriptions),
            base_url=base.url,
            variables=self._book.variables,
            notices=tuple(self._notices),
        )

    @property
    def _title(self) -> str:
        info = self._document.get("info")
        name = to_text(info.get("name")).strip() if isinstance(info, dict) else ""
        return name[:LONGEST_NAME].strip() or "Collection"

    def _declare_variables(self, base: Base) -> None:
        """Values that name other variables are put in where they are used."""
        plain: list[Entry] = []
        for entry in self._variables:
            if entry.enabled and list_names(entry.value):
                self._scope.set(entry.name, entry.value)
            elif not base.is_named(entry.name):
                plain.append(entry)
        _declare_all(self._book, plain, self._notices)

    def _name_suite(self, item: Item) -> str:
        return (SEPARATOR.join(item.folder.path) or self._title)[:LONGEST_NAME].strip()

    def _read_item(self, item: Item, address: Address, writer: RequestWriter) -> None:
        draft = self._collector.begin(
            origin=item.origin, name=item.name, suite=self._name_suite(item), place=item.place
        )
        draft.description = to_description(item.request.get("description"))
        self._scope.begin(item.place)
        for script in item.folder.before:
            self._translator.translate(draft, script)
        writer.write(draft, item.request, address, item.folder.auth)
        behavior = item.document.get("protocolProfileBehavior")
        writer.write_behavior(draft, behavior if isinstance(behavior, dict) else {})
        for script in item.folder.after:
            self._translator.translate(draft, script)
        self._connect(draft)
        if not self._collector.accept(draft):
            self._scope.forget(draft)

    def _connect(self, draft: CaseDraft) -> None:
        """Make it wait for those whose values it uses, and for those before it that use the same."""
        for path, producer in self._scope.uses.items():
            draft.require(producer.key, "data")
            self._sequencer.begin_once(path, producer)
        for path in self._scope.uses:
            self._sequencer.use(path, draft)

    def _tell_rest(self) -> None:
        if self._walker.examples:
            text = f"{self._walker.examples} saved examples of answers are not imported."
            self._notices.append(Notice("not_imported", "/item", text))
        unknown = list(self._scope.unknown)
        if unknown:
            shown = ", ".join(unknown[:_MOST_TOLD_NAMES])
            text = f"The collection has no values for {shown}: set them in the environment."
            self._notices.append(Notice("changed", "/variable", text))
