"""The lines of Bruno's `assert` block: an expression, an operator and a value."""

import re
from typing import Any, Final

from app.catalog.importers.bruno.comparisons import FALSY, compare
from app.catalog.importers.bruno.meanings import (
    Answer,
    Constant,
    Evaluator,
    Meaning,
    UnclearError,
)
from app.catalog.importers.bruno.model import Field
from app.catalog.importers.javascript.errors import ScriptError
from app.catalog.importers.javascript.parser import parse_script
from app.catalog.importers.javascript.syntax import Do
from app.engine.json_values import JsonValue

_UNARY: Final[dict[str, tuple[str, JsonValue, bool]]] = {
    "isEmpty": ("empty", None, False),
    "isNotEmpty": ("empty", None, True),
    "isNull": ("eq", None, False),
    "isNotNull": ("eq", None, True),
    "isUndefined": ("absent", None, False),
    "isDefined": ("exists", None, False),
    "isTruthy": ("not-in", FALSY, False),
    "isFalsy": ("in", FALSY, False),
    # What a path finds in a JSON body is JSON.
    "isJson": ("exists", None, False),
    "isNumber": ("type", "number", False),
    "isString": ("type", "string", False),
    "isBoolean": ("type", "boolean", False),
    "isArray": ("type", "array", False),
}
_BINARY: Final = {
    "eq": "eq",
    "neq": "ne",
    "gt": "gt",
    "gte": "ge",
    "lt": "lt",
    "lte": "le",
    "in": "in",
    "notIn": "not-in",
    "contains": "contains",
    "notContains": "not-contains",
    "length": "length",
    "matches": "matches",
    "notMatches": "not-matches",
    "startsWith": "starts",
    "endsWith": "ends",
    "between": "between",
}
_LISTS: Final = frozenset(("in", "not-in", "between"))
_PATTERNS: Final = frozenset(("matches", "not-matches"))
_AFFIXES: Final = frozenset(("starts", "ends"))
_NUMBER: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_WORDS: Final[dict[str, JsonValue]] = {"true": True, "false": False, "null": None}
_LONGEST: Final = 2_000


def build_assertion(field: Field) -> dict[str, Any]:
    """Return the assertion; raise `UnclearError` when there is none that says it."""
    subject = read_expression(field.name)
    operator, _, operand = field.value.strip().partition(" ")
    if operator in _UNARY:
        ours, value, negated = _UNARY[operator]
        return compare(subject, ours, Constant(value), negated=negated)
    if operator not in _BINARY:
        operator, operand = "eq", field.value
    ours = _BINARY[operator]
    return compare(subject, ours, Constant(_read_operand(ours, operand.strip(), subject)))


def read_expression(source: str) -> Meaning:
    """Return what an expression stands for; raise `UnclearError`."""
    if len(source) > _LONGEST:
        raise UnclearError
    try:
        statements = parse_script(source)
    except ScriptError as error:
        raise UnclearError from error
    if len(statements) != 1 or not isinstance(statements[0], Do):
        raise UnclearError
    return Evaluator().evaluate(statements[0].expression)


def _read_operand(operator: str, operand: str, subject: Meaning) -> JsonValue:
    if operator in _LISTS:
        inner = operand.removeprefix("[").removesuffix("]")
        return [_read_scalar(part.strip(), subject) for part in inner.split(",")]
    if operator in _PATTERNS:
        is_delimited = len(operand) > 1 and operand[0] == operand[-1] == "/"
        return operand[1:-1] if is_delimited else operand
    if operator in _AFFIXES:
        return _unquote(operand)
    return _read_scalar(operand, subject)


def _read_scalar(text: str, subject: Meaning) -> JsonValue:
    if isinstance(subject, Answer) and subject.part == "header":
        return _unquote(text)
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return _unquote(text)


def _unquote(text: str) -> str:
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'`"
    return text[1:-1] if is_quoted else text
