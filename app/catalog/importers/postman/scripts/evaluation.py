"""Finds out what the expressions of a script stand for, as far as that can be said without running it."""

import re
from collections.abc import Mapping
from typing import Final

from app.catalog.importers.javascript.syntax import (
    ArrayLiteral,
    Binary,
    Call,
    Expression,
    Join,
    Literal,
    Member,
    Name,
    ObjectLiteral,
    Pattern,
    Unary,
)
from app.catalog.importers.postman.scripts.meanings import (
    Answer,
    Comparison,
    Constant,
    Matcher,
    Meaning,
    Text,
    TypeName,
    UnclearError,
    Undefined,
    invert,
)
from app.engine.json_values import JsonValue, render_text

MAXIMUM_DEPTH: Final = 80
_PARTS: Final[Mapping[str, Answer]] = {
    "pm.response": Answer("response"),
    "pm.response.code": Answer("status"),
    "pm.response.status": Answer("reason"),
    "pm.response.responseTime": Answer("time"),
    "pm.response.responseSize": Answer("size"),
    "pm.response.headers": Answer("headers"),
    "responseCode.code": Answer("status"),
    "responseCode.name": Answer("reason"),
    "responseTime": Answer("time"),
    "responseBody": Answer("text"),
}
_CALLS: Final[Mapping[str, Answer]] = {
    "pm.response.json": Answer("json"),
    "pm.response.text": Answer("text"),
    "pm.response.reason": Answer("reason"),
    "pm.response.size": Answer("size"),
}
_GETTERS: Final = frozenset(
    (
        *(f"pm.{scope}.get" for scope in ("environment", "variables", "globals")),
        *("pm.collectionVariables.get", "postman.getEnvironmentVariable"),
        "postman.getGlobalVariable",
    )
)
_COMPARISONS: Final = {
    "===": "eq",
    "==": "eq",
    "!==": "ne",
    "!=": "ne",
    "<": "lt",
    "<=": "le",
    ">": "gt",
    ">=": "ge",
}
_TYPE_CHECKS: Final = {
    "Array.isArray": "array",
    "Number.isInteger": "integer",
    "_.isArray": "array",
    "_.isString": "string",
    "_.isNumber": "number",
    "_.isBoolean": "boolean",
}
_MIRRORED: Final = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}
_MAKERS: Final = {
    "Date.now": "{{$timestampMs}}",
    "crypto.randomUUID": "{{$uuid}}",
    "uuid.v4": "{{$uuid}}",
}
_RANDOM: Final = re.compile(r"\{\{\$randomInt\((-?[0-9]+), (-?[0-9]+)\)\}\}")
_FLAGS: Final = {"i": "(?i)", "m": "(?m)", "s": "(?s)"}


def find_dotted(expression: Expression) -> str | None:
    """Return `pm.response.code` for the members that say so."""
    names: list[str] = []
    while isinstance(expression, Member):
        if not isinstance(expression.name, Literal) or not isinstance(expression.name.value, str):
            return None
        names.append(expression.name.value)
        expression = expression.owner
    if not isinstance(expression, Name):
        return None
    return ".".join((expression.name, *reversed(names)))


