r"""
Templates: texts with `{{path}}` expressions, read by a parser that runs no code.

A path is a root name followed by `.name`, `["name"]`, `['name']` or `[0]`. `\{{` is a literal `{{`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeAlias

from app.engine.errors import TemplateError
from app.engine.json_values import MAXIMUM_DEPTH, JsonValue, get_type_name, render_text

PathStep: TypeAlias = str | int

MAXIMUM_EXPRESSION_CHARACTERS = 1_000
MAXIMUM_PATH_STEPS = 64
MAXIMUM_RENDERED_CHARACTERS = 10 * 1024 * 1024
NAMES_SHOWN = 20

_OPEN, _CLOSE, _ESCAPED_OPEN = "{{", "}}", "\\{{"
_ROOT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_STEP = re.compile(
    r"""\.(?P<name>[A-Za-z0-9_$][A-Za-z0-9_$-]*)
      | \[(?P<index>-?[0-9]{1,9})\]
      | \["(?P<double>[^"\\]{0,256})"\]
      | \['(?P<single>[^'\\]{0,256})'\]""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class ValuePath:
    """What one expression names: `captured_data.login.ids[0]` is that root and three steps."""

    root: str
    steps: tuple[PathStep, ...]
    text: str


class ValueSource(Protocol):
    """Where the roots of expressions come from."""

    def resolve(self, path: ValuePath) -> JsonValue:
        """The value, or TemplateError saying what is missing and what does exist."""
        ...


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled text: literal parts and paths, in order."""

    parts: tuple[str | ValuePath, ...]

    @property
    def paths(self) -> Iterator[ValuePath]:
        return (part for part in self.parts if isinstance(part, ValuePath))

    @property
    def is_single_expression(self) -> bool:
        return len(self.parts) == 1 and isinstance(self.parts[0], ValuePath)

    def render(self, source: ValueSource) -> JsonValue:
        """The text with values filled in; a template that is one expression keeps its type."""
        first = self.parts[0] if len(self.parts) == 1 else None
        if isinstance(first, ValuePath):
            return source.resolve(first)
        return self.render_text(source)

    def render_text(self, source: ValueSource) -> str:
        """The text with values filled in; objects and lists as JSON."""
        texts: list[str] = []
        size = 0
        for part in self.parts:
            text = part if isinstance(part, str) else render_text(source.resolve(part))
            size += len(text)
            if size > MAXIMUM_RENDERED_CHARACTERS:
                raise TemplateError(f"the text is over {MAXIMUM_RENDERED_CHARACTERS} characters")
            texts.append(text)
        return "".join(texts)


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """Compile a text; raise TemplateError for a malformed expression."""
    parts: list[str | ValuePath] = []
    literal: list[str] = []
    position = 0
    while (start := text.find(_OPEN, position)) >= 0:
        if start > position and text[start - 1] == "\\":
            literal += (text[position : start - 1], _OPEN)
            position = start + len(_OPEN)
            continue
        end = text.find(_CLOSE, start)
        if end < 0:
            raise TemplateError(f"'{{{{' at character {start + 1} is never closed by '}}}}'")
        literal.append(text[position:start])
        _flush(literal, parts)
        parts.append(parse_path(text[start + len(_OPEN) : end].strip()))
        position = end + len(_CLOSE)
    literal.append(text[position:])
    _flush(literal, parts)
    return Template(tuple(parts))


def _flush(literal: list[str], parts: list[str | ValuePath]) -> None:
    if text := "".join(literal):
        parts.append(text)
    literal.clear()


def parse_path(text: str) -> ValuePath:
    """Compile an expression without its braces."""
    if len(text) > MAXIMUM_EXPRESSION_CHARACTERS:
        raise TemplateError(f"expression of over {MAXIMUM_EXPRESSION_CHARACTERS} characters")
    root = _ROOT.match(text)
    if root is None:
        raise TemplateError(f"'{text}' is not a path such as env.NAME")
    position = root.end()
    steps: list[PathStep] = []
    while position < len(text):
        step = _STEP.match(text, position)
        if step is None or len(steps) == MAXIMUM_PATH_STEPS:
            raise TemplateError(f"'{text}' is not understood from character {position + 1}")
        steps.append(_read_step(step))
        position = step.end()
    return ValuePath(root.group(), tuple(steps), text)


def _read_step(step: re.Match[str]) -> PathStep:
    index = step["index"]
    if index is not None:
        return int(index)
    return next(name for name in (step["name"], step["double"], step["single"]) if name is not None)


def follow(value: JsonValue, path: ValuePath, known: str) -> JsonValue:
    """Walk the steps of a path through `value`, which was found under the name `known`."""
    for step in path.steps:
        value = _take(value, step, path, known)
        known = f"{known}[{step}]" if isinstance(step, int) else f"{known}.{step}"
    return value


def _take(value: JsonValue, step: PathStep, path: ValuePath, known: str) -> JsonValue:
    if isinstance(step, int) and isinstance(value, list):
        if -len(value) <= step < len(value):
            return value[step]
        raise TemplateError(
            f"{{{{{path.text}}}}}: {known} has {len(value)} entries, none at {step}"
        )
    if isinstance(step, str) and isinstance(value, dict):
        if step in value:
            return value[step]
        raise missing_name(path, known, step, list(value))
    what = "entry" if isinstance(step, int) else "field"
    raise TemplateError(
        f"{{{{{path.text}}}}}: {known} is of type {get_type_name(value)} and has no {what} '{step}'"
    )


def missing_name(path: ValuePath, known: str, name: str, existing: list[str]) -> TemplateError:
    """The error for a name that is not there: names, never values, of what is."""
    shown = ", ".join(sorted(existing)[:NAMES_SHOWN]) or "nothing"
    more = f" and {len(existing) - NAMES_SHOWN} more" if len(existing) > NAMES_SHOWN else ""
    return TemplateError(f"{{{{{path.text}}}}}: {known} has no '{name}'; it has {shown}{more}")


def render_value(value: JsonValue, source: ValueSource, location: str) -> JsonValue:
    """Render every text in a JSON value, keys included; errors name the place within it."""
    return _render_nested(value, source, location, 0)


def _render_nested(value: JsonValue, source: ValueSource, location: str, depth: int) -> JsonValue:
    if depth > MAXIMUM_DEPTH:
        raise TemplateError(f"nested deeper than {MAXIMUM_DEPTH} levels", location)
    if isinstance(value, str):
        return value if _OPEN not in value else _render_located(value, source, location)
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
    if _OPEN not in text:
        return text
    return render_text(_render_located(text, source, location))


def iter_paths(value: JsonValue) -> Iterator[ValuePath]:
    """Every path used in a JSON value; malformed templates are left for the test to report."""
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            yield from _find_paths(item)
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())


def _find_paths(text: str) -> Iterator[ValuePath]:
    if _OPEN not in text:
        return
    try:
        template = parse_template(text)
    except TemplateError:
        return
    yield from template.paths
