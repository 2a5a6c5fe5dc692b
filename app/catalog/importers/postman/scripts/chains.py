"""Goes along a chain of words from what it is about to what is said of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from app.catalog.importers.javascript.syntax import Call, Expression, Literal, Member
from app.catalog.importers.postman.scripts import responses
from app.catalog.importers.postman.scripts.checks import (
    Assertion,
    Claim,
    claim,
    claim_keys,
    claim_members,
    claim_property,
    claim_type,
    iter_truthy,
    write,
)
from app.catalog.importers.postman.scripts.evaluation import Evaluator, find_dotted
from app.catalog.importers.postman.scripts.meanings import (
    Answer,
    Constant,
    Meaning,
    UnclearError,
    Undefined,
)

_WORDS: Final = frozenset(
    (
        *("to", "be", "been", "is", "that", "which", "and", "has", "have", "with", "at", "of"),
        *("same", "but", "does", "still", "also", "deep", "own", "all", "any", "ordered"),
    )
)
_COMPARISONS: Final = {
    **dict.fromkeys(("eql", "eqls", "equal", "equals", "eq"), "eq"),
    **dict.fromkeys(("above", "gt", "greaterThan"), "gt"),
    **dict.fromkeys(("least", "gte", "greaterThanOrEqual"), "ge"),
    **dict.fromkeys(("below", "lt", "lessThan"), "lt"),
    **dict.fromkeys(("most", "lte", "lessThanOrEqual"), "le"),
    **dict.fromkeys(("include", "includes", "contain", "contains", "string"), "contains"),
    **dict.fromkeys(("match", "matches"), "matches"),
    "oneOf": "in",
}
_CONSTANTS: Final[Mapping[str, Meaning]] = {
    "true": Constant(True),
    "false": Constant(False),
    "null": Constant(None),
    "undefined": Undefined(),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One word of a chain; `arguments` are None unless it is called."""

    name: str
    arguments: tuple[Expression, ...] | None


def translate_chain(expression: Expression, evaluator: Evaluator) -> list[Assertion] | None:
    """Return the assertions of a chain, None when it is none; raises `UnclearError`."""
    root, steps = _flatten(expression)
    if isinstance(root, Call) and find_dotted(root.callee) in ("pm.expect", "expect"):
        if not root.arguments:
            message = "It is about nothing."
            raise UnclearError(message)
        subject = evaluator.evaluate(root.arguments[0])
        if subject == Answer("response"):
            return responses.translate(_to_words(steps, evaluator))
        return _Walk(Claim(subject), evaluator).go(steps)
    names = [step.name for step in steps]
    if names[:3] == ["pm", "response", "to"]:
        return responses.translate(_to_words(steps[3:], evaluator))
    return None


def _flatten(expression: Expression) -> tuple[Expression | None, list[Step]]:
    """The call that a chain begins with, if any, and the words behind it."""
    steps: list[Step] = []
    arguments: tuple[Expression, ...] | None = None
    while True:
        if isinstance(expression, Call) and arguments is None and not expression.is_new:
            if find_dotted(expression.callee) in ("pm.expect", "expect"):
                return expression, steps[::-1]
            arguments, expression = expression.arguments, expression.callee
        elif isinstance(expression, Member) and isinstance(expression.name, Literal):
            steps.append(Step(str(expression.name.value), arguments))
            arguments, expression = None, expression.owner
        else:
            break
    dotted = find_dotted(expression)
    if dotted is not None:
        steps.append(Step(dotted, arguments))
    return None, steps[::-1]


def _to_words(steps: list[Step], evaluator: Evaluator) -> list[responses.Word]:
    return [
        responses.Word(
            step.name,
            None
            if step.arguments is None
            else tuple(evaluator.evaluate(item) for item in step.arguments),
        )
        for step in steps
        if step.name not in _WORDS or step.arguments is not None
    ]


