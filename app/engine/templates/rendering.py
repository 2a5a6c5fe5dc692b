"""Renders the texts of JSON values, and finds the paths they use."""

from collections.abc import Iterator

from app.engine.errors import TemplateError
from app.engine.json_values import MAXIMUM_DEPTH, JsonValue, render_text
from app.engine.templates.expressions import Reference
from app.engine.templates.parser import OPEN, parse_template
from app.engine.templates.paths import ValuePath, ValueSource


def render_value(value: JsonValue, source: ValueSource, location: str) -> JsonValue:
    """Render every text in a JSON value, keys included; errors name the place within it."""
    return _render_nested(value, source, location, 0)


def _render_nested(value: JsonValue, source: ValueSource, location: str, depth: int) -> JsonValue:
    if depth > MAXIMUM_DEPTH:
        raise TemplateError(f"nested deeper than {MAXIMUM_DEPTH} levels", location)
    if isinstance(value, str):
        return value if OPEN not in value else _render_located(value, source, location)
    if isinstance(value, list):
        return [
            _render_nested(item, source, f"{location}[{index}]", depth + 1)
            for index, item in enumerate(value)
        ]
    if isinstance(value, dict):
        return {
            render_string(name, source, location): _render_nested(
                item, source, f"{location}.{name}", depth + 1
            )
            for name, item in value.items()
        }
    return value


def _render_located(text: str, source: ValueSource, location: str) -> JsonValue:
    try:
        return parse_template(text).render(source)
    except TemplateError as error:
        raise TemplateError(error.message, location) from error


def render_string(text: str, source: ValueSource, location: str) -> str:
    """Render a text that must stay a text."""
    if OPEN not in text:
        return text
    return render_text(_render_located(text, source, location))


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
