"""Chains of words such as `pm.expect(x).to.have.property("id")` as assertions."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

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
from app.engine.json_values import JsonValue

Assertion = dict[str, Any]

_JSON_TYPES: Final = ("string", "number", "object", "array", "boolean", "null")
_REASONS: Final = {status.phrase.lower(): status.value for status in HTTPStatus}


@dataclass(frozen=True, slots=True)
class Claim:
    """What a chain says so far: about what, and whether the opposite."""

    subject: Meaning
    negated: bool = False
    nested: bool = False
    partly: bool = False


def claim(subject: Meaning, operator: str, expected: Meaning, *, negated: bool) -> list[Assertion]:
    """Return the assertions for a comparison; raises `UnclearError`."""
    if isinstance(subject, Comparison):
        return _claim_truth(subject, operator, expected, negated=negated)
    if isinstance(subject, TypeName) and operator == "eq":
        return _claim_named_type(subject.subject, expected, negated=negated)
    if isinstance(subject, Constant) and isinstance(expected, Answer) and operator == "contains":
        # `pm.expect([200, 201]).to.include(pm.response.code)`
        return claim(expected, "in", subject, negated=negated)
    if not isinstance(subject, Answer):
        message = "It says nothing about the answer."
        raise UnclearError(message)
    if operator == "type":
        return _claim_named_type(subject, expected, negated=negated)
    if isinstance(expected, Undefined):
        return [write(subject, "exists" if (operator == "ne") != negated else "absent")]
    value = read_expected(subject, expected)
    return _claim_value(subject, invert(operator) if negated else operator, value)


def _claim_named_type(subject: Answer, name: Meaning, *, negated: bool) -> list[Assertion]:
    value = name.value if isinstance(name, Constant) else None
    return claim_type(Claim(subject, negated), value)


def _claim_value(subject: Answer, operator: str, value: JsonValue) -> list[Assertion]:
    if value is None and operator == "eq":
        return [write(subject, "type", "null")]
    if value is None and operator == "ne":
        return [write(subject, "not-in", [None])]
    if isinstance(value, dict) and operator == "contains":
        return [write(subject.step(name), "eq", item) for name, item in value.items()]
    return [write(subject, operator, value)]


def write(subject: Answer, operator: str, expected: JsonValue = None) -> Assertion:
    """Return one assertion; raises `UnclearError` for a part that none looks at."""
    if subject.is_length:
        expected = {"operator": operator, "expected": expected}
        operator = "length"
    written: Assertion = {"operator": operator}
    if subject.part == "json":
        written |= {"type": "jsonpath", "path": subject.path}
    elif subject.part in ("header", "cookie"):
        written |= {"type": subject.part, "name": subject.path}
    elif subject.part in _SIMPLE:
        written["type"] = _SIMPLE[subject.part]
    else:
        message = "No assertion looks at this part of the answer."
        raise UnclearError(message)
    if operator not in ("exists", "absent", "empty"):
        written["expected"] = expected
    return written


_SIMPLE: Final = {
    "text": "body",
    "status": "status-code",
    "reason": "status-code",
    "time": "response-time",
    "size": "size",
}


def read_expected(subject: Answer, expected: Meaning) -> JsonValue:
    """Return what is expected as a value with placeholders; raises `UnclearError`."""
    if isinstance(expected, Matcher):
        return expected.pattern
    if isinstance(expected, Text):
        return expected.text
    if not isinstance(expected, Constant):
        message = "What is expected cannot be told without running the script."
        raise UnclearError(message)
    if subject.part == "reason":
        return to_status(expected.value)
    return expected.value


def to_status(value: JsonValue) -> JsonValue:
    """Return the number of a status that is named; raises `UnclearError`."""
    if not isinstance(value, str):
        return value
    status = _REASONS.get(value.lower())
    if status is None:
        message = f"The status {value[:50]} is not known."
        raise UnclearError(message)
    return status


def _claim_truth(
    comparison: Comparison, operator: str, expected: Meaning, *, negated: bool
) -> list[Assertion]:
    """`pm.expect(a < b).to.be.true`."""
    if operator != "eq" or expected not in (Constant(True), Constant(False)):
        message = "It says nothing about the answer."
        raise UnclearError(message)
    holds = (expected == Constant(True)) != negated
    return claim(comparison.subject, comparison.operator, comparison.expected, negated=not holds)


def claim_type(found: Claim, name: JsonValue) -> list[Assertion]:
    """`to.be.a("string")`."""
    if not isinstance(found.subject, Answer):
        message = "It says nothing about the answer."
        raise UnclearError(message)
    if name == "undefined":
        return [write(found.subject, "exists" if found.negated else "absent")]
    if name not in (*_JSON_TYPES, "integer") or found.negated or found.subject.part != "json":
        message = f"The type {str(name)[:50]} is not known here."
        raise UnclearError(message)
    return [write(found.subject, "type", name)]


def claim_property(found: Claim, arguments: list[Meaning]) -> tuple[Claim, list[Assertion]]:
    """`to.have.property("id", 7)`, behind which the property is what the chain is about."""
    name = arguments[0] if arguments else None
    if not isinstance(found.subject, Answer) or not isinstance(name, Constant):
        message = "Its name cannot be told without running the script."
        raise UnclearError(message)
    subject = found.subject
    steps = str(name.value).split(".") if found.nested else [str(name.value)]
    for step in steps:
        subject = subject.step(int(step) if step.isdecimal() and len(step) < 9 else step)
    narrowed = replace(found, subject=subject)
    if len(arguments) > 1:
        return narrowed, claim(subject, "eq", arguments[1], negated=found.negated)
    return narrowed, [write(subject, "absent" if found.negated else "exists")]


def claim_keys(found: Claim, arguments: list[Meaning]) -> list[Assertion]:
    """`to.have.all.keys("a", "b")`: all of them, and no others unless `include` is said."""
    names: list[JsonValue] = []
    for argument in arguments:
        value = argument.value if isinstance(argument, Constant) else None
        names += value if isinstance(value, list) else [value]
    if found.negated or not isinstance(found.subject, Answer) or None in names:
        message = "The opposite of it cannot be told."
        raise UnclearError(message)
    written = [write(found.subject.step(str(name)), "exists") for name in names]
    if not found.partly:
        written.append(write(found.subject, "length", len(names)))
    return written


def claim_members(found: Claim, expected: Meaning) -> list[Assertion]:
    """`to.include.members([..])`: each of them is in the list."""
    values = expected.value if isinstance(expected, Constant) else None
    if not isinstance(values, list) or found.negated or not isinstance(found.subject, Answer):
        message = "It cannot be told for each member."
        raise UnclearError(message)
    written = [write(found.subject, "contains", value) for value in values]
    if not found.partly:
        written.append(write(found.subject, "length", len(values)))
    return written


def iter_truthy(found: Claim) -> Iterator[Assertion]:
    """`to.be.ok`: neither null, false, 0 nor an empty text."""
    if isinstance(found.subject, Comparison):
        yield from claim(found.subject, "eq", Constant(True), negated=found.negated)
    elif isinstance(found.subject, Answer):
        operator = "in" if found.negated else "not-in"
        yield write(found.subject, operator, [None, False, 0, ""])
    else:
        message = "It says nothing about the answer."
        raise UnclearError(message)
