"""Assertions and captures in Bruno's scripts, as far as they can be told without running them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from app.catalog.importers.bruno.comparisons import FALSY, TYPES, compare
from app.catalog.importers.bruno.meanings import Answer, Constant, Evaluator, Meaning, UnclearError
from app.catalog.importers.javascript.syntax import (
    Call,
    Declare,
    Do,
    Expression,
    Function,
    Literal,
    Member,
    Name,
    Statement,
)
from app.engine.json_values import JsonValue

_SETTERS: Final = frozenset(("setVar", "setEnvVar", "setGlobalEnvVar", "setCollectionVar"))
_GROUPS: Final = frozenset(("test", "it", "describe"))
_FILLERS: Final = frozenset(
    [
        "to",
        "be",
        "been",
        "is",
        "that",
        "which",
        "and",
        "has",
        "have",
        "with",
        "at",
        "of",
        "same",
        "but",
        "does",
        "still",
        "also",
        "deep",
    ]
)
_COMPARISONS: Final = {
    **dict.fromkeys(("equal", "equals", "eq", "eql", "eqls"), "eq"),
    **dict.fromkeys(("above", "greaterThan", "gt"), "gt"),
    **dict.fromkeys(("below", "lessThan", "lt"), "lt"),
    **dict.fromkeys(("least", "gte", "greaterThanOrEqual"), "ge"),
    **dict.fromkeys(("most", "lte", "lessThanOrEqual"), "le"),
    **dict.fromkeys(("include", "includes", "contain", "contains", "string"), "contains"),
    **dict.fromkeys(("match", "matches"), "matches"),
    "oneOf": "in",
    "startWith": "starts",
    "endWith": "ends",
}
_WORDS: Final[dict[str, tuple[str, Any]]] = {
    "true": ("eq", True),
    "false": ("eq", False),
    "null": ("eq", None),
    "undefined": ("absent", None),
    "exist": ("exists", None),
    "empty": ("empty", None),
    "ok": ("not-in", FALSY),
}


@dataclass(slots=True)
class Found:
    """What a script says: assertions, variables that are set, and lines that are not understood."""

    assertions: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    captures: list[tuple[str, Answer]] = field(default_factory=list[tuple[str, Answer]])
    strange: list[int] = field(default_factory=list[int])


def read_statements(statements: Iterable[Statement]) -> Found:
    """Return what the statements of one script say; lines are counted in the script."""
    reader = _ScriptReader()
    reader.read(statements)
    return reader.found


class _ScriptReader:
    def __init__(self) -> None:
        self.found = Found()
        self._evaluator = Evaluator()

    def read(self, statements: Iterable[Statement]) -> None:
        for statement in statements:
            try:
                self._read_statement(statement)
            except UnclearError:
                self.found.strange.append(statement.line)

    def _read_statement(self, statement: Statement) -> None:
        if isinstance(statement, Declare):
            meaning = self._evaluator.find(statement.value)
            self._evaluator.variables[statement.name] = meaning
        elif isinstance(statement, Do) and isinstance(statement.expression, Call):
            self._read_call(statement.expression)
        elif isinstance(statement, Do):
            self._read_chain(statement.expression)
        else:
            raise UnclearError

    def _read_call(self, call: Call) -> None:
        name = call.callee.name if isinstance(call.callee, Name) else ""
        bodies = [entry for entry in call.arguments if isinstance(entry, Function)]
        if name in _GROUPS and bodies:
            self.read(bodies[0].body)
        elif _is_member(call.callee, "bru", _SETTERS):
            self._read_setter(call)
        elif not _is_member(call.callee, "console", None):
            self._read_chain(call)

    def _read_setter(self, call: Call) -> None:
        if len(call.arguments) < 2:
            raise UnclearError
        name = self._evaluator.evaluate_constant(call.arguments[0])
        value = self._evaluator.evaluate(call.arguments[1])
        if not isinstance(name, str) or not isinstance(value, Answer) or value.is_length:
            raise UnclearError
        self.found.captures.append((name, value))

    def _read_chain(self, expression: Expression) -> None:
        words, subject = _unwind(expression)
        if subject is None:
            raise UnclearError
        claim = _Claim(self._evaluator, self._evaluator.evaluate(subject))
        for word, arguments in words:
            claim.take(word, arguments)
        if not claim.assertions:
            raise UnclearError
        self.found.assertions += claim.assertions


class _Claim:
    """`expect(subject).to.not.equal(7)`, word by word."""

    def __init__(self, evaluator: Evaluator, subject: Meaning) -> None:
        self.assertions: list[dict[str, Any]] = []
        self._evaluator = evaluator
        self._subject = subject
        self._negated = False

    def take(self, word: str, arguments: tuple[Expression, ...] | None) -> None:
        """Understand one word; raise `UnclearError`."""
        if word == "not":
            self._negated = not self._negated
        elif word in _COMPARISONS and arguments:
            self._claim(_COMPARISONS[word], self._evaluator.evaluate(arguments[0]))
        elif word in ("a", "an") and arguments:
            self._claim_type(self._evaluator.evaluate_constant(arguments[0]))
        elif word in ("lengthOf", "length") and arguments:
            self._claim("length", self._evaluator.evaluate(arguments[0]))
        elif word == "within" and arguments and len(arguments) > 1:
            bounds = [self._evaluator.evaluate_constant(entry) for entry in arguments[:2]]
            self._claim("between", Constant(bounds))
        elif word == "property" and arguments:
            self._claim_property(arguments)
        elif word == "jsonSchema" and arguments:
            self._claim_schema(self._evaluator.evaluate_constant(arguments[0]))
        elif word in _WORDS:
            operator, value = _WORDS[word]
            self._claim(operator, Constant(value))
        elif word not in _FILLERS:
            raise UnclearError

    def _claim(self, operator: str, expected: Meaning) -> None:
        assertion = compare(self._subject, operator, expected, negated=self._negated)
        self.assertions.append(assertion)

    def _claim_type(self, name: Any) -> None:
        if name not in TYPES:
            raise UnclearError
        self._claim("type", Constant(name))

    def _claim_schema(self, schema: JsonValue) -> None:
        if self._subject != Answer("body") or self._negated:
            raise UnclearError
        self.assertions.append({"type": "schema", "expected": schema})

    def _claim_property(self, arguments: tuple[Expression, ...]) -> None:
        if not isinstance(self._subject, Answer):
            raise UnclearError
        self._subject = self._subject.step(self._evaluator.evaluate_constant(arguments[0]))
        if len(arguments) > 1:
            self._claim("eq", self._evaluator.evaluate(arguments[1]))
        else:
            self._claim("exists", Constant(None))


_Words = list[tuple[str, tuple[Expression, ...] | None]]


def _unwind(expression: Expression) -> tuple[_Words, Expression | None]:
    """The words of a chain in their order, and what `expect` was given."""
    words: _Words = []
    arguments: tuple[Expression, ...] | None = None
    while True:
        if isinstance(expression, Call) and arguments is None:
            arguments = expression.arguments
            expression = expression.callee
        elif isinstance(expression, Member) and isinstance(expression.name, Literal):
            words.append((str(expression.name.value), arguments))
            arguments = None
            expression = expression.owner
        else:
            break
    is_claim = isinstance(expression, Name) and expression.name == "expect" and arguments
    return words[::-1], arguments[0] if is_claim and arguments else None


def _is_member(callee: Expression, owner: str, names: frozenset[str] | None) -> bool:
    if not isinstance(callee, Member) or not isinstance(callee.owner, Name):
        return False
    name = callee.name.value if isinstance(callee.name, Literal) else None
    return callee.owner.name == owner and (names is None or name in names)
