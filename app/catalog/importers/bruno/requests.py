"""One request of Bruno as a case."""

from typing import Final

from app.catalog.importers.bruno.authentication import write_auth
from app.catalog.importers.bruno.model import Auth, Content, Field, Item
from app.catalog.importers.bruno.scope import Inliner
from app.catalog.importers.composing.bodies import (
    Part,
    set_body,
    set_form,
    set_graphql,
    set_json,
    set_parts,
    set_text,
)
from app.catalog.importers.composing.requests import RequestComposer

_MOST_REDIRECTS: Final = 50
_LONGEST_MS: Final = 600_000


def write_request(composer: RequestComposer, item: Item, inliner: Inliner) -> bool:
    """Fill in the draft; False when it cannot be sent, which is told."""
    parameters = {
        field.name: inliner.inline(field.value) for field in item.path_params if field.enabled
    }
    url = inliner.inline(item.url)
    # The address repeats the query that the parameters say.
    address = url.partition("?")[0] if item.query else url
    if not composer.set_endpoint(item.method, address, parameters):
        return False
    _write_fields(composer, item, inliner)
    settings = {name: inliner.inline(value) for name, value in item.own.auth.settings.items()}
    write_auth(composer, Auth(item.own.auth.mode, settings))
    if item.content is not None:
        _write_content(composer, item.content, inliner)
    _write_transfer(composer, item)
    composer.draft.description = item.docs
    if item.tags:
        composer.draft.options["tags"] = list(item.tags)
    return True


def _write_fields(composer: RequestComposer, item: Item, inliner: Inliner) -> None:
    for field in item.query:
        if field.enabled:
            composer.add_query(field.name, inliner.inline(field.value))
    # What is nearer to the request replaces what its folder says.
    headers: dict[str, Field] = {}
    for field in item.own.headers:
        headers[field.name.lower()] = field
    for field in composer.cut(list(headers.values()), "headers"):
        composer.add_header(field.name, inliner.inline(field.value))


def _write_content(composer: RequestComposer, content: Content, inliner: Inliner) -> None:
    text = inliner.inline(content.text)
    if content.kind == "json":
        set_json(composer, text)
    elif content.kind == "xml":
        set_text(composer, text, "xml")
    elif content.kind == "text":
        set_body(composer, text, composer.find_header("content-type") or "text/plain")
    elif content.kind == "graphql":
        set_graphql(composer, text, inliner.inline(content.variables))
    elif content.kind == "form":
        pairs = [
            (entry.name, inliner.inline(entry.value)) for entry in content.fields if entry.enabled
        ]
        set_form(composer, pairs)
    elif content.kind == "multipart":
        set_parts(composer, _list_parts(content, inliner))
    else:
        composer.tell("not_imported", f"A body of the kind {content.kind[:50]} is not imported.")


def _list_parts(content: Content, inliner: Inliner) -> list[Part]:
    return [
        Part(
            upload.name,
            "",
            upload.value.replace("\\", "/").rpartition("/")[2] or "file",
            upload.content_type,
        )
        if upload.is_file
        else Part(upload.name, inliner.inline(upload.value))
        for upload in content.uploads
    ]


def _write_transfer(composer: RequestComposer, item: Item) -> None:
    redirects: dict[str, object] = {"follow": item.follow}
    if item.maximum_redirects:
        redirects["maximum"] = min(max(item.maximum_redirects, 1), _MOST_REDIRECTS)
    composer.set_transfer(redirects=redirects)
    if item.timeout_ms:
        composer.draft.options["timeout_ms"] = min(max(item.timeout_ms, 1), _LONGEST_MS)
