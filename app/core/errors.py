"""
The errors with which we refuse a caller.

AppError
├── UnauthorizedError 401      MissingTokenError, TokenExpiredError, InvalidTokenError
├── ForbiddenError 403
├── NotFoundError 404
├── ConflictError 409          AlreadyExistsError
├── GoneError 410
├── InvalidError 422
├── TooManyRequestsError 429
├── InternalError 500
└── UnavailableError 503

Packages subclass a family in their own `errors.py`. `docs/errors.md` lists every code.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar


class AppError(Exception):
    """
    A refusal that the caller sees as a problem document.

    `code` is public and stable; `field` is a dotted path into the request, `errors` lists
    further problems as `{field, detail}` and `retry_after` tells when to try again.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]

    def __init__(
        self,
        detail: str | None = None,
        *,
        field: str | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        retry_after: timedelta | None = None,
    ) -> None:
        self.detail = detail or self.title
        self.field = field
        self.errors = tuple(errors)
        self.retry_after = retry_after
        super().__init__(self.detail)


class UnauthorizedError(AppError):
    """We do not know who is calling."""

    code = "unauthorized"
    status = 401
    title = "The request is not authenticated."


class MissingTokenError(UnauthorizedError):
    """There is no bearer token."""

    code = "missing_token"
    title = "The request carries no access token; send it as `Authorization: Bearer ...`."


class TokenExpiredError(UnauthorizedError):
    """The token was good once."""

    code = "token_expired"
    title = "The access token has expired; get a new one."


class InvalidTokenError(UnauthorizedError):
    """The token was never good for us."""

    code = "invalid_token"
    title = "The access token is not valid here."


class ForbiddenError(AppError):
    """The caller is known and lacks the role, or their API token the scope."""

    code = "forbidden"
    status = 403
    title = "Your role, or the scope of your API token, does not allow this."


class NotFoundError(AppError):
    """Absent, or invisible to the caller: the answer does not tell which."""

    code = "not_found"
    status = 404
    title = "There is no such resource."


class ConflictError(AppError):
    """The request contradicts the present state."""

    code = "conflict"
    status = 409
    title = "The request conflicts with the current state."


class AlreadyExistsError(ConflictError):
    """A unique value is taken."""

    code = "already_exists"
    title = "A resource with this value already exists."


class GoneError(AppError):
    """It existed and was removed for good."""

    code = "gone"
    status = 410
    title = "The resource no longer exists."


class InvalidError(AppError):
    """The content of the request is wrong."""

    code = "invalid"
    status = 422
    title = "The request is not valid."


class TooManyRequestsError(AppError):
    """The caller is over a limit."""

    code = "too_many_requests"
    status = 429
    title = "Too many requests."


class InternalError(AppError):
    """Our own mistake; the caller learns only the request id."""

    code = "internal_error"
    status = 500
    title = "The service failed to handle the request."


class UnavailableError(AppError):
    """Something we need does not answer; trying again later helps."""

    code = "unavailable"
    status = 503
    title = "The service is temporarily unavailable."
