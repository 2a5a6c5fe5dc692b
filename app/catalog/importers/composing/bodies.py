"""Bodies of requests, by the media type that they have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.catalog.importers.composing.addresses import split_query
from app.catalog.importers.composing.json_templates import JsonTemplate
from app.catalog.importers.composing.requests import RequestComposer, collect
from app.catalog.importers.sensitive import is_secret_name

FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a form with files; a file has a name and no content here."""

    name: str
    value: str = ""
    filename: str | None = None
    content_type: str | None = None


def set_body(composer: RequestComposer, source: str, media_type: str) -> None:
    """Send a text of a media type, in the way that is easiest to change later."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain == "application/json" or plain.endswith("+json"):
        set_json(composer, source)
    elif plain == FORM and "=" in source:
        set_form(composer, split_query(source))
    elif plain == FORM:
        _set(composer, "x-www-form-urlencoded", composer.hider.write_text(source))
    elif plain.endswith("xml"):
        _set(composer, "xml", composer.hider.write_text(source))
    else:
        _set(composer, "text", composer.hider.write_text(source))


def set_json(composer: RequestComposer, source: str) -> None:
    """Send JSON; what is none is sent as it is written."""
    try:
        value = JsonTemplate(composer.hider).parse(source)
    except ValueError:
        value = composer.hider.write_text(source)
    _set(composer, "json", value)


def set_text(composer: RequestComposer, source: str, body_type: str = "text") -> None:
    """Send a text, or XML."""
    _set(composer, body_type, composer.hider.write_text(source))


def set_graphql(composer: RequestComposer, query: str, variables: str) -> None:
    """Send a GraphQL query with its variables, which are JSON."""
    body: dict[str, Any] = {"query": composer.hider.write_text(query)}
    if variables.strip():
        try:
            body["variables"] = JsonTemplate(composer.hider).parse(variables)
        except ValueError:
            composer.tell("not_imported", "The variables of the query are not JSON.")
    _set(composer, "graphql", body)


def set_form(composer: RequestComposer, pairs: Iterable[tuple[str, str]]) -> None:
    """Send a form."""
    written = ((composer.write(name), _write_field(composer, name, value)) for name, value in pairs)
    _set(composer, "x-www-form-urlencoded", collect(written))


def _write_field(composer: RequestComposer, name: str, value: str) -> str:
    """A value may have fields of its own, where a form was not written as one."""
    if ";" in value and "=" in value and not is_secret_name(name):
        return composer.hider.write_text(value)
    return composer.hider.write(name, value)


def set_parts(composer: RequestComposer, parts: Sequence[Part]) -> None:
    """Send a form with files."""
    _set(
        composer,
        "form-data",
        collect((composer.write(part.name), _write(composer, part)) for part in parts),
    )


def _write(composer: RequestComposer, part: Part) -> Any:
    value = composer.hider.write(part.name, part.value)
    if part.filename is None:
        return value
    composer.tell("changed", f"The file of the field {part.name[:100]} is not here; it is empty.")
    file = {"filename": composer.write(part.filename) or "file", "content": value}
    return {**file, "content_type": part.content_type} if part.content_type else file


def _set(composer: RequestComposer, body_type: str, body: Any) -> None:
    composer.draft.request["body_type"] = body_type
    composer.draft.request["body"] = body