class Evaluator:
    """Evaluates with the variables that the script has declared so far."""

    def __init__(self, variables: dict[str, Meaning | None]) -> None:
        self.variables = variables
        self._depth = 0

    def evaluate(self, expression: Expression) -> Meaning:
        """Return what it stands for; raises `UnclearError`."""
        self._depth += 1
        try:
            if self._depth > MAXIMUM_DEPTH:
                message = "It has too many levels."
                raise UnclearError(message)
            return self._evaluate(expression)
        finally:
            self._depth -= 1

    def _evaluate(self, expression: Expression) -> Meaning:
        if isinstance(expression, Literal):
            return Constant(expression.value)
        if isinstance(expression, Pattern):
            return _to_matcher(expression)
        if isinstance(expression, Name):
            return self._evaluate_name(expression.name)
        if isinstance(expression, Member):
            return self._evaluate_member(expression)
        if isinstance(expression, Call):
            return self._evaluate_call(expression)
        if isinstance(expression, Join):
            return self._join(expression.parts)
        return self._evaluate_operation(expression)

    def evaluate_constant(self, expression: Expression) -> JsonValue:
        """Return a value in which texts may have placeholders; raises `UnclearError`."""
        meaning = self.evaluate(expression)
        if isinstance(meaning, Constant):
            return meaning.value
        if isinstance(meaning, Text):
            return meaning.text
        message = "What is expected cannot be told without running the script."
        raise UnclearError(message)

    def _evaluate_operation(self, expression: Expression) -> Meaning:
        if isinstance(expression, ArrayLiteral):
            return Constant([self.evaluate_constant(item) for item in expression.items])
        if isinstance(expression, ObjectLiteral):
            return Constant(
                {name: self.evaluate_constant(value) for name, value in expression.fields}
            )
        if isinstance(expression, Unary) and expression.operator == "!":
            return self._negate(self.evaluate(expression.operand))
        if isinstance(expression, Unary) and expression.operator == "typeof":
            return TypeName(_require_answer(self.evaluate(expression.operand)))
        if isinstance(expression, Binary):
            return self._evaluate_binary(expression)
        message = "It would have to be run."
        raise UnclearError(message)

    def _evaluate_name(self, name: str) -> Meaning:
        if name == "undefined":
            return Undefined()
        if name in self.variables:
            meaning = self.variables[name]
            if meaning is None:
                message = f"What {name} is cannot be told without running the script."
                raise UnclearError(message)
            return meaning
        if name in _PARTS:
            return _PARTS[name]
        message = f"{name} is not known."
        raise UnclearError(message)

    def _evaluate_member(self, member: Member) -> Meaning:
        dotted = find_dotted(member)
        if dotted in _PARTS and not self._is_shadowed(dotted):
            return _PARTS[dotted]
        owner = self.evaluate(member.owner)
        name = self.evaluate_constant(member.name)
        if isinstance(owner, Answer) and isinstance(name, str | int) and not isinstance(name, bool):
            if owner.part == "text" and name == "length":
                return Answer("text", is_length=True)
            return owner.step(name)
        message = "It is no part of the answer."
        raise UnclearError(message)

    def _is_shadowed(self, dotted: str) -> bool:
        return dotted.partition(".")[0] in self.variables

    def _evaluate_call(self, call: Call) -> Meaning:
        dotted = find_dotted(call.callee)
        if dotted in _CALLS:
            return _CALLS[dotted]
        if dotted in _MAKERS:
            return Text(_MAKERS[dotted])
        if dotted is not None and (found := self._evaluate_known(dotted, call)):
            return found
        if isinstance(call.callee, Member):
            return self._evaluate_method(call.callee, call.arguments)
        message = "It would have to be run."
        raise UnclearError(message)

    def _evaluate_known(self, dotted: str, call: Call) -> Meaning | None:
        """Functions of Postman and of the language."""
        if dotted in _GETTERS:
            return Text(f"{{{{{self._read_text(call, 0)}}}}}")
        if dotted in ("pm.response.headers.get", "postman.getResponseHeader"):
            return Answer("header", self._read_text(call, 0))
        if dotted in ("pm.cookies.get", "postman.getResponseCookie"):
            return Answer("cookie", self._read_text(call, 0))
        if dotted in ("pm.variables.replaceIn", "String", "Number", "parseInt", "parseFloat"):
            return self.evaluate(call.arguments[0]) if call.arguments else None
        if dotted in _TYPE_CHECKS and call.arguments:
            subject = _require_answer(self.evaluate(call.arguments[0]))
            return Comparison(subject, "type", Constant(_TYPE_CHECKS[dotted]))
        if dotted == "JSON.parse" and call.arguments:
            return _to_json(self.evaluate(call.arguments[0]))
        if dotted == "Math.floor" and call.arguments:
            return _find_random(call.arguments[0])
        return None

    def _evaluate_method(self, callee: Member, arguments: tuple[Expression, ...]) -> Meaning:
        name = callee.name.value if isinstance(callee.name, Literal) else None
        if name == "toISOString" and _is_new_date(callee.owner):
            return Text("{{$isoTimestamp}}")
        if name == "getTime" and _is_new_date(callee.owner):
            return Text("{{$timestampMs}}")
        owner = self.evaluate(callee.owner)
        if name in ("toString", "trim", "valueOf") and not arguments:
            return owner
        if name in ("includes", "has") and isinstance(owner, Answer) and arguments:
            return Comparison(owner, "contains", self.evaluate(arguments[0]))
        if name == "hasOwnProperty" and isinstance(owner, Answer) and arguments:
            step = self.evaluate_constant(arguments[0])
            return Comparison(owner.step(str(step)), "ne", Undefined())
        if name == "test" and isinstance(owner, Matcher) and arguments:
            return Comparison(_require_answer(self.evaluate(arguments[0])), "matches", owner)
        message = "It would have to be run."
        raise UnclearError(message)

    def _read_text(self, call: Call, index: int) -> str:
        value = self.evaluate_constant(call.arguments[index]) if len(call.arguments) > index else ""
        if isinstance(value, str) and value and "{{" not in value and "}" not in value:
            return value
        message = "Its name cannot be told without running the script."
        raise UnclearError(message)

    def _join(self, parts: tuple[Expression, ...]) -> Text:
        return Text("".join(render_text(self.evaluate_constant(part)) for part in parts))

    def _add(self, binary: Binary) -> Meaning:
        """Texts are joined; of numbers only constants and random ones can be added here."""
        left, right = self.evaluate(binary.left), self.evaluate(binary.right)
        if not (_is_number(left) and _is_number(right)):
            return self._join((binary.left, binary.right))
        if isinstance(left, Constant) and isinstance(right, Constant):
            first, second = left.value, right.value
            if isinstance(first, int | float) and isinstance(second, int | float):
                return Constant(first + second)
        range_ = _RANDOM.fullmatch(left.text) if isinstance(left, Text) else None
        added = right.value if isinstance(right, Constant) else None
        if range_ is None or not isinstance(added, int):
            message = "It would have to be run."
            raise UnclearError(message)
        return Text(f"{{{{$randomInt({int(range_[1]) + added}, {int(range_[2]) + added})}}}}")

    def _negate(self, meaning: Meaning) -> Meaning:
        if isinstance(meaning, Comparison):
            return Comparison(meaning.subject, invert(meaning.operator), meaning.expected)
        message = "Its opposite cannot be told."
        raise UnclearError(message)

    def _evaluate_binary(self, binary: Binary) -> Meaning:
        if binary.operator == "+":
            return self._add(binary)
        if binary.operator in ("||", "??"):
            # What is there instead is for answers that are refused anyway.
            return _require_answer(self.evaluate(binary.left))
        if binary.operator not in _COMPARISONS:
            message = f"The operator {binary.operator} would have to be run."
            raise UnclearError(message)
        operator = _COMPARISONS[binary.operator]
        left, right = self.evaluate(binary.left), self.evaluate(binary.right)
        if isinstance(left, TypeName) and operator == "eq":
            return Comparison(left.subject, "type", right)
        if isinstance(left, Answer):
            return Comparison(left, operator, right)
        if isinstance(right, Answer):
            return Comparison(right, _MIRRORED.get(operator, operator), left)
        message = "It says nothing about the answer."
        raise UnclearError(message)


