"""Goes through the folders of a collection."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from app.catalog.importers.model import Notice
from app.catalog.importers.postman.parts import to_description, to_text
from app.catalog.importers.postman.scripts.translator import Script
from app.engine.json_values import JsonObject, JsonValue

SEPARATOR: Final = " / "
MAXIMUM_FOLDERS: Final = 40
NO_AUTH: Final = (None, "")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, or the collection itself: what its requests inherit."""

    path: tuple[str, ...] = ()
    place: str = ""
    auth: tuple[JsonValue, str] = NO_AUTH
    before: tuple[Script, ...] = ()
    after: tuple[Script, ...] = ()
    description: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A request in a folder, with all that holds for it."""

    name: str
    place: str
    folder: Folder
    document: JsonObject
    request: JsonObject

    @property
    def origin(self) -> str:
        """Return the name by which it is known in the next version of the collection."""
        return SEPARATOR.join((*self.folder.path, self.name))


class CollectionWalker:
    """Finds the requests, each once, in the order in which Postman runs them."""

    def __init__(self, notices: list[Notice]) -> None:
        self._notices = notices
        self.examples = 0

    def iter_items(self, collection: JsonObject) -> Iterator[Item]:
        """Yield the requests; whatever is neither a folder nor a request becomes a notice."""
        root = self._enter(Folder(), collection, "")
        yield from self._iter_folder(root, collection.get("item"))

    def _iter_folder(self, folder: Folder, items: JsonValue) -> Iterator[Item]:
        for index, item in enumerate(items if isinstance(items, list) else ()):
            place = f"{folder.place}/item/{index}"
            if not isinstance(item, dict):
                self._tell(place, "It is neither a folder nor a request.")
            elif isinstance(item.get("item"), list):
                yield from self._iter_sub_folder(folder, item, place)
            elif (request := _find_request(item)) is not None:
                yield self._read_item(folder, item, request, place)
            else:
                self._tell(place, "It is neither a folder nor a request.")

    def _iter_sub_folder(self, folder: Folder, item: JsonObject, place: str) -> Iterator[Item]:
        if len(folder.path) >= MAXIMUM_FOLDERS:
            self._tell(place, f"Folders are nested deeper than {MAXIMUM_FOLDERS} levels.")
            return
        name = to_text(item.get("name")).strip() or "Folder"
        entered = self._enter(replace(folder, path=(*folder.path, name[:200])), item, place)
        yield from self._iter_folder(entered, item["item"])

    def _enter(self, folder: Folder, document: JsonObject, place: str) -> Folder:
        before, after = self._read_scripts(document, place)
        auth = document.get("auth")
        info = document.get("info") if not place else document
        return replace(
            folder,
            place=place,
            auth=(auth, f"{place}/auth") if isinstance(auth, dict) else folder.auth,
            before=(*folder.before, *before),
            after=(*folder.after, *after),
            description=to_description(info.get("description") if isinstance(info, dict) else None),
        )

    def _read_item(self, folder: Folder, item: JsonObject, request: JsonObject, place: str) -> Item:
        before, after = self._read_scripts(item, place)
        auth = request.get("auth")
        own = replace(
            folder,
            auth=(auth, f"{place}/request/auth") if isinstance(auth, dict) else folder.auth,
            before=(*folder.before, *before),
            after=(*folder.after, *after),
        )
        examples = item.get("response")
        self.examples += len(examples) if isinstance(examples, list) else 0
        name = to_text(item.get("name")).strip() or to_text(request.get("method")) or "Request"
        return Item(name[:200], place, own, item, request)

    def _read_scripts(
        self, document: JsonObject, place: str
    ) -> tuple[tuple[Script, ...], tuple[Script, ...]]:
        """Those before and those after a request."""
        scripts: dict[str, list[Script]] = {"prerequest": [], "test": []}
        events = document.get("event")
        for index, event in enumerate(events if isinstance(events, list) else ()):
            where = f"{place}/event/{index}"
            listened = to_text(event.get("listen")) if isinstance(event, dict) else ""
            if not isinstance(event, dict) or listened not in scripts:
                self._tell(where, "It is no script before or after a request.")
            elif event.get("disabled") is True:
                self._tell(where, "The script is disabled.")
            else:
                source = _read_source(event.get("script"))
                scripts[listened].append(Script(source, f"{where}/script/exec"))
        return tuple(scripts["prerequest"]), tuple(scripts["test"])

    def _tell(self, place: str, text: str) -> None:
        self._notices.append(Notice("not_imported", place, text))


def _find_request(item: JsonObject) -> JsonObject | None:
    """A request that is only an address is a GET."""
    request = item.get("request")
    if isinstance(request, str):
        return {"method": "GET", "url": request}
    return request if isinstance(request, dict) else None


def _read_source(script: JsonValue) -> str:
    lines = script.get("exec") if isinstance(script, dict) else None
    if isinstance(lines, list):
        return "\n".join(map(to_text, lines))
    return to_text(lines)
