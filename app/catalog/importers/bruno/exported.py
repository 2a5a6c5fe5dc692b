"""Makes a collection of the JSON that Bruno exports."""

from typing import Final

from app.catalog.importers.bruno.documents import (
    get_documentation,
    get_number,
    get_object,
    get_text,
    is_enabled,
    iter_objects,
    list_fields,
    list_variables,
    read_tags,
    read_texts,
)
from app.catalog.importers.bruno.model import (
    Auth,
    Collection,
    Content,
    Defaults,
    Environment,
    Item,
    Script,
    Upload,
)
from app.catalog.importers.composing.texts import check_progress
from app.engine.json_values import JsonObject, JsonValue

_KINDS: Final = {"json": "json", "text": "text", "xml": "xml", "sparql": "text"}
_REQUESTS: Final = frozenset(("http", "http-request", "graphql", "graphql-request"))


def read_exported(document: JsonObject) -> Collection:
    """Return the requests of all folders."""
    root = get_object(document, "root")
    collection = Collection(name=get_text(document, "name") or "Bruno")
    for _, environment in iter_objects(document, "environments"):
        variables = list_variables(environment, "variables")
        name = get_text(environment, "name") or "environment"
        collection.environments.append(Environment(name, variables))
    collection.variables = list_variables(get_object(root, "request", "vars"), "req")
    defaults = _read_defaults(get_object(root, "request"))
    outer = Defaults(headers=defaults.headers, auth=defaults.auth, scripts=defaults.scripts)
    _FolderReader(collection).read(document, (), outer, "")
    return collection


class _FolderReader:
    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def read(self, folder: JsonObject, names: tuple[str, ...], outer: Defaults, place: str) -> None:
        entries = sorted(
            iter_objects(folder, "items"), key=lambda entry: get_number(entry[1], "seq") or 0.0
        )
        for index, entry in entries:
            check_progress(len(self._collection.items))
            inner_place = f"{place}/items/{index}"
            if get_text(entry, "type") == "folder":
                self._read_folder(entry, names, outer, inner_place)
            else:
                self._collection.items.append(_read_item(entry, names, outer, inner_place))

    def _read_folder(
        self, entry: JsonObject, names: tuple[str, ...], outer: Defaults, place: str
    ) -> None:
        inner = (*names, get_text(entry, "name") or "Folder")
        root = get_object(entry, "root")
        self._collection.descriptions["/".join(inner)] = get_documentation(root, "docs")
        defaults = outer.extend(_read_defaults(get_object(root, "request")))
        self.read(entry, inner, defaults, place)


def _read_item(entry: JsonObject, names: tuple[str, ...], outer: Defaults, place: str) -> Item:
    request = get_object(entry, "request")
    kind = get_text(entry, "type")
    own = _read_defaults(request)
    settings = get_object(entry, "settings")
    timeout = get_number(settings, "timeout")
    item = Item(
        name=get_text(entry, "name") or "Request",
        place=place,
        folders=names,
        kind="http" if kind in _REQUESTS else kind or "nothing",
        method=get_text(request, "method").upper() or "GET",
        url=get_text(request, "url"),
        content=_read_content(get_object(request, "body")),
        own=outer.extend(own),
        captures=list_fields(get_object(request, "vars"), "res"),
        assertions=list_fields(request, "assertions"),
        docs=get_documentation(request, "docs"),
        follow=settings.get("followRedirects") is not False,
        timeout_ms=int(timeout) if timeout else None,
        tags=read_tags(entry),
        examples=len(list(iter_objects(entry, "examples"))),
    )
    _read_params(item, request)
    return item


def _read_params(item: Item, request: JsonObject) -> None:
    types = [get_text(entry, "type") for _, entry in iter_objects(request, "params")]
    for kind, entry in zip(types, list_fields(request, "params"), strict=True):
        (item.path_params if kind == "path" else item.query).append(entry)


def _read_defaults(request: JsonObject) -> Defaults:
    auth, script = get_object(request, "auth"), get_object(request, "script")
    mode = get_text(auth, "mode") or "inherit"
    scripts = [
        Script("before", get_text(script, "req")),
        Script("after", get_text(script, "res")),
        Script("after", get_text(request, "tests")),
    ]
    return Defaults(
        headers=tuple(entry for entry in list_fields(request, "headers") if entry.enabled),
        auth=Auth(mode, read_texts(get_object(auth, mode))),
        variables=list_variables(get_object(request, "vars"), "req"),
        scripts=tuple(entry for entry in scripts if entry.code.strip()),
    )


def _read_content(body: JsonObject) -> Content | None:
    mode = get_text(body, "mode") or "none"
    if mode == "none":
        return None
    if mode in _KINDS:
        return Content(_KINDS[mode], get_text(body, mode))
    if mode == "graphql":
        graphql = get_object(body, "graphql")
        return Content("graphql", get_text(graphql, "query"), get_text(graphql, "variables"))
    if mode == "formUrlEncoded":
        return Content("form", fields=tuple(list_fields(body, mode)))
    if mode == "multipartForm":
        return Content("multipart", uploads=read_uploads(body, mode))
    return Content(mode)


def read_uploads(parent: JsonValue, name: str) -> tuple[Upload, ...]:
    """Return the fields of a form with files; of several files, the first."""
    return tuple(
        Upload(
            get_text(entry, "name"),
            _read_upload(entry.get("value")),
            get_text(entry, "type") == "file",
            get_text(entry, "contentType") or None,
        )
        for _, entry in iter_objects(parent, name)
        if is_enabled(entry)
    )


def _read_upload(value: JsonValue) -> str:
    first = value[0] if isinstance(value, list) and value else value
    return first if isinstance(first, str) else ""