def _require_answer(meaning: Meaning) -> Answer:
    if isinstance(meaning, Answer):
        return meaning
    message = "It says nothing about the answer."
    raise UnclearError(message)


def _to_json(meaning: Meaning) -> Meaning:
    if meaning == Answer("text"):
        return Answer("json")
    message = "Only the body is read as JSON."
    raise UnclearError(message)


def _to_matcher(pattern: Pattern) -> Matcher:
    flags = "".join(_FLAGS.get(flag, "") for flag in dict.fromkeys(pattern.flags))
    return Matcher(flags + re.sub(r"\\/", "/", pattern.source))


def _is_new_date(expression: Expression) -> bool:
    return isinstance(expression, Call) and expression == Call(Name("Date"), (), is_new=True)


def _is_number(meaning: Meaning) -> bool:
    if isinstance(meaning, Text):
        return meaning.text.startswith(("{{$randomInt", "{{$timestampMs"))
    if not isinstance(meaning, Constant) or isinstance(meaning.value, bool):
        return False
    return isinstance(meaning.value, int | float)


def _find_random(expression: Expression) -> Text | None:
    """`Math.random() * 100`."""
    if not isinstance(expression, Binary) or expression.operator != "*":
        return None
    random = Call(Member(Name("Math"), Literal("random")), ())
    factor = expression.right if expression.left == random else expression.left
    number = _find_whole(factor)
    if random not in (expression.left, expression.right) or not number or number < 1:
        return None
    return Text(f"{{{{$randomInt(0, {number - 1})}}}}")


def _find_whole(expression: Expression) -> int | None:
    value = expression.value if isinstance(expression, Literal) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None
