"""Refusals that come from HTTP itself."""

from app.core.errors import (
    AppError,
    ConflictError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)


class RequestInvalidError(InvalidError):
    """The request does not have the documented shape."""

    code = "invalid_request"
    title = "The request does not have the expected shape."


class InvalidCursorError(InvalidError):
    """The cursor was not made by this list."""

    code = "invalid_cursor"
    title = "The cursor does not belong to this list."


class RouteNotFoundError(NotFoundError):
    """No route has this path."""

    code = "route_not_found"
    title = "There is no such path."


class MethodNotAllowedError(AppError):
    """The path exists, with other methods."""

    code = "method_not_allowed"
    status = 405
    title = "The path does not support this method."


class BodyTooLargeError(AppError):
    """The body exceeds REQUEST_BODY_LIMIT, or the limit that imports and hooks have of their own."""

    code = "body_too_large"
    status = 413
    title = "The request body is too large."


class RequestTooSlowError(AppError):
    """The body is not complete in time, which is REQUEST_BODY_TIMEOUT."""

    code = "request_too_slow"
    status = 408
    title = "The request took too long to arrive."


class UnsupportedMediaTypeError(AppError):
    """The body is of another type than the operation takes, or of none."""

    code = "unsupported_media_type"
    status = 415
    title = "The request body has to be JSON, and its Content-Type has to say so."


class UnsupportedEncodingError(AppError):
    """The body is compressed."""

    code = "unsupported_content_encoding"
    status = 415
    title = "The request body may have no Content-Encoding."


class PreconditionFailedError(AppError):
    """`If-Match` names another representation than the present one."""

    code = "precondition_failed"
    status = 412
    title = "The resource has changed since you read it; read it again."


class IdempotencyKeyInUseError(ConflictError):
    """The first request with this key has no answer yet."""

    code = "idempotency_key_in_use"
    title = "The first request with this Idempotency-Key is still being carried out."


class IdempotencyKeyReusedError(InvalidError):
    """The key came with another request before."""

    code = "idempotency_key_reused"
    title = "This Idempotency-Key belongs to another request."


class NotReadyError(UnavailableError):
    """Something that the service needs does not answer; the detail names it."""

    code = "not_ready"
    title = "The service is not ready."
