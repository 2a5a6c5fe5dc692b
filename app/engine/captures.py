"""Captures: what a test keeps of an answer for the tests after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.engine.document import Document
from app.engine.errors import InvalidExpectationError, InvalidPlanError
from app.engine.json_path import CompiledPath, compile_path
from app.engine.json_values import JsonObject, JsonValue, get_type_name
from app.engine.response import Response
from app.engine.results import AssertionResult, ContextDelta

ESCAPED_NUL = b"\\u0000"

CaptureSource: TypeAlias = Literal["body", "header", "status"]
CaptureTarget: TypeAlias = Literal["captured_data", "shared_auth_tokens", "shared_variables"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureSpec:
    """
    What to keep of an answer, and under which name in which part of the context.

    `expression` is a JSONPath for the body, a name for a header, and unused for the status.
    """

    source: CaptureSource
    expression: str
    target: CaptureTarget
    name: str
    required: bool = True

    @classmethod
    def from_document(cls, name: str, value: JsonValue, location: str) -> "CaptureSpec":
        """Read a JSONPath, or `{from, path | name, into, name, required}`."""
        if isinstance(value, str):
            return cls(source="body", expression=value, target="captured_data", name=name)
        if not isinstance(value, dict):
            raise InvalidPlanError(
                location, f"must be a JSONPath or an object, not {get_type_name(value)}"
            )
        document = Document(value, location)
        source = _read_source(document)
        expression = "" if source == "status" else _read_expression(document, source)
        header_is_named = source == "header" and document.find_text("path") is None
        target_name = None if header_is_named else document.find_text("name")
        return cls(
            source=source,
            expression=expression,
            target=_read_target(document),
            name=target_name or name,
            required=document.get_boolean("required", default=True),
        )


def _read_source(document: Document) -> CaptureSource:
    source = document.find_text("from") or "body"
    if source not in ("body", "header", "status"):
        raise InvalidPlanError(document.locate("from"), "must be body, header or status")
    return source


def _read_target(document: Document) -> CaptureTarget:
    target = document.find_text("into") or "captured_data"
    if target not in ("captured_data", "shared_auth_tokens", "shared_variables"):
        raise InvalidPlanError(
            document.locate("into"), "must be captured_data, shared_auth_tokens or shared_variables"
        )
    return target


def _read_expression(document: Document, source: CaptureSource) -> str:
    if source == "body":
        return document.get_text("path")
    return document.find_text("path") or document.get_text("name")


@dataclass(frozen=True, slots=True)
class Capture:
    """A capture ready to be taken: its JSONPath is compiled."""

    spec: CaptureSpec
    path: CompiledPath | None

    def take(self, response: Response) -> tuple[bool, JsonValue]:
        """Whether it was there, and its value. A query for many values gives a list."""
        if self.spec.source == "status":
            return True, response.status_code
        if self.path is None:
            value = response.headers.get(self.spec.expression.lower())
            return value is not None, value
        found = [] if self._find_obstacle(response) else self.path.select(response.json)
        if self.path.is_singular:
            return bool(found), found[0] if found else None
        return bool(found), list(found)

    def explain_absence(self, response: Response) -> str:
        """Why a required capture is missing."""
        if self.spec.source == "header":
            return f"capture '{self.spec.name}': the answer has no header {self.spec.expression}"
        problem = self._find_obstacle(response) or "nothing is there in the body"
        return f"capture '{self.spec.name}' from {self.spec.expression}: {problem}"

    def _find_obstacle(self, response: Response) -> str | None:
        if ESCAPED_NUL in response.received.body:
            return "the body holds a NUL character, which the context cannot store"
        return response.json_problem


def compile_captures(specs: Mapping[str, CaptureSpec]) -> tuple[Capture, ...]:
    """Compile every JSONPath; raise InvalidExpectationError for a bad one or for a lost name."""
    captures: dict[tuple[str, str], Capture] = {}
    for key, spec in specs.items():
        location = f"capture_vars.{key}"
        place = (spec.target, spec.name)
        if place in captures:
            raise InvalidExpectationError(
                f"a second capture into {spec.target}.{spec.name}", location
            )
        path = compile_path(spec.expression, location) if spec.source == "body" else None
        captures[place] = Capture(spec, path)
    return tuple(captures.values())


@dataclass(frozen=True, slots=True)
class Captured:
    """What an attempt captured; `missing` are failed checks, one per absent required capture."""

    delta: ContextDelta
    missing: tuple[AssertionResult, ...]


def take_captures(captures: tuple[Capture, ...], test_key: str, response: Response) -> Captured:
    """Take every capture; all are tried, whatever the others found."""
    values: dict[str, JsonObject] = {}
    missing: list[AssertionResult] = []
    for capture in captures:
        is_there, value = capture.take(response)
        if is_there:
            values.setdefault(capture.spec.target, {})[capture.spec.name] = value
        elif capture.spec.required:
            missing.append(_report_absence(capture, response))
    own = values.get("captured_data")
    delta = ContextDelta(
        shared_auth_tokens=values.get("shared_auth_tokens", {}),
        shared_variables=values.get("shared_variables", {}),
        captured_data={test_key: own} if own else {},
    )
    return Captured(delta, tuple(missing))


def _report_absence(capture: Capture, response: Response) -> AssertionResult:
    return AssertionResult(
        name=f"capture {capture.spec.name}",
        type="custom",
        operator="exists",
        path=capture.spec.expression,
        expected=True,
        actual=False,
        passed=False,
        message=capture.explain_absence(response),
    )
