"""Renders the texts of JSON values, and finds the paths they use."""

from collections.abc import Iterator

from app.engine.errors import TemplateError
from app.engine.json_values import MAXIMUM_DEPTH, JsonObject, JsonValue, render_text
from app.engine.templates.expressions import Reference
from app.engine.templates.parser import OPEN, parse_template
from app.engine.templates.paths import ValuePath, ValueSource


def render_value(value: JsonValue, source: ValueSource, location: str) -> JsonValue:
    """Render every text in a JSON value, keys included; errors name the place within it."""
    try:
        return _render(value, source, 0)
    except TemplateError as error:
        raise TemplateError(error.message, f"{location}{error.place}") from error


def _render(value: JsonValue, source: ValueSource, depth: int) -> JsonValue:
    if isinstance(value, str):
        return parse_template(value).render(source) if OPEN in value else value
    if not isinstance(value, list | dict):
        return value
    if depth >= MAXIMUM_DEPTH:
        raise TemplateError(f"nested deeper than {MAXIMUM_DEPTH} levels")
    if isinstance(value, list):
        return _render_list(value, source, depth + 1)
    return _render_object(value, source, depth + 1)


def _render_list(items: list[JsonValue], source: ValueSource, depth: int) -> JsonValue:
    rendered: list[JsonValue] = []
    for item in items:
        try:
            rendered.append(_render(item, source, depth))
        except TemplateError as error:
            error.place = f"[{len(rendered)}]{error.place}"
            raise
    return rendered


def _render_object(fields: JsonObject, source: ValueSource, depth: int) -> JsonValue:
    rendered: JsonObject = {}
    for name, item in fields.items():
        try:
            key = render_text(parse_template(name).render(source)) if OPEN in name else name
            rendered[key] = _render(item, source, depth)
        except TemplateError as error:
            error.place = f".{name}{error.place}"
            raise
    return rendered


def render_string(text: str, source: ValueSource, location: str) -> str:
    """Render a text that must stay a text."""
    if OPEN not in text:
        return text
    try:
        return render_text(parse_template(text).render(source))
    except TemplateError as error:
        raise TemplateError(error.message, location) from error


def iter_references(value: JsonValue) -> Iterator[Reference]:
    """Every path used in a JSON value; malformed templates are left for the test to report."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield from _find_references(item)
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())


def iter_paths(value: JsonValue) -> Iterator[ValuePath]:
    """Every path used in a JSON value, those that it can do without included."""
    return (reference.path for reference in iter_references(value))


def _find_references(text: str) -> Iterator[Reference]:
    if OPEN not in text:
        return
    try:
        template = parse_template(text)
    except TemplateError:
        return
    yield from template.references
