"""Reads YAML and JSON that nobody vouches for, so strictly that there is one way to understand it."""

import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from app.catalog.suite_documents.errors import SuiteDocumentInvalidError
from app.engine.json_values import JsonObject, JsonValue

MAXIMUM_VALUES: Final = 500_000
MAXIMUM_DEPTH: Final = 128
LARGEST_NUMBER: Final = int(sys.float_info.max)
LONGEST_WHOLE: Final = 2_000
SHOWN_DIGITS: Final = 40

_NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTHS: Final = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL: Final = re.compile(r"0o[0-7]+")
_HEXADECIMAL: Final = re.compile(r"0x[0-9a-fA-F]+")
_NUMBER: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_JSON: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

# Names and positions: `("cases", 3, "request")`.
Path = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a document and what it says; its values are JSON without NUL characters."""

    text: str
    value: JsonValue
    is_yaml: bool

    def find_lines(self, paths: Sequence[Path]) -> list[int | None]:
        """Return the line (from 1) of each path, or of the last part of it that there is."""
        if not self.is_yaml:
            return [None for _ in paths]
        # It was read before, so that its depth is known to be bounded.
        root = yaml.compose(self.text, Loader=yaml.CSafeLoader)
        return [_find_line(root, path) for path in paths]


def read_yaml(content: bytes) -> Source:
    """
    Return the one YAML 1.2 document of a file, read with the core schema.

    Raises `SuiteDocumentInvalidError` with line and column: tags, anchors, aliases, repeated names
    and a second document are refused, and so are values that JSON has not.
    """
    text = _decode(content)
    builder = _Builder()
    try:
        # Events, not nodes: composing them is recursive and trusts the text.
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _refuse(f"It is not YAML: {error.problem}", error.problem_mark) from error
    except yaml.YAMLError as error:
        raise _refuse_characters(text, error) from error
    return Source(text, builder.value, is_yaml=True)


def read_json(content: bytes) -> Source:
    """Return what a JSON text says; raises `SuiteDocumentInvalidError`."""
    text = _decode(content)
    try:
        value: JsonValue = json.loads(
            text,
            object_pairs_hook=_build_object,
            parse_constant=_refuse_constant,
            parse_float=_parse_float,
            parse_int=_parse_whole,
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}"
        message = f"It is not JSON: {error.msg} ({place}, column {error.colno})."
        raise SuiteDocumentInvalidError(message, field=place) from error
    except RecursionError as error:
        raise SuiteDocumentInvalidError(_TOO_DEEP) from error
    _check(value)
    return Source(text, value, is_yaml=False)


_TOO_DEEP: Final = f"It is nested deeper than {MAXIMUM_DEPTH} levels."
_TOO_MANY: Final = f"It has more than {MAXIMUM_VALUES} values."
_NO_NUL: Final = "A NUL character cannot be stored."


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _name_line(content, error.start)
        message = f"It is no UTF-8 text ({place})."
        raise SuiteDocumentInvalidError(message, field=place) from error


def _name_line(content: bytes, offset: int) -> str:
    number = content.count(b"\n", 0, offset) + 1
    return f"line {number}"


def _build_object(pairs: list[tuple[str, JsonValue]]) -> JsonObject:
    built: JsonObject = {}
    for name, value in pairs:
        if name in built:
            shown = json.dumps(name)[:200]
            message = f"The name {shown} is there twice in one object."
            raise SuiteDocumentInvalidError(message, field=name[:200])
        built[name] = value
    return built


def _refuse_constant(text: str) -> JsonValue:
    message = f"{text} is no number of JSON."
    raise SuiteDocumentInvalidError(message)


def _parse_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _refuse_number(text)
    return number


def _parse_whole(text: str, base: int = 10) -> int:
    # Beyond that, readers of JSON refuse the number or take another one for it.
    if len(text) > LONGEST_WHOLE or abs(number := int(text, base)) > LARGEST_NUMBER:
        raise _refuse_number(text)
    return number


def _refuse_number(text: str) -> SuiteDocumentInvalidError:
    shown = text if len(text) <= SHOWN_DIGITS else f"{text[:SHOWN_DIGITS]}..."
    return SuiteDocumentInvalidError(f"The number {shown} is too large.")


def _check(value: JsonValue) -> None:
    """Hold a JSON value against the limits, level by level."""
    level: list[tuple[Path, JsonValue]] = [((), value)]
    count = 0
    for _ in range(MAXIMUM_DEPTH + 1):
        count += len(level)
        if count > MAXIMUM_VALUES:
            raise SuiteDocumentInvalidError(_TOO_MANY)
        following: list[tuple[Path, JsonValue]] = []
        for path, item in level:
            if isinstance(item, str):
                _check_text(item, path)
            elif isinstance(item, dict):
                for name, child in item.items():
                    _check_text(name, path)
                    following.append(((*path, name), child))
            elif isinstance(item, list):
                following.extend(((*path, index), child) for index, child in enumerate(item))
        if not following:
            return
        level = following
    raise SuiteDocumentInvalidError(_TOO_DEEP)


def _check_text(text: str, path: Path) -> None:
    place = ".".join(map(str, path))
    if "\0" in text:
        raise SuiteDocumentInvalidError(f"{place}: {_NO_NUL}", field=place)
    if _SURROGATE.search(text):
        message = f"{place}: Half of a surrogate pair is no character."
        raise SuiteDocumentInvalidError(message, field=place)


@dataclass(slots=True)
class _Open:
    """A list or object that has not ended; `name` is that of the value that comes next."""

    value: JsonValue
    name: str | None = None


@dataclass(slots=True)
class _Builder:
    """Builds the value from the inside out, without recursion."""

    value: JsonValue = None
    _open: list[_Open] = field(default_factory=list[_Open])
    _count: int = 0
    _documents: int = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, NodeEvent):
            self._take_node(event)
        elif isinstance(event, CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _refuse("It has a second document.", event.start_mark)

    def _take_node(self, event: NodeEvent) -> None:
        self._refuse_features(event)
        parent = self._open[-1] if self._open else None
        if parent is not None and isinstance(parent.value, dict) and parent.name is None:
            self._take_name(parent, event)
            return
        value: JsonValue = (
            _read_scalar(event)
            if isinstance(event, ScalarEvent)
            else ({} if isinstance(event, MappingStartEvent) else [])
        )
        self._add(parent, value)
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            if len(self._open) >= MAXIMUM_DEPTH:
                raise _refuse(_TOO_DEEP, event.start_mark)
            self._open.append(_Open(value))

    def _refuse_features(self, event: NodeEvent) -> None:
        self._count += 1
        if self._count > MAXIMUM_VALUES:
            raise _refuse(_TOO_MANY, event.start_mark)
        if isinstance(event, AliasEvent) or event.anchor is not None:
            message = "Anchors and aliases are no part of this format: write the value out."
            raise _refuse(message, event.start_mark)
        tag: str | None = getattr(event, "tag", None)
        if tag is not None:
            message = f"Tags are no part of this format: leave {tag[:100]} out."
            raise _refuse(message, event.start_mark)

    def _take_name(self, parent: _Open, event: NodeEvent) -> None:
        if not isinstance(event, ScalarEvent):
            raise _refuse("A name is a list or an object.", event.start_mark)
        name: str = event.value
        if name in cast("JsonObject", parent.value):
            message = f"The name {json.dumps(name)[:200]} is there twice in one object."
            raise _refuse(message, event.start_mark)
        if name == "<<" and event.implicit[0]:
            raise _refuse("Merging with << is no part of this format.", event.start_mark)
        if "\0" in name:
            raise _refuse(_NO_NUL, event.start_mark)
        parent.name = name

    def _add(self, parent: _Open | None, value: JsonValue) -> None:
        if parent is None:
            self.value = value
        elif isinstance(parent.value, list):
            parent.value.append(value)
        else:
            cast("JsonObject", parent.value)[cast("str", parent.name)] = value
            parent.name = None


def _read_scalar(event: ScalarEvent) -> JsonValue:
    text: str = event.value
    if "\0" in text:
        raise _refuse(_NO_NUL, event.start_mark)
    if not event.implicit[0]:
        return text
    if text in _NULLS:
        return None
    if text in _TRUTHS:
        return _TRUTHS[text]
    if not text[0].isascii() or text[0].isalpha():
        return text
    try:
        return _read_number(text)
    except SuiteDocumentInvalidError as error:
        raise _refuse(error.detail, event.start_mark) from error


def _read_number(text: str) -> JsonValue:
    if _WHOLE.fullmatch(text):
        return _parse_whole(text)
    if _OCTAL.fullmatch(text):
        return _parse_whole(text, 8)
    if _HEXADECIMAL.fullmatch(text):
        return _parse_whole(text, 16)
    if _NUMBER.fullmatch(text):
        return _parse_float(text)
    return _refuse_constant(text) if _NO_JSON.fullmatch(text) else text


def _refuse(message: str, mark: Any) -> SuiteDocumentInvalidError:
    if mark is None:
        return SuiteDocumentInvalidError(message)
    place = f"line {mark.line + 1}"
    detail = f"{message.rstrip('.')} ({place}, column {mark.column + 1})."
    return SuiteDocumentInvalidError(detail, field=place)


def _refuse_characters(text: str, error: yaml.YAMLError) -> SuiteDocumentInvalidError:
    """Where libyaml meets a character that no YAML has, it tells the offset in bytes."""
    offset = getattr(error, "position", None)
    message = f"It is not YAML: {getattr(error, 'reason', error)}"
    if not isinstance(offset, int):
        return SuiteDocumentInvalidError(message)
    place = _name_line(text.encode(), offset)
    return SuiteDocumentInvalidError(f"{message} ({place}).", field=place)


def _find_line(root: yaml.Node | None, path: Path) -> int | None:
    node: Any = root
    line = None if root is None else root.start_mark.line + 1
    for part in path:
        found = next((child for child in _iter_children(node) if child[0] == str(part)), None)
        if found is None:
            return line
        line, node = found[1] + 1, found[2]
    return line


def _iter_children(node: Any) -> Iterator[tuple[str, int, Any]]:
    """Name or position, line and node of what a list or object holds."""
    if isinstance(node, yaml.MappingNode):
        for name, item in node.value:
            yield name.value, name.start_mark.line, item
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield str(index), item.start_mark.line, item
