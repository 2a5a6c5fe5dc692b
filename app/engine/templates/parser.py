r"""
Reads templates: texts with `{{path | filter(arguments)}}` expressions. Runs no code.

`\{{` is a literal `{{`. Every step of the parser moves forward, so a text is read once.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NoReturn

from app.engine.errors import TemplateError
from app.engine.templates.dynamic_values import DYNAMIC_VALUES
from app.engine.templates.expressions import (
    Argument,
    Default,
    DynamicCall,
    Expression,
    FilterCall,
    Literal,
)
from app.engine.templates.filters import FILTERS
from app.engine.templates.functions import Function, list_names, read_any
from app.engine.templates.paths import PathStep, ValuePath
from app.engine.templates.template import Part, Template

MAXIMUM_EXPRESSION_CHARACTERS = 1_000
MAXIMUM_PATH_STEPS = 64
MAXIMUM_FILTERS = 16
EXCERPT_CHARACTERS = 80

OPEN, CLOSE = "{{", "}}"
DEFAULT = "default"
EXAMPLE = "{{env.NAME | upper}}"

_SPACE = re.compile(r"\s*")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_LABEL = re.compile(r"#([A-Za-z0-9_.-]{1,64})")
_NUMBER = re.compile(r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?")
_STRING = re.compile(
    r""""(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'""",
    re.DOTALL,
)
_STEP = re.compile(
    rf"\.(?P<name>[A-Za-z0-9_$][A-Za-z0-9_$-]*)|\[(?P<index>-?[0-9]{{1,9}})\]|\[(?:{_STRING.pattern})\]",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_DEFAULT_FUNCTION = Function('default("value")', read_any, (read_any,), 1)
_KEYWORDS = {"true": True, "false": False, "null": None}


@lru_cache(maxsize=8192)
def parse_template(text: str) -> Template:
    """Compile a text; raise TemplateError for a malformed expression."""
    parts: list[Part] = []
    literal: list[str] = []
    position = 0
    while (start := text.find(OPEN, position)) >= 0:
        if start > position and text[start - 1] == "\\":
            literal += (text[position : start - 1], OPEN)
            position = start + len(OPEN)
            continue
        literal.append(text[position:start])
        _flush(literal, parts)
        part, position = _ExpressionParser(text, start).parse()
        parts.append(part)
    literal.append(text[position:])
    _flush(literal, parts)
    return Template(tuple(parts))


def parse_path(text: str) -> ValuePath:
    """Compile a path that stands without braces."""
    parts = parse_template(f"{OPEN}{text}{CLOSE}").parts
    path = parts[0]
    if len(parts) > 1 or not isinstance(path, ValuePath) or path.text != text:
        raise TemplateError(f"'{text[:EXCERPT_CHARACTERS]}' is not a path such as env.NAME")
    return path


def _flush(literal: list[str], parts: list[Part]) -> None:
    if text := "".join(literal):
        parts.append(text)
    literal.clear()


class _ExpressionParser:
    """Reads one expression of a text, from its `{{` on."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._start = start
        self._first = start + len(OPEN)
        self._position = self._first
        self._end = min(len(text), self._first + MAXIMUM_EXPRESSION_CHARACTERS)

    def parse(self) -> tuple[ValuePath | Expression, int]:
        """The expression, and where the text behind its `}}` begins."""
        operand = self._read_operand()
        filters = tuple(self._iter_filters())
        text = self._text[self._first : self._position].strip()
        if not self._take(CLOSE):
            self._refuse()
        if isinstance(operand, ValuePath) and not filters:
            return operand, self._position
        return Expression(operand, filters, text), self._position

    def _read_operand(self) -> Argument | DynamicCall:
        self._skip_space()
        operand = self._read_dynamic() if self._take("$") else self._read_argument()
        self._skip_space()
        return operand

    def _read_dynamic(self) -> DynamicCall:
        name = self._read_name()
        if name not in DYNAMIC_VALUES:
            known = list_names(DYNAMIC_VALUES, "$")
            self._fail(f"there is no dynamic value '${name}'; there is {known}")
        arguments = self._read_arguments(DYNAMIC_VALUES[name])
        label = self._match(_LABEL)
        return DynamicCall(name, arguments, label[1] if label else None)

    def _iter_filters(self) -> Iterator[FilterCall | Default]:
        for _ in range(MAXIMUM_FILTERS):
            if not self._take("|"):
                return
            self._skip_space()
            yield self._read_filter()
            self._skip_space()
        if self._take("|"):
            self._fail(f"more than {MAXIMUM_FILTERS} filters")

    def _read_filter(self) -> FilterCall | Default:
        name = self._read_name()
        if name == DEFAULT:
            return Default(self._read_arguments(_DEFAULT_FUNCTION)[0])
        if name not in FILTERS:
            known = list_names([*FILTERS, DEFAULT])
            self._fail(f"there is no filter '{name}'; there is {known}")
        return FilterCall(name, self._read_arguments(FILTERS[name].function))

    def _read_arguments(self, function: Function) -> tuple[Argument, ...]:
        arguments = self._read_list() if self._take("(") else ()
        problem = function.find_problem(len(arguments))
        if problem is not None:
            self._fail(problem)
        return arguments

    def _read_list(self) -> tuple[Argument, ...]:
        arguments: list[Argument] = []
        self._skip_space()
        while not self._take(")"):
            if arguments and not self._take(","):
                self._refuse()
            self._skip_space()
            arguments.append(self._read_argument())
            self._skip_space()
        return tuple(arguments)

    def _read_argument(self) -> Argument:
        begin = self._position
        if name := self._match(_NAME):
            steps = tuple(self._iter_steps())
            if not steps and name[0] in _KEYWORDS:
                return Literal(_KEYWORDS[name[0]])
            return ValuePath(name[0], steps, self._text[begin : self._position])
        if string := self._match(_STRING):
            return Literal(_unescape(string))
        if number := self._match(_NUMBER):
            return Literal(_to_number(number[0]))
        return self._refuse()

    def _iter_steps(self) -> Iterator[PathStep]:
        for _ in range(MAXIMUM_PATH_STEPS):
            step = self._match(_STEP)
            if step is None:
                return
            yield _read_step(step)
        if self._match(_STEP):
            self._fail(f"a path of over {MAXIMUM_PATH_STEPS} steps")

    def _read_name(self) -> str:
        name = self._match(_NAME)
        return name[0] if name else self._refuse()

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self._text, self._position, self._end)
        if match is not None:
            self._position = match.end()
        return match

    def _take(self, symbol: str) -> bool:
        if not self._text.startswith(symbol, self._position):
            return False
        self._position += len(symbol)
        return True

    def _skip_space(self) -> None:
        self._match(_SPACE)

    def _refuse(self) -> NoReturn:
        behind = self._text.find(CLOSE, self._position, self._end)
        if behind < 0 and self._end < len(self._text):
            self._fail(f"an expression of over {MAXIMUM_EXPRESSION_CHARACTERS} characters")
        if behind < 0:
            raise TemplateError(
                f"'{OPEN}' at character {self._start + 1} is never closed by '{CLOSE}'"
            )
        at = self._position - self._first + 1
        self._fail(f"not understood from character {at}; write it like {EXAMPLE}")

    def _fail(self, problem: str) -> NoReturn:
        close = self._text.find(CLOSE, self._position, self._end)
        end = self._end if close < 0 else close
        shown = self._text[self._first : min(end, self._first + EXCERPT_CHARACTERS)]
        raise TemplateError(f"{OPEN}{shown}{CLOSE}: {problem}")


def _read_step(step: re.Match[str]) -> PathStep:
    if step.lastgroup == "name":
        return step["name"]
    return int(step["index"]) if step.lastgroup == "index" else _unescape(step)


def _unescape(string: re.Match[str]) -> str:
    content = string[string.lastgroup or "double"]
    return _ESCAPE.sub(_replace_escape, content) if "\\" in content else content


def _replace_escape(escape: re.Match[str]) -> str:
    if escape[1] is None:
        return _ESCAPES.get(escape[2], escape[2])
    character = chr(int(escape[1], 16))
    return "\ufffd" if "\ud800" <= character <= "\udfff" else character


def _to_number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)
