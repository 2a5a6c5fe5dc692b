"""The only place that turns an error into a response: RFC 9457 problem documents."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from app.core.errors import (
    AppError,
    InternalError,
    MissingTokenError,
    UnauthorizedError,
    UnavailableError,
)
from app.core.logging import get_logger
from app.web.errors import (
    BodyTooLargeError,
    MethodNotAllowedError,
    RequestInvalidError,
    RequestTooSlowError,
    RouteNotFoundError,
    UnsupportedEncodingError,
    UnsupportedMediaTypeError,
)
from app.web.methods import JSON, describe_methods

MEDIA_TYPE: Final = "application/problem+json"
MOST_PROBLEMS: Final = 100
"""Of one request that are named; whoever mends them hears of the others."""
_SOURCES: Final = frozenset({"body", "query", "path", "header", "cookie"})
_OWN_MESSAGE: Final = "Value error, "
"""What the library puts before our own sentences."""
_BY_STATUS: Final[Mapping[int, type[AppError]]] = {
    404: RouteNotFoundError,
    405: MethodNotAllowedError,
    408: RequestTooSlowError,
    413: BodyTooLargeError,
}
_ACCEPTED: Final[Mapping[type[AppError], Mapping[str, str]]] = {
    UnsupportedMediaTypeError: {"Accept": JSON},
    UnsupportedEncodingError: {"Accept-Encoding": "identity"},
}

logger = get_logger(__name__)


class FieldProblem(BaseModel):
    """One thing that is wrong with one field."""

    field: str
    detail: str


class Problem(BaseModel):
    """What went wrong, as RFC 9457 describes it; `code` is stable, the texts are not."""

    type: str = Field(examples=["urn:api-testing-platform:problem:not_found"])
    title: str = Field(examples=["There is no such resource."])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no such resource."])
    code: str = Field(examples=["not_found"])
    request_id: str = Field(examples=["0b6e3a2c8f6d4c5f9a3d2e1b7c6a5f40"])
    field: str | None = Field(default=None, examples=[None])
    errors: list[FieldProblem] | None = Field(default=None, examples=[None])


def render_problem(error: AppError, request_id: str) -> JSONResponse:
    """Return the response for an error."""
    document: dict[str, Any] = {
        "type": f"urn:api-testing-platform:problem:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": request_id,
    }
    if error.field is not None:
        document["field"] = error.field
    if error.errors:
        document["errors"] = [dict(problem) for problem in error.errors]
    return JSONResponse(
        document, status_code=error.status, headers=_headers(error), media_type=MEDIA_TYPE
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Make the application answer every known error with a problem document."""
    app.add_exception_handler(AppError, _handle_app_error)
    app.add_exception_handler(RequestValidationError, _handle_validation_error)
    app.add_exception_handler(HTTPException, _handle_http_exception)
    app.add_exception_handler(UnicodeEncodeError, _handle_unencodable_text)


def problem_responses(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI description of the problems that a route may answer with."""
    titles: dict[int, list[str]] = {}
    for error in errors:
        titles.setdefault(error.status, []).append(f"`{error.code}`: {error.title}")
    return {
        status: {"model": Problem, "description": " ".join(texts), "content": {MEDIA_TYPE: {}}}
        for status, texts in titles.items()
    }


async def _handle_app_error(request: Request, error: Exception) -> JSONResponse:
    refusal = cast("AppError", error)
    if isinstance(refusal, UnavailableError):
        logger.warning("request_failed", code=refusal.code, cause=repr(refusal.__cause__))
    elif isinstance(refusal, InternalError):
        logger.error("request_failed", code=refusal.code, exc_info=refusal)
    return render_problem(refusal, request.state.request_id)


async def _handle_validation_error(request: Request, error: Exception) -> JSONResponse:
    invalid = cast("RequestValidationError", error)
    problems = [_describe(item, invalid.body) for item in invalid.errors()[:MOST_PROBLEMS]]
    first = problems[0]
    refusal = RequestInvalidError(
        f"{first['field']}: {first['detail']}", field=first["field"], errors=problems
    )
    return render_problem(refusal, request.state.request_id)


async def _handle_unencodable_text(request: Request, error: Exception) -> JSONResponse:
    """JSON can spell half of a surrogate pair, which no encoding has: the caller's, never ours."""
    del error
    refusal = RequestInvalidError("A text holds half of a surrogate pair.")
    return render_problem(refusal, request.state.request_id)


async def _handle_http_exception(request: Request, error: Exception) -> Response:
    exception = cast("HTTPException", error)
    if exception.status_code == MethodNotAllowedError.status:
        return _answer_other_method(request)
    response = render_problem(refuse_as(exception), request.state.request_id)
    response.headers.update(exception.headers or {})
    return response


def _answer_other_method(request: Request) -> Response:
    """The framework would name the methods of the path's first route only, and not know OPTIONS."""
    headers = describe_methods(request)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers=headers)
    response = render_problem(MethodNotAllowedError(), request.state.request_id)
    response.headers["Allow"] = headers["Allow"]
    return response


def refuse_as(exception: HTTPException) -> AppError:
    """Return our error for one of the framework's."""
    return _BY_STATUS.get(exception.status_code, RequestInvalidError)()


def render_unhandled(request_id: str) -> JSONResponse:
    """Return the response for a mistake of ours; it reveals nothing but the request id."""
    return render_problem(InternalError(), request_id)


def _describe(item: Mapping[str, Any], body: Any) -> dict[str, str]:
    # What was sent may be secret, so only the place and the rule are repeated.
    location = cast("Sequence[str | int]", item["loc"])
    path = location[1:] if location[0] in _SOURCES else location
    if location[0] == "body":
        path = _find_in_body(path, body, is_absent=item["type"] == "missing")
    field = ".".join(str(part) for part in path)
    return {
        "field": field or str(location[0]),
        "detail": str(item["msg"]).removeprefix(_OWN_MESSAGE),
    }


def _find_in_body(path: Sequence[str | int], body: Any, *, is_absent: bool) -> list[str | int]:
    """Leave out what the library puts into a path: names of alternatives, which no body has."""
    place: list[str | int] = []
    for part in path:
        try:
            body = body[part]
        except (LookupError, TypeError):
            continue
        place.append(part)
    return [*place, path[-1]] if is_absent and path else place


def _headers(error: AppError) -> dict[str, str]:
    headers = dict(_ACCEPTED.get(type(error), {}))
    if isinstance(error, MissingTokenError):
        headers["WWW-Authenticate"] = "Bearer"
    elif isinstance(error, UnauthorizedError):
        headers["WWW-Authenticate"] = (
            f'Bearer error="invalid_token", error_description="{error.title}"'
        )
    if error.retry_after is not None:
        headers["Retry-After"] = str(round(error.retry_after.total_seconds()))
    return headers
