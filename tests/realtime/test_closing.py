import pytest

from app.core.errors import AppError, InvalidTokenError, MissingTokenError, TokenExpiredError
from app.db.errors import DatabaseUnavailableError
from app.realtime.closing import find_close_code
from app.realtime.errors import (
    InvalidTicketError,
    RelayClosedError,
    RelayFullError,
    TooManyConnectionsError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MissingTokenError(), 4401),
        (InvalidTokenError(), 4401),
        (InvalidTicketError(), 4401),
        (TokenExpiredError(), 4403),
        (TooManyConnectionsError(), 4429),
        (RelayFullError(), 4503),
        (DatabaseUnavailableError(), 4503),
        (RelayClosedError(), 1001),
    ],
)
def test_the_code_tells_what_to_do_next(error: AppError, code: int) -> None:
    assert find_close_code(error) == code
