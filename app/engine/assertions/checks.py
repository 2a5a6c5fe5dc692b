"""Turns what a test expects into checks, once per test; all of them are evaluated."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from app.engine.assertions.body import build_body_check, build_whole_body_predicate
from app.engine.assertions.header import build_header_check
from app.engine.assertions.json_path import build_json_path_check
from app.engine.assertions.operators import check_operator
from app.engine.assertions.predicate import Predicate, Reading
from app.engine.assertions.response_time import build_response_time_check
from app.engine.assertions.status import build_status_check
from app.engine.errors import InvalidExpectationError
from app.engine.expectations import AssertionSpec, Expectations
from app.engine.json_values import JsonValue
from app.engine.response import Response
from app.engine.results import AssertionResult
from app.engine.templates import ValueSource, render_string, render_value


class Check(Protocol):
    """Something that is expected of a response."""

    def evaluate(self, response: Response) -> tuple[AssertionResult, ...]:
        """At least one result; never raises."""
        ...


def build_checks(expectations: Expectations, source: ValueSource) -> tuple[Check, ...]:
    """Raise TemplateError or InvalidExpectationError naming the expectation."""
    checks: list[Check] = [_build_status(expectations, source)]
    for name, value in expectations.headers.items():
        expected = render_value(value, source, f"expected_headers.{name}")
        checks.append(build_header_check(name, "exists" if expected is None else "eq", expected))
    if expectations.body is not None:
        body = render_value(expectations.body, source, "expected_body")
        checks.append(build_body_check(body, expectations.body_match_type))
    if expectations.response_time_max_ms is not None:
        checks.append(build_response_time_check("le", expectations.response_time_max_ms))
    for index, spec in enumerate(expectations.assertions):
        checks.append(_build_declared(spec, source, f"assertions[{index}]"))
    return tuple(checks)


def _build_status(expectations: Expectations, source: ValueSource) -> Check:
    location = "expected_status_code"
    return build_status_check(render_value(expectations.status, source, location), location)


@dataclass(frozen=True, slots=True)
class _Declaration:
    """A declared assertion with its templates filled in."""

    spec: AssertionSpec
    expected: JsonValue
    location: str

    @property
    def operator(self) -> str | None:
        return self.spec.operator

    @property
    def name(self) -> str | None:
        return self.spec.description

    def get_operator(self, default: str) -> str:
        """The declared operator, checked; without one the default, or `exists` without a value."""
        implied = default if self.expected is not None else "exists"
        operator = self.spec.operator or implied
        check_operator(operator, self.expected, self.location)
        return operator


def _build_declared(spec: AssertionSpec, source: ValueSource, location: str) -> Check:
    if spec.type not in FAMILIES:
        raise InvalidExpectationError(
            f"there is no assertion of type '{spec.type}'; there is {', '.join(FAMILIES)}", location
        )
    expected = render_value(spec.expected, source, f"{location}.expected")
    if spec.path is not None:
        spec = AssertionSpec(
            type=spec.type,
            operator=spec.operator,
            path=render_string(spec.path, source, f"{location}.path"),
            name=spec.name,
            description=spec.description,
        )
    return FAMILIES[spec.type](_Declaration(spec, expected, location))


def _declare_status(declaration: _Declaration) -> Check:
    operator = declaration.operator or "eq"
    if operator == "eq":
        return build_status_check(declaration.expected, declaration.location, declaration.name)
    check_operator(operator, declaration.expected, declaration.location)
    return Predicate(
        name=declaration.name or "status",
        type="status-code",
        operator=operator,
        read=lambda response: Reading(True, response.status_code),
        expected=declaration.expected,
    )


def _declare_header(declaration: _Declaration) -> Check:
    header = declaration.spec.name or declaration.spec.path
    if not header:
        raise InvalidExpectationError("needs the name of a header", declaration.location)
    operator = declaration.get_operator("eq")
    return build_header_check(header, operator, declaration.expected, declaration.name)


def _declare_body(declaration: _Declaration) -> Check:
    operator = declaration.get_operator("eq")
    path = declaration.spec.path
    if path is None:
        return build_whole_body_predicate(operator, declaration.expected, declaration.name)
    return build_json_path_check(
        path,
        operator,
        declaration.expected,
        type_="body",
        location=f"{declaration.location}.path",
        name=declaration.name,
    )


def _declare_custom(declaration: _Declaration) -> Check:
    path = declaration.spec.path
    if path is None:
        raise InvalidExpectationError("needs a path, a JSONPath", declaration.location)
    return build_json_path_check(
        path,
        declaration.get_operator("eq"),
        declaration.expected,
        type_="custom",
        location=f"{declaration.location}.path",
        name=declaration.name,
    )


def _declare_response_time(declaration: _Declaration) -> Check:
    operator = declaration.get_operator("le")
    return build_response_time_check(operator, declaration.expected, declaration.name)


_Builder: TypeAlias = Callable[[_Declaration], Check]

FAMILIES: Mapping[str, _Builder] = {
    "status-code": _declare_status,
    "header": _declare_header,
    "body": _declare_body,
    "response-time": _declare_response_time,
    "custom": _declare_custom,
    "jsonpath": _declare_custom,
}
