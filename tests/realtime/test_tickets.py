from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from app.core.logging import SecretRedactor
from app.realtime.errors import InvalidTicketError
from app.realtime.sealing import Seal
from app.realtime.tickets import LIFETIME, PREFIX, TicketOffice

SECRET = SecretStr("0123456789abcdef0123456789abcdef")
TOKEN = "a.b.c"


class MovableClock:
    def __init__(self) -> None:
        self.instant = datetime(2026, 11, 22, tzinfo=UTC)

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


def test_a_ticket_is_good_in_every_process_for_a_minute(clock: MovableClock) -> None:
    ticket = TicketOffice(SECRET, clock).issue(TOKEN)
    assert ticket.expires_at == clock.now() + LIFETIME
    clock.instant += LIFETIME - timedelta(seconds=1)
    assert TicketOffice(SECRET, clock).redeem(ticket.text) == TOKEN
    clock.instant += timedelta(seconds=3)
    with pytest.raises(InvalidTicketError):
        TicketOffice(SECRET, clock).redeem(ticket.text)


def test_a_ticket_shows_nothing_of_the_token(clock: MovableClock) -> None:
    ticket = TicketOffice(SECRET, clock).issue(TOKEN)
    assert TOKEN not in ticket.text
    assert ticket.text.replace("-", "").replace("_", "").isalnum()
    assert ticket.text not in repr(ticket)


@pytest.mark.parametrize("change", ["", "ticket_", "other secret", "other purpose", "one letter"])
def test_what_we_did_not_make_is_refused(clock: MovableClock, change: str) -> None:
    text = TicketOffice(SECRET, clock).issue(TOKEN).text
    match change:
        case "other secret":
            text = TicketOffice(SecretStr("x" * 32), clock).issue(TOKEN).text
        case "other purpose":
            text = PREFIX + Seal(SECRET, "something else", LIFETIME, clock).close(TOKEN)
        case "one letter":
            text = text[:60] + ("A" if text[60] != "A" else "B") + text[61:]
        case _:
            text = change
    with pytest.raises(InvalidTicketError):
        TicketOffice(SECRET, clock).redeem(text)


def test_a_ticket_is_masked_wherever_it_is_logged(clock: MovableClock) -> None:
    text = TicketOffice(SECRET, clock).issue(TOKEN).text
    line = {"event": f'127.0.0.1 - "WebSocket /api/v1/realtime?ticket={text}" [accepted]'}
    masked = SecretRedactor()(None, "info", line)
    assert masked == {"event": '127.0.0.1 - "WebSocket /api/v1/realtime?ticket=***" [accepted]'}
