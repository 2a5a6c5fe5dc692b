"""Conformity with an operation of an OpenAPI document: status, content type, headers, schema."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.json_schema import (
    MAXIMUM_ERRORS,
    JsonSchema,
    SchemaError,
)
from app.engine.assertions.openapi_operation import DocumentedResponse, read_operation
from app.engine.assertions.operators import show
from app.engine.errors import InvalidExpectationError
from app.engine.json_path import render_path
from app.engine.json_values import JsonValue
from app.engine.response import Response
from app.engine.results import AssertionResult


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which the answer is not as documented."""

    aspect: str
    message: str
    path: str | None = None
    expected: JsonValue = None
    actual: JsonValue = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenApiCheck:
    """Documented responses by status such as `200`, range such as `2XX`, or `default`."""

    name: str
    responses: Mapping[str, DocumentedResponse]

    def evaluate(self, response: Response) -> tuple[AssertionResult, ...]:
        """One passed result, or a failed one for each fault."""
        faults = tuple(islice(self._iter_faults(response), MAXIMUM_ERRORS))
        return tuple(map(self._report, faults)) or (self._report(None),)

    def _iter_faults(self, response: Response) -> Iterator[Fault]:
        status = str(response.status_code)
        documented = self._find_response(status)
        if documented is None:
            known = ", ".join(self.responses) or "none"
            message = f"{status} is not documented; there is {known}"
            yield Fault("status", message, None, list(self.responses), response.status_code)
            return
        for header in documented.required_headers:
            if header.lower() not in response.headers:
                yield Fault("header", f"the required header {header} is missing", header, header)
        if documented.content:
            yield from _iter_content_faults(documented.content, response)

    def _find_response(self, status: str) -> DocumentedResponse | None:
        candidates = (status, f"{status[0]}XX", "DEFAULT")
        by_key = {key.upper(): documented for key, documented in self.responses.items()}
        return next((by_key[key] for key in candidates if key in by_key), None)

    def _report(self, fault: Fault | None) -> AssertionResult:
        return AssertionResult(
            name=self.name,
            type="openapi",
            operator="conforms" if fault is None else fault.aspect,
            path=None if fault is None else fault.path,
            expected=None if fault is None else fault.expected,
            actual=None if fault is None else fault.actual,
            passed=fault is None,
            message=None if fault is None else f"{self.name}: {fault.aspect}: {fault.message}",
            diff=None if fault is None else _render_diff(fault),
        )


def _render_diff(fault: Fault) -> str:
    return f"{fault.path or fault.aspect}\n- {show(fault.expected)}\n+ {show(fault.actual)}"


def _iter_content_faults(
    content: Mapping[str, JsonSchema | None], response: Response
) -> Iterator[Fault]:
    media_type = response.media_type
    documented = _find_media_type(content, media_type)
    if documented is None:
        known = ", ".join(content)
        message = f"'{media_type}' is not documented; there is {known}"
        yield Fault("content type", message, "Content-Type", list(content), media_type)
        return
    schema = content[documented]
    if schema is None or "json" not in media_type:
        return
    if response.json_problem is not None:
        yield Fault("schema", response.json_problem.message, "$", None, response.text)
        return
    yield from map(_to_fault, schema.iter_errors(response.json))


def _to_fault(error: SchemaError) -> Fault:
    path = render_path(error.place)
    return Fault("schema", f"{path}: {error.message}", path, error.expected, error.actual)


def _find_media_type(content: Mapping[str, JsonSchema | None], actual: str) -> str | None:
    """The documented media type that fits best."""
    by_type = {key.partition(";")[0].strip().lower(): key for key in content}
    candidates = (actual, f"{actual.partition('/')[0]}/*", "*/*")
    return next((by_type[candidate] for candidate in candidates if candidate in by_type), None)


def declare(declaration: Declaration) -> Check:
    """
    An assertion of type `openapi`; without `expected`, the response schemas of the endpoint.

    `expected` is an operation; `components` that it refers to stand beside its `responses`.
    """
    name = declaration.description or "OpenAPI"
    operation = declaration.expected
    if operation is None:
        operation = _build_operation(declaration)
    return OpenApiCheck(name=name, responses=read_operation(operation, declaration.location))


def _build_operation(declaration: Declaration) -> JsonValue:
    schemas = declaration.expectations.response_schemas
    if not isinstance(schemas, dict):
        raise InvalidExpectationError(
            "needs an operation in expected, as the endpoint has no response schemas",
            declaration.location,
        )
    return {"responses": {status: _wrap_schema(value) for status, value in schemas.items()}}


def _wrap_schema(value: JsonValue) -> JsonValue:
    """A stored response may be an OpenAPI response, or the schema of its JSON alone."""
    if (
        isinstance(value, dict)
        and ("content" in value or "description" in value)
        and "type" not in value
    ):
        return value
    return {"content": {"*/*": {"schema": value}}}
