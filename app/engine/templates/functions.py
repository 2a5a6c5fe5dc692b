"""Functions that templates may call: what they take is checked before they run."""

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.engine.json_values import JsonValue, get_type_name, render_json

MAXIMUM_DIGITS = 300
MAXIMUM_RESULT_CHARACTERS = 10 * 1024 * 1024

_NUMBER = re.compile(r"[+-]?[0-9]+(?P<rest>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")


class InvalidArgumentError(ValueError):
    """A function of a template cannot do this; says what it wants, never the value it got."""


Reader: TypeAlias = Callable[[JsonValue], object]


@dataclass(frozen=True, slots=True)
class Function:
    """
    `usage` shows how to write it, `readers` check and convert the arguments.

    The last reader reads all further arguments when `is_variadic`.
    """

    usage: str
    run: Callable[..., JsonValue]
    readers: tuple[Reader, ...] = ()
    required: int = 0
    is_variadic: bool = False

    def find_problem(self, count: int) -> str | None:
        """Why it cannot be called with this many arguments."""
        if count >= self.required and (self.is_variadic or count <= len(self.readers)):
            return None
        return f"write {self.usage}, not with {count} argument{'' if count == 1 else 's'}"

    def call(self, given: Sequence[object], arguments: Sequence[JsonValue]) -> JsonValue:
        """Run with what it is `given` and the arguments; raise InvalidArgumentError."""
        try:
            value = self.run(*given, *self._read(arguments))
            if isinstance(value, str):
                check_size(len(value))
            return value
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"{self.usage} {error}") from None

    def _read(self, arguments: Sequence[JsonValue]) -> list[object]:
        last = len(self.readers) - 1
        return [self.readers[min(at, last)](value) for at, value in enumerate(arguments)]


@dataclass(frozen=True, slots=True)
class Filter:
    """A function of the value before the `|`, which `subject` checks and converts."""

    subject: Reader
    function: Function

    def apply(self, value: JsonValue, arguments: Sequence[JsonValue]) -> JsonValue:
        """What it makes of a value; raise InvalidArgumentError."""
        try:
            subject = self.subject(value)
        except InvalidArgumentError as error:
            raise InvalidArgumentError(f"{self.function.usage} {error}") from None
        return self.function.call((subject,), arguments)


def list_names(functions: Iterable[str], prefix: str = "") -> str:
    """What there is, for messages."""
    return ", ".join(f"{prefix}{name}" for name in sorted(functions))


def read_any(value: JsonValue) -> JsonValue:
    """Take everything."""
    return value


def read_text(value: JsonValue) -> str:
    """A text; numbers and booleans as they are written in JSON."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, list | dict):
        raise InvalidArgumentError(f"wants a text, not {get_type_name(value)}")
    return render_json(value)


def read_number(value: JsonValue) -> int | float:
    """A number, or a text that is one."""
    if isinstance(value, str):
        return parse_number(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidArgumentError(f"wants a number, not {get_type_name(value)}")
    return value


def parse_number(text: str) -> int | float:
    """Read a text as JSON writes numbers, with spaces around it allowed."""
    if len(text) > MAXIMUM_DIGITS:
        raise InvalidArgumentError(f"wants a number of at most {MAXIMUM_DIGITS} characters")
    written = _NUMBER.fullmatch(text.strip())
    if written is None:
        raise InvalidArgumentError("wants a number, not another text")
    return int(written[0]) if written["rest"] == "" else check_number(float(written[0]))


def check_number(number: int | float) -> int | float:
    """Refuse what JSON cannot write, and numbers without end."""
    if isinstance(number, int):
        is_usable = number.bit_length() <= MAXIMUM_DIGITS * 3
    else:
        is_usable = math.isfinite(number)
    if not is_usable:
        raise InvalidArgumentError("makes a number that is too large")
    return number


def read_whole(value: JsonValue) -> int:
    """A whole number."""
    number = read_number(value)
    if isinstance(number, float) and not number.is_integer():
        raise InvalidArgumentError("wants a whole number")
    return int(number)


def read_list(value: JsonValue) -> list[JsonValue]:
    """A list."""
    if not isinstance(value, list):
        raise InvalidArgumentError(f"wants a list, not {get_type_name(value)}")
    return value


def read_object(value: JsonValue) -> dict[str, JsonValue]:
    """An object."""
    if not isinstance(value, dict):
        raise InvalidArgumentError(f"wants an object, not {get_type_name(value)}")
    return value


def check_size(characters: int) -> None:
    """Refuse to make a text that is too long, before it is made."""
    if characters > MAXIMUM_RESULT_CHARACTERS:
        raise InvalidArgumentError(f"makes a text of over {MAXIMUM_RESULT_CHARACTERS} characters")
