"""Turns what a test expects into checks, once per test; all of them are evaluated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from app.core.clock import Clock, SystemClock
from app.engine.assertions.body import build_body_check
from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.families import FAMILIES
from app.engine.assertions.header import build_header_check
from app.engine.assertions.response_time import build_response_time_check
from app.engine.assertions.status import build_status_check
from app.engine.errors import InvalidExpectationError
from app.engine.expectations import NO_EXPECTATIONS, AssertionSpec, Expectations
from app.engine.response import Response
from app.engine.results import AssertionResult
from app.engine.templates import ValueSource, render_string, render_value

SYSTEM_CLOCK = SystemClock()


def build_checks(
    expectations: Expectations, source: ValueSource, clock: Clock = SYSTEM_CLOCK
) -> tuple[Check, ...]:
    """Raise TemplateError or InvalidExpectationError naming the expectation."""
    checks = [_build_status(expectations, source), *_iter_header_checks(expectations, source)]
    if expectations.body is not None:
        checks.append(_build_body(expectations, source))
    if expectations.response_time_max_ms is not None:
        checks.append(build_response_time_check("le", expectations.response_time_max_ms))
    declared = build_declared_checks(
        expectations.assertions, source, clock=clock, expectations=expectations
    )
    return (*checks, *declared)


def build_declared_checks(
    specs: Iterable[AssertionSpec],
    source: ValueSource,
    *,
    clock: Clock = SYSTEM_CLOCK,
    expectations: Expectations = NO_EXPECTATIONS,
    location: str = "assertions",
) -> tuple[Check, ...]:
    """
    Checks of declared assertions; `expectations` hold the snapshots and schemas they may name.

    Raises TemplateError or InvalidExpectationError naming the assertion.
    """
    return tuple(
        _build_declared(spec, source, clock, expectations, f"{location}[{index}]")
        for index, spec in enumerate(specs)
    )


def _build_status(expectations: Expectations, source: ValueSource) -> Check:
    location = "expected_status_code"
    return build_status_check(render_value(expectations.status, source, location), location)


def _iter_header_checks(expectations: Expectations, source: ValueSource) -> Iterator[Check]:
    for name, value in expectations.headers.items():
        expected = render_value(value, source, f"expected_headers.{name}")
        yield build_header_check(name, "exists" if expected is None else "eq", expected)


def _build_body(expectations: Expectations, source: ValueSource) -> Check:
    return build_body_check(
        render_value(expectations.body, source, "expected_body"),
        expectations.body_match_type,
        expectations.ignore_paths,
    )


def _build_declared(
    spec: AssertionSpec,
    source: ValueSource,
    clock: Clock,
    expectations: Expectations,
    location: str,
) -> Check:
    family = FAMILIES.get(spec.type)
    if family is None:
        raise InvalidExpectationError(
            f"there is no assertion of type '{spec.type}'; there is {', '.join(FAMILIES)}", location
        )
    declaration = Declaration(
        type=spec.type,
        location=location,
        expectations=expectations,
        clock=clock,
        expected=render_value(spec.expected, source, f"{location}.expected"),
        operator=spec.operator,
        path=_render_text(spec.path, source, f"{location}.path"),
        name=_render_text(spec.name, source, f"{location}.name"),
        description=spec.description,
        masks=tuple(render_string(mask, source, f"{location}.masks") for mask in spec.masks),
    )
    check = family(declaration)
    return check if spec.severity == "error" else Warned(check)


def _render_text(text: str | None, source: ValueSource, location: str) -> str | None:
    return None if text is None else render_string(text, source, location)


@dataclass(frozen=True, slots=True)
class Warned:
    """A check whose failures only warn."""

    check: Check

    def evaluate(self, response: Response) -> tuple[AssertionResult, ...]:
        """The results of the check, as warnings."""
        results = self.check.evaluate(response)
        return tuple(replace(result, severity="warning") for result in results)
