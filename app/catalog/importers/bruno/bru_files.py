"""Makes a collection of a `.bru` file, or of several behind each other."""

import re
from collections.abc import Iterable
from typing import Final

from app.catalog.importers.bruno.blocks import Block, read_list, split_blocks
from app.catalog.importers.bruno.documents import LONGEST_TAG, MOST_TAGS
from app.catalog.importers.bruno.model import (
    Auth,
    Collection,
    Content,
    Defaults,
    Environment,
    Field,
    Item,
    Script,
    Upload,
    Variable,
)
from app.catalog.importers.composing.texts import check_progress
from app.catalog.importers.model import Notice

_METHODS: Final = frozenset(
    ("get", "post", "put", "patch", "delete", "head", "options", "trace", "connect", "http")
)
_FILE: Final = re.compile(r"@file\(([^)]*)\)(?:[ \t]*+@contentType\(([^)]*)\))?")
_OF_ENVIRONMENTS: Final = frozenset(("vars", "vars:secret", "color"))
_AUTHS: Final = tuple(
    f"auth:{kind}" for kind in ("awsv4", "basic", "bearer", "digest", "apikey", "oauth2")
)
_MORE: Final = "additional_params:access_token_req:"
_TYPE_MARK: Final = "@contentType("
_OAUTH: Final = {
    "grant_type": "grantType",
    "access_token_url": "accessTokenUrl",
    "client_id": "clientId",
    "client_secret": "clientSecret",
    "refresh_token": "refreshToken",
    "credentials_placement": "credentialsPlacement",
    "token_placement": "tokenPlacement",
}
_KINDS: Final = {
    "body": "json",
    "body:json": "json",
    "body:text": "text",
    "body:xml": "xml",
    "body:sparql": "text",
    "body:file": "file",
    "body:raw-file": "file",
}


def read_bru(text: str) -> Collection:
    """Return what the blocks say; raise `DocumentInvalidError` naming the line."""
    collection = Collection(name="Bruno")
    blocks = split_blocks(text)
    _read_environment(collection, blocks)
    outer = Defaults()
    for file in _split_files(blocks):
        methods = [block for block in file if block.name in _METHODS]
        if methods:
            collection.items.append(_read_item(file, methods[0], outer))
            check_progress(len(collection.items))
        else:
            outer = _read_outer(file, outer, collection)
    return collection


def _read_outer(file: list[Block], outer: Defaults, collection: Collection) -> Defaults:
    """What `collection.bru` says holds for the files behind it; whose folder it is, none says."""
    own = {block.name: block for block in file if block.name not in _OF_ENVIRONMENTS}
    meta = _to_dictionary(own.get("meta"))
    if not own.keys() - {"meta"}:
        return outer
    if "meta" in own and meta.get("type") != "collection":
        name = meta.get("name") or "without a name"
        text = f"The settings of the folder {name[:100]}: the text does not say what is in it."
        collection.notices.append(Notice("not_imported", f"line {file[0].line}", text))
        return outer
    mode = _to_dictionary(own.get("auth")).get("mode", "none")
    variables = [Variable(entry.name, entry.value) for entry in _list_variables(file)]
    collection.variables = (*collection.variables, *variables)
    defaults = _read_defaults(file, mode)
    return Defaults(headers=defaults.headers, auth=defaults.auth, scripts=defaults.scripts)


def _split_files(blocks: Iterable[Block]) -> list[list[Block]]:
    """Every `meta` begins a file."""
    files: list[list[Block]] = [[]]
    for block in blocks:
        if block.name == "meta" and files[-1]:
            files.append([])
        files[-1].append(block)
    return [file for file in files if file]


def _read_environment(collection: Collection, blocks: Iterable[Block]) -> None:
    """These blocks are those of the file of an environment, wherever they stand."""
    variables: list[Variable] = []
    for block in blocks:
        if block.name == "vars":
            variables += [Variable(entry.name, entry.value) for entry in _enabled(block)]
        elif block.name == "vars:secret":
            variables += [Variable(name, is_secret=True) for name in block.list_names()]
    if variables:
        collection.environments.append(Environment("environment", tuple(variables)))


def _enabled(block: Block) -> list[Field]:
    return [entry for entry in block.list_fields() if entry.enabled]


