"""Paths into values: a root name followed by `.name`, `["name"]`, `['name']` or `[0]`."""

import re
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from app.engine.errors import TemplateError
from app.engine.json_values import JsonValue, get_type_name

PathStep: TypeAlias = str | int

MAXIMUM_EXPRESSION_CHARACTERS = 1_000
MAXIMUM_PATH_STEPS = 64
NAMES_SHOWN = 20

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
