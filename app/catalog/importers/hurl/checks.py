"""Assertions of Hurl as ours."""

import re
from typing import Any, Final

from app.catalog.importers.composing.requests import RequestComposer
from app.catalog.importers.hurl.scope import UnmappedError
from app.catalog.importers.hurl.syntax import Check, Predicate, Value
from app.catalog.importers.hurl.targets import Target, read_target

_OPERATORS: Final = {
    "==": "eq",
    "!=": "ne",
    ">": "gt",
    ">=": "ge",
    "<": "lt",
    "<=": "le",
    "equals": "eq",
    "notEquals": "ne",
    "greaterThan": "gt",
    "greaterThanOrEquals": "ge",
    "lessThan": "lt",
    "lessThanOrEquals": "le",
    "contains": "contains",
    "includes": "contains",
    "matches": "matches",
    "exists": "exists",
    "isEmpty": "empty",
}
_TYPES: Final = {
    "isInteger": "integer",
    "isFloat": "number",
    "isNumber": "number",
    "isBoolean": "boolean",
    "isString": "string",
    "isCollection": "array",
    "isList": "array",
    "isObject": "object",
}
_UUID: Final = "[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"
_BYTE: Final = "(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_SHAPES: Final = {
    "isUuid": rf"\A{_UUID}\Z",
    "isIpv4": rf"\A({_BYTE}\.){{3}}{_BYTE}\Z",
    "isIpv6": r"\A(?=.*:.*:)[0-9a-fA-F:.]{2,45}\Z",
    "isIsoDate": r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:?[0-9]{2})\Z",
}
_OPPOSITES: Final = {
    "eq": "ne",
    "ne": "eq",
    "gt": "le",
    "ge": "lt",
    "lt": "ge",
    "le": "gt",
    "contains": "not-contains",
    "matches": "not-matches",
    "exists": "absent",
}
_LENGTH_OPERATORS: Final = frozenset(("eq", "ne", "gt", "ge", "lt", "le"))
_LONGEST_PATTERN: Final = 1_000


def write_check(composer: RequestComposer, check: Check) -> None:
    """Add an assertion to the draft; one that ours cannot say is told."""
    try:
        composer.draft.add_assertion(**_build(composer, check))
    except UnmappedError as error:
        text = f"An assertion about {check.query.name}: {error}"
        composer.tell("not_imported", text, f"line {check.line}")


def _build(composer: RequestComposer, check: Check) -> dict[str, Any]:
    target, predicate = read_target(check.query), check.predicate
    if target.type == "regex":
        return _build_pattern(target, predicate)
    if target.type == "bytes":
        message = "Bytes can only be counted."
        raise UnmappedError(message)
    operator, expected = _read_predicate(composer, check, target)
    if predicate.is_negated:
        operator, expected = _negate(operator, expected)
    if target.is_length:
        operator, expected = _measure(operator, expected)
    if target.is_one_of_many:
        operator = _find_among(composer, check, operator)
    fields = {**target.fields, "operator": operator}
    if "path" in fields and target.type in ("jsonpath", "xpath"):
        fields["path"] = composer.write(fields["path"])
    return fields if operator in ("exists", "absent") else {**fields, "expected": expected}


def _find_among(composer: RequestComposer, check: Check, operator: str) -> str:
    if operator != "eq":
        message = "One of the values that a JSONPath with * or a filter finds."
        raise UnmappedError(message)
    text = "The value is looked for among all that the JSONPath finds."
    composer.tell("changed", text, f"line {check.line}")
    return "contains"


def _build_pattern(target: Target, predicate: Predicate) -> dict[str, Any]:
    if predicate.name != "exists":
        message = "Of what a pattern finds, only whether there is anything can be looked at."
        raise UnmappedError(message)
    operator = "not-matches" if predicate.is_negated else "matches"
    return {"type": "body", "operator": operator, "expected": target.fields["path"]}


def _read_predicate(composer: RequestComposer, check: Check, target: Target) -> tuple[str, Any]:
    name, value = check.predicate.name, check.predicate.value
    if name in _TYPES:
        return "type", _TYPES[name]
    if name in _SHAPES:
        return "matches", _SHAPES[name]
    if name in ("startsWith", "endsWith"):
        return "matches", _anchor(name, value)
    operator = _OPERATORS.get(name)
    if operator is None:
        message = f"The predicate {name}."
        raise UnmappedError(message)
    if value is None:
        return operator, None
    if operator == "eq" and target.type == "body" and value.kind == "text":
        return "matches", _anchor("equals", value)
    return operator, write_value(composer, value, _get_name(check))


def write_value(composer: RequestComposer, value: Value, name: str = "") -> Any:
    """Return what is expected; raise `UnmappedError` for bytes."""
    if value.kind == "bytes":
        message = "Bytes are not compared."
        raise UnmappedError(message)
    if value.kind == "literal":
        return value.literal
    written = composer.hider.write(name, value.source)
    is_alone = value.kind == "text" and written.startswith("{{captured") and "}}" in written[-2:]
    # In quotes it is a text, whatever was captured.
    return f"{written[:-2]} | string}}}}" if is_alone and written.count("{{") == 1 else written


def _get_name(check: Check) -> str:
    """The last name of what is compared, which tells whether it is a secret."""
    argument = check.query.argument
    names = re.findall(r"[\w-]+", argument.source[-200:]) if argument else []
    return names[-1] if names and check.query.name in ("jsonpath", "header", "cookie") else ""


def _anchor(name: str, value: Value | None) -> str:
    if value is None or value.kind != "text" or "{{" in value.source:
        message = "A beginning or an end that is not a plain text."
        raise UnmappedError(message)
    escaped = re.escape(value.source)
    pattern = {"startsWith": rf"\A{escaped}", "endsWith": rf"{escaped}\Z"}.get(
        name, rf"\A{escaped}\Z"
    )
    if len(pattern) > _LONGEST_PATTERN:
        message = f"A text of more than {_LONGEST_PATTERN} characters."
        raise UnmappedError(message)
    return pattern


def _negate(operator: str, expected: Any) -> tuple[str, Any]:
    if operator == "empty":
        return "empty", False
    if operator not in _OPPOSITES:
        message = "The opposite of a type."
        raise UnmappedError(message)
    return _OPPOSITES[operator], expected


def _measure(operator: str, expected: Any) -> tuple[str, Any]:
    if operator not in _LENGTH_OPERATORS or not isinstance(expected, int):
        message = "A count is compared with a whole number."
        raise UnmappedError(message)
    return "length", expected if operator == "eq" else {"operator": operator, "expected": expected}
