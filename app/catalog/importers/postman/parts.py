"""Reads the parts of a collection, whatever is in their place."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.engine.json_values import JsonObject, JsonValue, render_json


@dataclass(frozen=True, slots=True)
class Entry:
    """One of a list of names and values, such as a header; `document` is all that it has."""

    name: str
    value: str
    enabled: bool
    place: str
    document: JsonObject


def to_text(value: JsonValue) -> str:
    """Return a text as it is, a scalar as it is written, and nothing for anything else."""
    if isinstance(value, str):
        return value
    return "" if value is None or isinstance(value, list | dict) else render_json(value)


def to_description(value: JsonValue) -> str | None:
    """Return a description, which is a text or an object with one."""
    content = value.get("content") if isinstance(value, dict) else value
    return content.strip() or None if isinstance(content, str) else None


def iter_entries(value: JsonValue, place: str, name: str = "key") -> Iterator[Entry]:
    """Yield what a list of `{key, value, disabled}` has; others than objects are passed over."""
    for index, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, dict):
            enabled = item.get("disabled") is not True and item.get("enabled") is not False
            key = to_text(item.get(name)) or to_text(item.get("id" if name == "key" else "key"))
            yield Entry(key, to_text(item.get("value")), enabled, f"{place}/{index}", item)


def read_settings(value: JsonValue) -> dict[str, str]:
    """Return the settings of an authentication: a list in v2.1, an object in v2.0."""
    if isinstance(value, dict):
        return {name: to_text(item) for name, item in value.items()}
    return {entry.name: entry.value for entry in iter_entries(value, "") if entry.enabled}
