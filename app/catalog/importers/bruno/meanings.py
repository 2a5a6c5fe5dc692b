"""What the expressions in Bruno's assertions and scripts stand for; nothing is run."""

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from app.catalog.importers.javascript.syntax import (
    ArrayLiteral,
    Call,
    Expression,
    Member,
    Name,
    ObjectLiteral,
    Pattern,
)
from app.catalog.importers.javascript.syntax import (
    Literal as LiteralExpression,
)
from app.engine.json_path import render_step
from app.engine.json_values import JsonValue

Part = Literal["response", "status", "body", "header", "headers", "duration"]
_MEMBERS: Final[dict[str, Part]] = {
    "status": "status",
    "body": "body",
    "headers": "headers",
    "responseTime": "duration",
}
_GETTERS: Final[dict[str, Part]] = {
    "getStatus": "status",
    "getBody": "body",
    "getHeaders": "headers",
    "getResponseTime": "duration",
}
_VARIABLES: Final = frozenset(
    ("getVar", "getEnvVar", "getGlobalEnvVar", "getCollectionVar", "getFolderVar", "getRequestVar")
)
MAXIMUM_STEPS: Final = 60


class UnclearError(Exception):
    """It cannot be said without running the script."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A part of the answer; `path` is a JSONPath of the body or the name of a header."""

    part: Part
    path: str = "$"
    is_length: bool = False
    steps: int = 0

    def step(self, name: JsonValue) -> "Answer":
        """Return a part of the part; raise `UnclearError` when there is none."""
        if isinstance(name, bool) or not isinstance(name, str | int) or self.is_length:
            raise UnclearError
        if self.part == "response" and name in _MEMBERS:
            return Answer(_MEMBERS[str(name)])
        if self.part == "headers":
            return Answer("header", str(name))
        if self.part != "body" or self.steps >= MAXIMUM_STEPS:
            raise UnclearError
        if name == "length":
            return replace(self, is_length=True)
        return replace(self, path=f"{self.path}{render_step(name)}", steps=self.steps + 1)


@dataclass(frozen=True, slots=True)
class Constant:
    """A value; texts in it may have placeholders."""

    value: JsonValue


@dataclass(frozen=True, slots=True)
class Matcher:
    """A regular expression."""

    pattern: str


Meaning: TypeAlias = Answer | Constant | Matcher


class Evaluator:
    """Knows the variables that a script has declared so far."""

    def __init__(self) -> None:
        self.variables: dict[str, Meaning | None] = {
            "res": Answer("response"),
            # As early versions had it.
            "$res": Answer("response"),
        }

    def find(self, expression: Expression) -> Meaning | None:
        """Return what it stands for; None when that cannot be said."""
        try:
            return self.evaluate(expression)
        except UnclearError:
            return None

    def evaluate(self, expression: Expression) -> Meaning:
        """Return what it stands for; raise `UnclearError`."""
        if isinstance(expression, LiteralExpression):
            return Constant(expression.value)
        if isinstance(expression, Pattern):
            return _to_matcher(expression)
        if isinstance(expression, Name):
            return self._get_variable(expression.name)
        if isinstance(expression, Member):
            return self._evaluate_member(expression)
        if isinstance(expression, Call):
            return self._evaluate_call(expression)
        if isinstance(expression, ArrayLiteral):
            return Constant([self.evaluate_constant(item) for item in expression.items])
        if isinstance(expression, ObjectLiteral):
            fields = {name: self.evaluate_constant(item) for name, item in expression.fields}
            return Constant(fields)
        raise UnclearError

    def evaluate_constant(self, expression: Expression) -> JsonValue:
        """Return a value; raise `UnclearError`."""
        meaning = self.evaluate(expression)
        if isinstance(meaning, Constant):
            return meaning.value
        raise UnclearError

    def _get_variable(self, name: str) -> Meaning:
        meaning = self.variables.get(name)
        if meaning is None:
            raise UnclearError
        return meaning

    def _evaluate_member(self, member: Member) -> Answer:
        owner = self.evaluate(member.owner)
        if not isinstance(owner, Answer):
            raise UnclearError
        return owner.step(self.evaluate_constant(member.name))

    def _evaluate_call(self, call: Call) -> Meaning:
        if isinstance(call.callee, Name) and call.callee.name == "res" and call.arguments:
            return Answer("body", _to_path(self.evaluate_constant(call.arguments[0])))
        if not isinstance(call.callee, Member) or not isinstance(call.callee.owner, Name):
            raise UnclearError
        owner, method = call.callee.owner.name, self.evaluate_constant(call.callee.name)
        if owner == "res" and method in _GETTERS:
            return Answer(_GETTERS[str(method)])
        argument = self.evaluate_constant(call.arguments[0]) if call.arguments else None
        if owner == "res" and method == "getHeader" and isinstance(argument, str):
            return Answer("header", argument)
        if owner == "bru" and method in _VARIABLES and _is_plain(argument):
            return Constant(f"{{{{{argument}}}}}")
        raise UnclearError


def _is_plain(name: JsonValue) -> bool:
    return isinstance(name, str) and 0 < len(name) <= 100 and not {"{", "}"} & set(name)


def _to_path(query: JsonValue) -> str:
    """`res("items[0].id")`, as a JSONPath."""
    if not isinstance(query, str) or not query or len(query) > 1_000 or ".." in query:
        raise UnclearError
    return query if query.startswith("$") else f"${'' if query.startswith('[') else '.'}{query}"


def _to_matcher(pattern: Pattern) -> Matcher:
    flags = "".join(flag for flag in "ims" if flag in pattern.flags)
    source = pattern.source.replace("\\/", "/")
    return Matcher(f"(?{flags}){source}" if flags else source)