def _read_item(blocks: list[Block], method: Block, outer: Defaults) -> Item:
    by_name = {block.name: block for block in blocks}
    meta = _to_dictionary(by_name.get("meta"))
    http = _to_dictionary(method)
    item = Item(
        name=meta.get("name") or "Request",
        place=f"line {method.line}",
        sequence=_to_number(meta.get("seq")) or 0.0,
        kind=meta.get("type") or "http",
        method=(http.get("method") or method.name).upper(),
        url=http.get("url", ""),
        content=_read_content(by_name, http.get("body", "")),
        own=outer.extend(_read_defaults(blocks, http.get("auth", ""))),
        tags=tuple(tag[:LONGEST_TAG] for tag in read_list(meta.get("tags", ""))[:MOST_TAGS]),
        examples=sum(block.name == "example" for block in blocks),
    )
    _read_lists(item, by_name)
    _read_settings_of(item, _to_dictionary(by_name.get("settings")))
    return item


def _read_lists(item: Item, by_name: dict[str, Block]) -> None:
    for name in ("query", "params:query"):
        item.query += by_name[name].list_fields() if name in by_name else []
    if "params:path" in by_name:
        item.path_params = by_name["params:path"].list_fields()
    if "vars:post-response" in by_name:
        item.captures = by_name["vars:post-response"].list_fields()
    if "assert" in by_name:
        item.assertions = by_name["assert"].list_fields()
    item.docs = by_name["docs"].text if "docs" in by_name else None


def _read_settings_of(item: Item, settings: dict[str, str]) -> None:
    item.follow = settings.get("followRedirects", "true") != "false"
    maximum, timeout = (_to_number(settings.get(name)) for name in ("maxRedirects", "timeout"))
    item.maximum_redirects = int(maximum) if maximum else None
    item.timeout_ms = int(timeout) if timeout else None


def _read_defaults(blocks: list[Block], mode: str) -> Defaults:
    headers: tuple[Field, ...] = ()
    variables = tuple(Variable(entry.name, entry.value) for entry in _list_variables(blocks))
    scripts: list[Script] = []
    auth = Auth(mode or "none")
    for block in blocks:
        if block.name == "headers":
            headers = tuple(_enabled(block))
        elif block.name in ("script:pre-request", "script:post-response", "tests"):
            kind = "before" if block.name == "script:pre-request" else "after"
            scripts.append(Script(kind, block.text, block.line + 1))
        elif block.name in (f"auth:{mode}", *(_AUTHS if not mode else ())):
            auth = Auth(block.name[5:], _read_auth(block, blocks))
    return Defaults(headers=headers, auth=auth, variables=variables, scripts=tuple(scripts))


def _list_variables(blocks: Iterable[Block]) -> list[Field]:
    return [
        Field(entry.name.removeprefix("@"), entry.value)
        for block in blocks
        if block.name == "vars:pre-request"
        for entry in _enabled(block)
    ]


def _read_auth(block: Block, blocks: Iterable[Block]) -> dict[str, str]:
    """The settings; those of OAuth 2 that are sent with the request for a token have own blocks."""
    settings = {_OAUTH.get(entry.name, entry.name): entry.value for entry in block.list_fields()}
    for other in blocks:
        if other.name.startswith(f"{block.name}:{_MORE}"):
            place = other.name.rpartition(":")[2]
            settings |= {f"{place}:{entry.name}": entry.value for entry in _enabled(other)}
    return settings


def _read_content(by_name: dict[str, Block], mode: str) -> Content | None:
    if mode == "none":
        return None
    if "body:graphql" in by_name and mode in ("", "graphql"):
        variables = by_name.get("body:graphql:vars")
        query = by_name["body:graphql"].text
        return Content("graphql", query, variables.text if variables else "")
    if "body:form-urlencoded" in by_name and mode in ("", "formUrlEncoded", "form-urlencoded"):
        fields = by_name["body:form-urlencoded"].list_fields()
        return Content("form", fields=tuple(fields))
    if "body:multipart-form" in by_name and mode in ("", "multipartForm", "multipart-form"):
        uploads = [_read_upload(entry) for entry in _enabled(by_name["body:multipart-form"])]
        return Content("multipart", uploads=tuple(uploads))
    for name, kind in _KINDS.items():
        if name in by_name and mode in ("", name.removeprefix("body:"), kind):
            return Content(kind, by_name[name].text)
    return None


def _read_upload(entry: Field) -> Upload:
    if match := _FILE.fullmatch(entry.value):
        return Upload(entry.name, match[1].partition("|")[0], True, match[2])
    value, mark, kind = entry.value.rpartition(_TYPE_MARK)
    if mark and kind.endswith(")"):
        return Upload(entry.name, value.rstrip(), content_type=kind[:-1])
    return Upload(entry.name, entry.value)


def _to_dictionary(block: Block | None) -> dict[str, str]:
    return {entry.name: entry.value for entry in block.list_fields()} if block else {}


def _to_number(text: str | None) -> float | None:
    is_number = text is not None and re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text)
    return float(text) if text is not None and is_number else None
