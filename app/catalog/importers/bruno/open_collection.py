"""Makes a collection of OpenCollection: a whole one in one document, or a single request."""

from typing import Final

from app.catalog.importers.bruno.documents import (
    get_documentation,
    get_number,
    get_object,
    get_text,
    iter_objects,
    list_fields,
    list_variables,
    read_tags,
    read_texts,
)
from app.catalog.importers.bruno.exported import read_uploads
from app.catalog.importers.bruno.model import (
    Auth,
    Collection,
    Content,
    Defaults,
    Environment,
    Field,
    Item,
    Script,
    ScriptKind,
)
from app.catalog.importers.composing.texts import check_progress
from app.engine.json_values import JsonObject, JsonValue

_TEXTS: Final = {"json": "json", "text": "text", "xml": "xml", "sparql": "text"}
_PHASES: Final[dict[str, ScriptKind]] = {
    "before-request": "before",
    "after-response": "after",
    "tests": "after",
}
_OTHER_KINDS: Final = ("grpc", "websocket", "script", "app")


def read_open_collection(document: JsonObject) -> Collection:
    """Return the requests of all folders."""
    collection = Collection(name=get_text(get_object(document, "info"), "name") or "Bruno")
    for _, environment in iter_objects(get_object(document, "config"), "environments"):
        name = get_text(environment, "name") or "environment"
        variables = list_variables(environment, "variables")
        collection.environments.append(Environment(name, variables))
    request = get_object(document, "request")
    collection.variables = list_variables(request, "variables")
    defaults = _read_defaults(request, {})
    outer = Defaults(headers=defaults.headers, auth=defaults.auth, scripts=defaults.scripts)
    if "http" in document or "graphql" in document:
        collection.items.append(_read_item(document, (), outer, "/"))
    _FolderReader(collection).read(document, (), outer, "")
    return collection


class _FolderReader:
    def __init__(self, collection: Collection) -> None:
        self._collection = collection

    def read(self, folder: JsonObject, names: tuple[str, ...], outer: Defaults, place: str) -> None:
        entries = sorted(iter_objects(folder, "items"), key=lambda entry: _get_sequence(entry[1]))
        for index, entry in entries:
            check_progress(len(self._collection.items))
            inner_place = f"{place}/items/{index}"
            if "items" in entry or get_text(get_object(entry, "info"), "type") == "folder":
                self._read_folder(entry, names, outer, inner_place)
            else:
                self._collection.items.append(_read_item(entry, names, outer, inner_place))

    def _read_folder(
        self, entry: JsonObject, names: tuple[str, ...], outer: Defaults, place: str
    ) -> None:
        info = get_object(entry, "info")
        inner = (*names, get_text(info, "name") or get_text(entry, "name") or "Folder")
        documentation = get_documentation(entry, "docs") or get_documentation(info, "description")
        self._collection.descriptions["/".join(inner)] = documentation
        defaults = outer.extend(_read_defaults(get_object(entry, "request"), {}))
        self.read(entry, inner, defaults, place)


def _get_sequence(entry: JsonObject) -> float:
    return get_number(get_object(entry, "info"), "seq") or get_number(entry, "seq") or 0.0


def _read_item(entry: JsonObject, names: tuple[str, ...], outer: Defaults, place: str) -> Item:
    info, runtime = get_object(entry, "info"), get_object(entry, "runtime")
    is_graphql = "graphql" in entry
    request = get_object(entry, "graphql" if is_graphql else "http")
    settings = get_object(entry, "settings")
    timeout, maximum = (get_number(settings, name) for name in ("timeout", "maxRedirects"))
    item = Item(
        name=get_text(info, "name") or get_text(entry, "name") or "Request",
        place=place,
        folders=names,
        kind=_find_kind(entry),
        method=get_text(request, "method").upper() or ("POST" if is_graphql else "GET"),
        url=get_text(request, "url"),
        content=_read_content(request.get("body"), is_graphql=is_graphql),
        own=outer.extend(_read_defaults(request, runtime)),
        captures=_read_actions(runtime),
        assertions=_read_assertions(runtime),
        docs=get_documentation(entry, "docs") or get_documentation(info, "description"),
        follow=settings.get("followRedirects") is not False,
        maximum_redirects=int(maximum) if maximum else None,
        timeout_ms=int(timeout) if timeout else None,
        tags=read_tags(info),
        examples=len(list(iter_objects(entry, "examples"))),
    )
    _read_params(item, request)
    return item


