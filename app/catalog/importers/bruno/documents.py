"""Parts of JSON and YAML documents whose types nobody has checked."""

from collections.abc import Iterator
from typing import Final

from app.catalog.importers.bruno.model import Field, Variable
from app.engine.json_values import JsonObject, JsonValue, render_text

MOST_TAGS: Final = 50
LONGEST_TAG: Final = 50
_HIGHEST_NUMBER: Final = 1e12


def get_object(parent: JsonValue, *names: str) -> JsonObject:
    """Return the object under names, one in the other; an empty one when there is none."""
    value = parent
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def iter_objects(parent: JsonValue, name: str) -> Iterator[tuple[int, JsonObject]]:
    """Yield the objects in the list under a name, with their indexes."""
    entries = parent.get(name) if isinstance(parent, dict) else None
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        if isinstance(entry, dict):
            yield index, entry


def get_text(parent: JsonValue, *names: str) -> str:
    """Return the first text or number under one of the names; an empty text when there is none."""
    for name in names:
        value = parent.get(name) if isinstance(parent, dict) else None
        if isinstance(value, str | int | float):
            return render_text(value)
    return ""


def get_number(parent: JsonValue, name: str) -> float | None:
    """Return the number under a name."""
    value = parent.get(name) if isinstance(parent, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < _HIGHEST_NUMBER else None


def get_documentation(parent: JsonValue, *names: str) -> str | None:
    """Return a description, which is a text or an object with one."""
    for name in names:
        value = parent.get(name) if isinstance(parent, dict) else None
        text = get_text(value, "content") if isinstance(value, dict) else value
        if isinstance(text, str) and text.strip():
            return text
    return None


def list_fields(parent: JsonValue, name: str) -> list[Field]:
    """Return names and values; `enabled: false` and `disabled: true` mean the same."""
    return [
        Field(get_text(entry, "name", "expression"), get_text(entry, "value"), is_enabled(entry))
        for _, entry in iter_objects(parent, name)
    ]


def list_variables(parent: JsonValue, name: str) -> tuple[Variable, ...]:
    """Return the variables that are enabled; secrets come without a value."""
    return tuple(
        Variable(
            get_text(entry, "name"),
            None if entry.get("secret") is True else read_value(entry.get("value")),
            entry.get("secret") is True,
        )
        for _, entry in iter_objects(parent, name)
        if is_enabled(entry) and get_text(entry, "name")
    )


def read_value(value: JsonValue) -> str:
    """Return the value of a variable: a text, one with a type, or the selected one of several."""
    if isinstance(value, list):
        variants = [entry for entry in value if isinstance(entry, dict)]
        chosen = [entry for entry in variants if entry.get("selected") is True] or variants
        return read_value(chosen[0].get("value")) if chosen else ""
    if isinstance(value, dict):
        return get_text(value, "data")
    return "" if value is None else render_text(value)


def read_tags(parent: JsonObject) -> tuple[str, ...]:
    """Return the tags, as many and as long as a case can have."""
    tags = parent.get("tags")
    entries = tags if isinstance(tags, list) else []
    texts = [tag.strip()[:LONGEST_TAG] for tag in entries if isinstance(tag, str) and tag.strip()]
    return tuple(texts[:MOST_TAGS])


def is_enabled(entry: JsonObject) -> bool:
    """Say whether an entry is to be used."""
    return entry.get("enabled") is not False and entry.get("disabled") is not True


def read_texts(value: JsonObject) -> dict[str, str]:
    """Return the texts and numbers of an object."""
    return {
        name: render_text(item)
        for name, item in value.items()
        if isinstance(item, str | int | float)
    }
