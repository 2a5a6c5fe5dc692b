"""Filters of lists and objects."""

from collections.abc import Mapping
from typing import Final

from app.engine.json_values import JsonValue, get_type_name, render_json, render_text
from app.engine.templates.functions import (
    Filter,
    Function,
    InvalidArgumentError,
    check_size,
    read_any,
    read_list,
    read_object,
    read_text,
    read_whole,
)


def _measure(value: JsonValue) -> int:
    if not isinstance(value, str | list | dict):
        raise InvalidArgumentError(f"wants a text, a list or an object, not {get_type_name(value)}")
    return len(value)


def _take_first(items: list[JsonValue]) -> JsonValue:
    return _take(items, 0)


def _take_last(items: list[JsonValue]) -> JsonValue:
    return _take(items, -1)


def _take(items: list[JsonValue], index: int) -> JsonValue:
    if not -len(items) <= index < len(items):
        raise InvalidArgumentError(f"finds {len(items)} entries, none at {index}")
    return items[index]


def _join(items: list[JsonValue], separator: str = ",") -> str:
    texts = [render_text(item) for item in items]
    check_size(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _sort(items: list[JsonValue]) -> list[JsonValue]:
    if all(isinstance(item, str) for item in items):
        return sorted(items, key=render_text)
    numbers = [item for item in items if isinstance(item, int | float)]
    if len(numbers) != len(items) or any(isinstance(item, bool) for item in items):
        raise InvalidArgumentError("wants only texts or only numbers")
    return [*sorted(numbers)]


def _reverse(items: list[JsonValue]) -> list[JsonValue]:
    return items[::-1]


def _drop_repeated(items: list[JsonValue]) -> list[JsonValue]:
    first: dict[str, JsonValue] = {}
    for item in items:
        first.setdefault(render_json(item), item)
    return list(first.values())


def _drop_null(items: list[JsonValue]) -> list[JsonValue]:
    return [item for item in items if item is not None]


def _pluck(items: list[JsonValue], name: str) -> list[JsonValue]:
    return [item.get(name) if isinstance(item, dict) else None for item in items]


def _list_keys(fields: dict[str, JsonValue]) -> list[JsonValue]:
    return list(fields)


def _list_values(fields: dict[str, JsonValue]) -> list[JsonValue]:
    return list(fields.values())


COLLECTION_FILTERS: Final[Mapping[str, Filter]] = {
    "length": Filter(read_any, Function("length", _measure)),
    "first": Filter(read_list, Function("first", _take_first)),
    "last": Filter(read_list, Function("last", _take_last)),
    "at": Filter(read_list, Function("at(1)", _take, (read_whole,), 1)),
    "join": Filter(read_list, Function('join(",")', _join, (read_text,))),
    "sort": Filter(read_list, Function("sort", _sort)),
    "reverse": Filter(read_list, Function("reverse", _reverse)),
    "unique": Filter(read_list, Function("unique", _drop_repeated)),
    "compact": Filter(read_list, Function("compact", _drop_null)),
    "pluck": Filter(read_list, Function('pluck("id")', _pluck, (read_text,), 1)),
    "keys": Filter(read_object, Function("keys", _list_keys)),
    "values": Filter(read_object, Function("values", _list_values)),
}