def _find_kind(entry: JsonObject) -> str:
    if "http" in entry or "graphql" in entry:
        return "http"
    kind = get_text(get_object(entry, "info"), "type") or get_text(entry, "type")
    return kind or next((name for name in _OTHER_KINDS if name in entry), "nothing")


def _read_params(item: Item, request: JsonObject) -> None:
    types = [get_text(entry, "type") for _, entry in iter_objects(request, "params")]
    for kind, entry in zip(types, list_fields(request, "params"), strict=True):
        (item.path_params if kind == "path" else item.query).append(entry)


def _read_defaults(request: JsonObject, runtime: JsonObject) -> Defaults:
    scripts = [
        Script(_PHASES.get(get_text(entry, "type"), "other"), code)
        for parent in (request, runtime)
        for _, entry in iter_objects(parent, "scripts")
        if (code := get_text(entry, "code")).strip()
    ]
    auth = request.get("auth", runtime.get("auth", "inherit"))
    return Defaults(
        headers=tuple(entry for entry in list_fields(request, "headers") if entry.enabled),
        auth=_read_auth(auth),
        variables=(*list_variables(request, "variables"), *list_variables(runtime, "variables")),
        scripts=tuple(scripts),
    )


def _read_auth(auth: JsonValue) -> Auth:
    if not isinstance(auth, dict):
        return Auth(auth if isinstance(auth, str) else "none")
    credentials = get_object(auth, "credentials")
    settings = {**read_texts(credentials), **read_texts(auth)}
    settings["grantType"] = settings.get("grantType") or settings.get("flow", "")
    if credentials:
        settings["credentialsPlacement"] = get_text(credentials, "placement") or "body"
    if "query" in get_object(auth, "tokenConfig", "placement"):
        settings["tokenPlacement"] = "query"
    for _, entry in iter_objects(get_object(auth, "additionalParameters"), "accessTokenRequest"):
        settings[f"{get_text(entry, 'placement')}:{get_text(entry, 'name')}"] = get_text(
            entry, "value"
        )
    return Auth(get_text(auth, "type") or "none", settings)


def _read_assertions(runtime: JsonObject) -> list[Field]:
    """Expression, operator and value are one text, as in the other forms."""
    return [
        Field(
            get_text(entry, "expression"),
            f"{get_text(entry, 'operator') or 'eq'} {get_text(entry, 'value')}".strip(),
            entry.get("disabled") is not True,
        )
        for _, entry in iter_objects(runtime, "assertions")
    ]


def _read_actions(runtime: JsonObject) -> list[Field]:
    """Variables that are set after the answer."""
    return [
        Field(
            get_text(get_object(entry, "variable"), "name"),
            get_text(get_object(entry, "selector"), "expression"),
            entry.get("disabled") is not True,
        )
        for _, entry in iter_objects(runtime, "actions")
        if get_text(entry, "type") == "set-variable"
        and get_text(entry, "phase") in ("", "after-response")
    ]


def _read_content(body: JsonValue, *, is_graphql: bool) -> Content | None:
    chosen = _choose(body)
    kind, data = get_text(chosen, "type"), get_text(chosen, "data")
    if is_graphql:
        return Content("graphql", get_text(chosen, "query"), get_text(chosen, "variables"))
    if not kind or kind == "none":
        return None
    if kind in _TEXTS:
        return Content(_TEXTS[kind], data)
    if kind == "form-urlencoded":
        return Content("form", fields=tuple(list_fields(chosen, "data")))
    if kind == "multipart-form":
        return Content("multipart", uploads=read_uploads(chosen, "data"))
    return Content(kind)


def _choose(body: JsonValue) -> JsonObject:
    """The body, or the selected one of several."""
    if not isinstance(body, list):
        return body if isinstance(body, dict) else {}
    variants = [entry for entry in body if isinstance(entry, dict)]
    chosen = [entry for entry in variants if entry.get("selected") is True] or variants
    return get_object(chosen[0], "body") if chosen else {}
