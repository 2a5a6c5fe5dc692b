"""Reads JSON and YAML that nobody vouches for: no tags, no cycles, no expansion without bounds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from app.catalog.importers.errors import DocumentInvalidError
from app.engine.json_values import JsonObject, JsonValue

MAXIMUM_VALUES = 2_000_000
"""Aliases count as often as they are used."""
MAXIMUM_DEPTH = 200

BYTE_ORDER_MARK = "\ufeff"
"""What some programs on Windows begin a text with."""

_MERGE = "<<"
_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTHS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# An even number of backslashes before it stand for themselves.
_NUL_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")


def parse_document(text: str) -> JsonObject:
    """Return the object that a JSON or YAML text is; raises `DocumentInvalidError` with the line."""
    text = without_nul(text.removeprefix(BYTE_ORDER_MARK))
    value = _parse_json(text) if text.lstrip()[:1] in ("{", "[") else parse_yaml(text)
    if not isinstance(value, dict):
        message = "It is not an object with names and values."
        raise DocumentInvalidError(message, field="line 1")
    return value


def without_nul(text: str) -> str:
    """Return the text with U+FFFD in place of NUL characters, which the database cannot store."""
    if "\\u0000" in text:
        text = _NUL_ESCAPE.sub(r"\1\\ufffd", text)
    return text.replace("\0", "\ufffd")


def parse_yaml(text: str) -> JsonValue:
    """
    Return the value of a text with one YAML document, read as the JSON schema of YAML 1.2 says.

    Names are texts, dates stay texts. Raises `DocumentInvalidError` naming the line.
    """
    builder = _Builder()
    try:
        # Events, not nodes: composing them is recursive and trusts the text.
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refuse(f"It is not YAML: {error.problem}", mark) from error
    except yaml.YAMLError as error:
        message = f"It is not YAML: {error}"
        raise DocumentInvalidError(message) from error
    _check_depth(builder.value)
    return builder.value


def _parse_json(text: str) -> JsonValue:
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = f"It is not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        raise DocumentInvalidError(message, field=f"line {error.lineno}") from error
    _check_depth(value)
    return value


def _check_depth(value: JsonValue) -> None:
    level = [value]
    for _ in range(MAXIMUM_DEPTH):
        level = [child for item in level for child in _iter_children(item)]
        if not level:
            return
    message = f"It is nested deeper than {MAXIMUM_DEPTH} levels."
    raise DocumentInvalidError(message)


def _iter_children(value: JsonValue) -> Iterator[JsonValue]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


@dataclass(slots=True)
class _Open:
    """A list or object that has not ended; `size` counts the values in it, itself included."""

    value: JsonValue
    anchor: str | None
    name: str | None = None
    size: int = 1


@dataclass(slots=True)
class _Builder:
    """Builds the value from the inside out, without recursion."""

    value: JsonValue = None
    _open: list[_Open] = field(default_factory=list[_Open])
    _anchors: dict[str, tuple[JsonValue, int]] = field(
        default_factory=dict[str, tuple[JsonValue, int]]
    )
    _size: int = 0
    _documents: int = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, ScalarEvent):
            self._take_scalar(event)
        elif isinstance(event, AliasEvent):
            self._take_alias(event)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            self._begin(event)
        elif isinstance(event, CollectionEndEvent):
            self._end(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _refuse("It has a second document.", event.start_mark)

    def _take_scalar(self, event: ScalarEvent) -> None:
        text: str = event.value.replace("\0", "\ufffd")
        parent = self._open[-1] if self._open else None
        if parent is not None and isinstance(parent.value, dict) and parent.name is None:
            parent.name = text
            return
        value = _read_plain(text) if event.implicit[0] else text
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1)
        self._add(value, 1, event)

    def _take_alias(self, event: AliasEvent) -> None:
        known = self._anchors.get(event.anchor or "")
        if known is None:
            raise _refuse(
                f"The alias *{event.anchor} stands for nothing complete.", event.start_mark
            )
        self._add(known[0], known[1], event)

    def _begin(self, event: NodeEvent) -> None:
        if len(self._open) >= MAXIMUM_DEPTH:
            message = f"It is nested deeper than {MAXIMUM_DEPTH} levels."
            raise _refuse(message, event.start_mark)
        parent = self._open[-1] if self._open else None
        if parent is not None and isinstance(parent.value, dict) and parent.name is None:
            raise _refuse("A name is a list or an object.", event.start_mark)
        value: JsonValue = {} if isinstance(event, MappingStartEvent) else []
        self._open.append(_Open(value, event.anchor))

    def _end(self, event: yaml.Event) -> None:
        ended = self._open.pop()
        if ended.anchor is not None:
            self._anchors[ended.anchor] = (ended.value, ended.size)
        self._add(ended.value, ended.size, event)

    def _add(self, value: JsonValue, size: int, event: yaml.Event) -> None:
        """Put a complete value where it belongs."""
        if not self._open:
            self.value = value
            return
        parent = self._open[-1]
        parent.size += size
        if parent.size > MAXIMUM_VALUES:
            raise _refuse(f"It has more than {MAXIMUM_VALUES} values.", event.start_mark)
        if isinstance(parent.value, list):
            parent.value.append(value)
        else:
            self._set(parent, value, event)

    def _set(self, parent: _Open, value: JsonValue, event: yaml.Event) -> None:
        mapping = cast("JsonObject", parent.value)
        name, parent.name = parent.name, None
        if name is None:
            raise _refuse("An alias stands in place of a name.", event.start_mark)
        if name != _MERGE:
            mapping[name] = value
            return
        for merged in value if isinstance(value, list) else [value]:
            if not isinstance(merged, dict):
                raise _refuse("Only objects can be merged with <<.", event.start_mark)
            for key, item in merged.items():
                mapping.setdefault(key, item)


def _read_plain(text: str) -> JsonValue:
    if text in _NULLS:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else text


def _refuse(message: str, mark: Any) -> DocumentInvalidError:
    if mark is None:
        return DocumentInvalidError(message)
    place = f"line {mark.line + 1}"
    return DocumentInvalidError(f"{message} ({place}, column {mark.column + 1})", field=place)
