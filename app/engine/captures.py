"""Captures: what a test keeps of an answer for the tests after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.engine.capture_sources import (
    CAPTURE_SOURCES,
    WHOLE_SOURCES,
    CaptureSource,
    build_reader,
    holds_nul,
)
from app.engine.document import Document
from app.engine.errors import InvalidExpectationError, InvalidPlanError
from app.engine.json_values import JsonObject, JsonValue, get_type_name
from app.engine.reading import Reader, Reading, give_up
from app.engine.response import Response
from app.engine.results import AssertionResult, ContextDelta
from app.engine.templates import ValuePath

# Their expression may be called a name, and says itself what is missing.
NAMED_SOURCES: tuple[CaptureSource, ...] = ("header", "cookie")

CaptureTarget: TypeAlias = Literal["captured_data", "shared_auth_tokens", "shared_variables"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSpec:
    """
    What to keep of an answer, and under which name in which part of the context.

    `expression` is a JSONPath for the body, an XPath, a regular expression, or the name of a header
    or cookie; unused for the status, the duration (milliseconds) and the text of the whole body.
    """

    source: CaptureSource
    expression: str
    target: CaptureTarget
    name: str
    required: bool = True
    secret: bool = False

    @classmethod
    def from_document(cls, name: str, value: JsonValue, location: str) -> "CaptureSpec":
        """Read a JSONPath, or `{from, path | name, into, name, required, secret}`."""
        if isinstance(value, str):
            return cls(source="body", expression=value, target="captured_data", name=name)
        if not isinstance(value, dict):
            raise InvalidPlanError(
                location, f"must be a JSONPath or an object, not {get_type_name(value)}"
            )
        document = Document(value, location)
        source = _read_source(document)
        name_is_taken = source in NAMED_SOURCES and document.find_text("path") is None
        target_name = None if name_is_taken else document.find_text("name")
        return cls(
            source=source,
            expression=_read_expression(document, source),
            target=_read_target(document),
            name=target_name or name,
            required=document.get_boolean("required", default=True),
            secret=document.get_boolean("secret", default=False),
        )

    def get_path(self, test_key: str) -> ValuePath:
        """Where the value is found in the context."""
        steps = (test_key, self.name) if self.target == "captured_data" else (self.name,)
        return ValuePath(self.target, steps, ".".join((self.target, *steps)))


def _read_source(document: Document) -> CaptureSource:
    text = document.find_text("from") or "body"
    for source in CAPTURE_SOURCES:
        if source == text:
            return source
    raise InvalidPlanError(document.locate("from"), f"must be one of {', '.join(CAPTURE_SOURCES)}")


def _read_target(document: Document) -> CaptureTarget:
    target = document.find_text("into") or "captured_data"
    if target not in ("captured_data", "shared_auth_tokens", "shared_variables"):
        raise InvalidPlanError(
            document.locate("into"), "must be captured_data, shared_auth_tokens or shared_variables"
        )
    return target


def _read_expression(document: Document, source: CaptureSource) -> str:
    if source in WHOLE_SOURCES:
        return ""
    if source in NAMED_SOURCES:
        return document.find_text("path") or document.get_text("name")
    return document.get_text("path")


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture ready to be taken."""

    spec: CaptureSpec
    read: Reader

    def take(self, response: Response) -> Reading:
        """What was found. A JSONPath or XPath that may name many values gives a list."""
        reading = self.read(response)
        if reading.is_present and holds_nul(reading.value):
            return give_up("the value holds a NUL character, which the context cannot store")
        return reading


def compile_captures(specs: Mapping[str, CaptureSpec]) -> tuple[Capture, ...]:
    """Raise InvalidExpectationError for a bad expression or for a lost name."""
    captures: dict[tuple[str, str], Capture] = {}
    for key, spec in specs.items():
        location = f"capture_vars.{key}"
        place = (spec.target, spec.name)
        if place in captures:
            raise InvalidExpectationError(
                f"a second capture into {spec.target}.{spec.name}", location
            )
        captures[place] = Capture(spec, build_reader(spec.source, spec.expression, location))
    return tuple(captures.values())


@dataclass(frozen=True, slots=True)
class Captured:
    """What an attempt captured; `missing` are failed checks, one per absent required capture."""

    delta: ContextDelta
    missing: tuple[AssertionResult, ...]


NOTHING_CAPTURED = Captured(ContextDelta(), ())


def take_captures(captures: tuple[Capture, ...], test_key: str, response: Response) -> Captured:
    """Take every capture; all are tried, whatever the others found."""
    if not captures:
        return NOTHING_CAPTURED
    values: dict[str, JsonObject] = {}
    missing: list[AssertionResult] = []
    for capture in captures:
        reading = capture.take(response)
        if reading.is_present:
            values.setdefault(capture.spec.target, {})[capture.spec.name] = reading.value
        elif capture.spec.required:
            missing.append(_report_absence(capture.spec, reading.absence))
    own = values.get("captured_data")
    delta = ContextDelta(
        shared_auth_tokens=values.get("shared_auth_tokens", {}),
        shared_variables=values.get("shared_variables", {}),
        captured_data={test_key: own} if own else {},
    )
    return Captured(delta, tuple(missing))


def _report_absence(spec: CaptureSpec, reason: str) -> AssertionResult:
    is_named = not spec.expression or spec.source in NAMED_SOURCES
    place = "" if is_named else f" from {spec.expression}"
    return AssertionResult(
        name=f"capture {spec.name}",
        type="custom",
        operator="exists",
        path=spec.expression or None,
        expected=True,
        actual=False,
        passed=False,
        message=f"capture '{spec.name}'{place}: {reason}",
    )
