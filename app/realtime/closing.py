"""Why sockets are closed, as numbers."""

from collections.abc import Mapping
from typing import Final

from app.core.errors import AppError, TokenExpiredError, TooManyRequestsError, UnauthorizedError
from app.realtime.errors import RelayClosedError
from app.realtime.models import EndReason

UNREADABLE: Final = 4400
NOT_AUTHENTICATED: Final = 4401
TOO_MANY: Final = 4429
UNAVAILABLE: Final = 4503
FAILED: Final = 1011

CLOSE_CODES: Final[Mapping[EndReason, int]] = {
    "completed": 1000,
    "gone": 1000,
    "shutting_down": 1001,
    "interrupted": FAILED,
    "lifetime": 4000,
    "access_revoked": 4403,
    "token_expired": 4403,
    "too_slow": 4408,
}


def find_close_code(error: AppError) -> int:
    """Return the code for a socket that is refused altogether."""
    if isinstance(error, TokenExpiredError):
        return CLOSE_CODES["token_expired"]
    if isinstance(error, UnauthorizedError):
        return NOT_AUTHENTICATED
    if isinstance(error, TooManyRequestsError):
        return TOO_MANY
    if isinstance(error, RelayClosedError):
        return CLOSE_CODES["shutting_down"]
    return UNAVAILABLE
