"""Paths into values: a root name followed by `.name`, `["name"]`, `['name']` or `[0]`."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from app.engine.errors import MissingValueError
from app.engine.json_values import JsonValue, get_type_name
from app.engine.templates.evaluation import Evaluation

PathStep: TypeAlias = str | int

NAMES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ValuePath:
    """What one expression names: `captured_data.login.ids[0]` is that root and three steps."""

    root: str
    steps: tuple[PathStep, ...]
    text: str

    def evaluate(self, source: "ValueSource") -> JsonValue:
        """The value, or TemplateError saying what is missing and what does exist."""
        return source.resolve(self)


class ValueSource(Protocol):
    """Where the roots of expressions come from, and what evaluating them may cost."""

    @property
    def evaluation(self) -> Evaluation:
        """What the expressions of one attempt share."""
        ...

    def resolve(self, path: ValuePath) -> JsonValue:
        """The value, or TemplateError saying what is missing and what does exist."""
        ...


def follow(value: JsonValue, path: ValuePath, known: str, first: int = 0) -> JsonValue:
    """Walk the steps from the `first` on through `value`, which was found under `known`."""
    for index in range(first, len(path.steps)):
        step = path.steps[index]
        if isinstance(step, str) and isinstance(value, dict) and step in value:  # noqa: SIM114
            value = value[step]
        elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
            value = value[step]
        else:
            walked = "".join(map(_write_step, path.steps[first:index]))
            raise _explain(value, step, path, f"{known}{walked}")
    return value


def _write_step(step: PathStep) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{step}"


def _explain(value: JsonValue, step: PathStep, path: ValuePath, known: str) -> MissingValueError:
    if isinstance(step, int) and isinstance(value, list):
        return MissingValueError(
            f"{{{{{path.text}}}}}: {known} has {len(value)} entries, none at {step}"
        )
    if isinstance(step, str) and isinstance(value, dict):
        return missing_name(path, known, step, list(value))
    what = "entry" if isinstance(step, int) else "field"
    return MissingValueError(
        f"{{{{{path.text}}}}}: {known} is of type {get_type_name(value)} and has no {what} '{step}'"
    )


def missing_name(path: ValuePath, known: str, name: str, existing: list[str]) -> MissingValueError:
    """The error for a name that is not there: names, never values, of what is."""
    names = tuple(sorted(existing)[:NAMES_SHOWN])
    shown = ", ".join(names) or "nothing"
    more = f" and {len(existing) - NAMES_SHOWN} more" if len(existing) > NAMES_SHOWN else ""
    message = f"{{{{{path.text}}}}}: {known} has no '{name}'; it has {shown}{more}"
    return MissingValueError(message, names)
