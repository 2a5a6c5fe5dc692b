"""Makes cases of a Hurl file."""

from typing import Final

from app.catalog.importers.building import CaseCollector
from app.catalog.importers.composing.repairs import drop_refused, is_kept
from app.catalog.importers.composing.requests import Desk, RequestComposer
from app.catalog.importers.composing.texts import clean_text
from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.hurl.entries import write_entry
from app.catalog.importers.hurl.parser import parse_hurl
from app.catalog.importers.hurl.scope import Scope
from app.catalog.importers.hurl.syntax import Entry
from app.catalog.importers.model import Imported, Notice

SUITE: Final = "Hurl"
ORDER: Final = (
    "Entries that change something keep their order; those that only read in between run at the "
    "same time."
)


class HurlReader:
    """One file, which is one suite."""

    def read(self, text: str) -> Imported:
        """Return a case per entry; raises `DocumentInvalidError`."""
        entries = parse_hurl(clean_text(text))
        if not entries:
            message = "There is no request in it."
            raise DocumentInvalidError(message, field="line 1")
        notices: list[Notice] = []
        desk = Desk(CaseCollector(notices))
        scope = Scope(desk.book)
        for entry in entries:
            _write(desk, scope, entry)
        if len(entries) > 1:
            notices.append(Notice("changed", "line 1", ORDER))
        if name := desk.addresses.base_name:
            text = f"{{{{{name}}}}} is the base URL of the environment that a run is started in."
            notices.append(Notice("changed", f"line {entries[0].line}", text))
        return Imported(
            title=SUITE,
            suites=desk.collector.build_suites({}),
            base_url=desk.addresses.find_base_url(lambda _: None),
            variables=desk.book.variables,
            notices=tuple(notices),
        )


def _write(desk: Desk, scope: Scope, entry: Entry) -> None:
    plain = entry.url.partition("?")[0].partition("#")[0]
    address = plain.partition("://")[2].rpartition("@")[2] or plain
    path = address[address.find("/") :] if "/" in address else "/"
    draft = desk.collector.begin(
        origin=f"{entry.method} {address}",
        name=entry.comment or f"{entry.method} {path}",
        suite=SUITE,
        place=f"line {entry.line}",
    )
    scope.forget_used()
    composer = RequestComposer(desk, draft, scope.resolve)
    kept = write_entry(composer, entry, scope)
    if kept is None:
        return
    drop_refused(composer)
    scope.require_used(draft)
    scope.keep_order(draft)
    if not desk.collector.accept(draft):
        return
    for name, capture in kept:
        if capture is not None and is_kept(composer, capture[0]):
            scope.keep(name, capture[0], draft, capture[1])
