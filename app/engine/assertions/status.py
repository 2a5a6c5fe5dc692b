"""Status codes: a code, a class such as `2xx`, or a list of both."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.operators import check_operator
from app.engine.assertions.predicate import Predicate
from app.engine.errors import InvalidExpectationError
from app.engine.json_values import JsonValue
from app.engine.reading import Reading
from app.engine.response import Response
from app.engine.results import AssertionResult

# Operators that know classes, and whether the status has to be one of these or none of them.
_MEMBERSHIP = {"eq": True, "in": True, "ne": False, "not-in": False}

_CODE = re.compile(r"[1-9][0-9]{2}")
_CLASS = re.compile(r"[1-5][xX]{2}")


@dataclass(frozen=True, slots=True)
class StatusCheck:
    """Passes when the status is one of the codes or in one of the classes, or in none of them."""

    listed: tuple[int | str, ...]
    expected: JsonValue
    name: str
    operator: str = "eq"

    def evaluate(self, response: Response) -> tuple[AssertionResult, ...]:
        """One result, passed or not."""
        status = response.status_code
        is_listed = status in self.listed or f"{status // 100}xx" in self.listed
        passed = is_listed == _MEMBERSHIP[self.operator]
        wanted = "" if passed else self._describe_wanted()
        return (
            AssertionResult(
                name=self.name,
                type="status-code",
                operator=self.operator,
                path=None,
                expected=self.expected,
                actual=status,
                passed=passed,
                message=None if passed else f"expected status {wanted}, got {status}",
                diff=None if passed else f"status\n- {wanted}\n+ {status}",
            ),
        )

    def _describe_wanted(self) -> str:
        codes = " or ".join(map(str, self.listed))
        return codes if _MEMBERSHIP[self.operator] else f"other than {codes}"


def build_status_check(expected: JsonValue, location: str, name: str | None = None) -> StatusCheck:
    """Null means any 2xx; raise InvalidExpectationError for what is not a status."""
    if isinstance(expected, dict):
        raise _not_a_status(expected, location)
    if not isinstance(expected, list):
        return _build_single(expected, location, name)
    if not expected:
        raise InvalidExpectationError("the list of status codes is empty", location)
    allowed = tuple(_read_entry(entry, location) for entry in expected)
    return StatusCheck(allowed, expected, name or f"status is {' or '.join(map(str, allowed))}")


@lru_cache(maxsize=256, typed=True)
def _build_single(expected: str | float | None, location: str, name: str | None) -> StatusCheck:
    wanted = "2xx" if expected is None else expected
    allowed = _read_entry(wanted, location)
    return StatusCheck((allowed,), wanted, name or f"status is {allowed}")


def _read_entry(entry: JsonValue, location: str) -> int | str:
    if isinstance(entry, str) and _CLASS.fullmatch(entry):
        return entry.lower()
    if isinstance(entry, str | int) and _CODE.fullmatch(str(entry)):
        return int(entry)
    raise _not_a_status(entry, location)


def _not_a_status(entry: JsonValue, location: str) -> InvalidExpectationError:
    return InvalidExpectationError(
        f"'{entry}' is not a status code or a class such as 2xx", location
    )


def declare(declaration: Declaration) -> Check:
    """An assertion of type `status-code`."""
    operator = declaration.operator or "eq"
    if operator != "eq":
        check_operator(operator, declaration.expected, declaration.location)
    if operator in _MEMBERSHIP:
        check = build_status_check(
            declaration.expected, declaration.location, declaration.description
        )
        return check if operator == "eq" else replace(check, operator=operator)
    return Predicate(
        name=declaration.description or "status",
        type="status-code",
        operator=operator,
        read=_read,
        expected=declaration.expected,
    )


def _read(response: Response) -> Reading:
    return Reading(True, response.status_code)