class _Walk:
    """One chain that begins with `pm.expect(...)`."""

    def __init__(self, begin: Claim, evaluator: Evaluator) -> None:
        self._claim = begin
        self._evaluator = evaluator
        self._found: list[Assertion] = []
        self._says_something = False
        self._properties: Mapping[str, Callable[[], list[Assertion]]] = {
            "ok": lambda: list(iter_truthy(self._claim)),
            "exist": self._exist,
            "empty": self._be_empty,
        }

    def go(self, steps: list[Step]) -> list[Assertion]:
        """Return what the whole chain says; raises `UnclearError` when nothing or too much."""
        for step in steps:
            self._take(step)
        if not self._says_something:
            message = "It says nothing."
            raise UnclearError(message)
        return self._found

    def _take(self, step: Step) -> None:
        if step.name == "not":
            self._claim = replace(self._claim, negated=not self._claim.negated)
        elif step.name == "nested":
            self._claim = replace(self._claim, nested=True)
        elif step.name in ("length", "lengthOf"):
            self._take_length(step)
        elif step.arguments is None:
            self._take_word(step.name)
        else:
            self._add(self._call(step.name, [self._evaluate(item) for item in step.arguments]))

    def _evaluate(self, expression: Expression) -> Meaning:
        return self._evaluator.evaluate(expression)

    def _take_word(self, name: str) -> None:
        if name in ("include", "contain", "includes", "contains", "any"):
            self._claim = replace(self._claim, partly=True)
        elif name in _CONSTANTS:
            self._add(self._compare("eq", _CONSTANTS[name]))
        elif name in self._properties:
            self._add(self._properties[name]())
        elif name not in _WORDS:
            message = f"The word {name[:50]} is not known."
            raise UnclearError(message)

    def _take_length(self, step: Step) -> None:
        subject = self._claim.subject
        if not isinstance(subject, Answer):
            message = "It says nothing about the answer."
            raise UnclearError(message)
        measured = replace(subject, is_length=True)
        if step.arguments:
            expected = self._evaluate(step.arguments[0])
            self._add(claim(measured, "eq", expected, negated=self._claim.negated))
        else:
            self._claim = replace(self._claim, subject=measured)

    def _call(self, name: str, arguments: list[Meaning]) -> list[Assertion]:
        if name in ("a", "an"):
            value = arguments[0].value if arguments and isinstance(arguments[0], Constant) else None
            return claim_type(self._claim, value)
        if name in ("property", "ownProperty"):
            self._claim, written = claim_property(self._claim, arguments)
            return written
        if name in ("keys", "key"):
            return claim_keys(self._claim, arguments)
        if name == "within":
            return self._be_within(arguments)
        if name == "members" and arguments:
            return claim_members(self._claim, arguments[0])
        if name in _COMPARISONS and arguments:
            return self._compare(_COMPARISONS[name], arguments[0])
        message = f"The word {name[:50]} is not known."
        raise UnclearError(message)

    def _compare(self, operator: str, expected: Meaning) -> list[Assertion]:
        return claim(self._claim.subject, operator, expected, negated=self._claim.negated)

    def _be_within(self, arguments: list[Meaning]) -> list[Assertion]:
        values = [item.value for item in arguments if isinstance(item, Constant)]
        if len(values) != 2 or self._claim.negated:
            message = "Its limits cannot be told without running the script."
            raise UnclearError(message)
        return self._compare("between", Constant(values))

    def _exist(self) -> list[Assertion]:
        return self._compare("ne", Undefined())

    def _be_empty(self) -> list[Assertion]:
        subject = self._claim.subject
        if not isinstance(subject, Answer):
            message = "It says nothing about the answer."
            raise UnclearError(message)
        if self._claim.negated and subject.part == "text":
            return [write(subject, "exists")]
        if self._claim.negated:
            return [write(replace(subject, is_length=True), "gt", 0)]
        return [write(subject, "empty")]

    def _add(self, found: list[Assertion]) -> None:
        self._says_something = True
        self._found += found
