from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from app.core.errors import UnavailableError
from app.db.database import Database
from app.db.errors import DatabaseTimeoutError, DatabaseUnavailableError
from app.db.session import Session
from tests.db.door import Door, Mishap
from tests.db.test_session import create_slug

MISHAPS: list[Mishap] = ["cut", "lose_answer", "bad_gateway"]
CREATE = "rpc/create_organization"


async def read(session: Session) -> Any:
    return await session.find("organizations", "id", slug="nobody")


async def call_idempotent(session: Session) -> Any:
    return await session.call("get_test_case", {}, idempotent=True)


@pytest.mark.parametrize("mishap", MISHAPS)
@pytest.mark.parametrize("ask", [read, call_idempotent])
async def test_what_may_be_repeated_is(
    as_user: Session, door: Door, mishap: Mishap, ask: Callable[[Session], Awaitable[Any]]
) -> None:
    door.plan(mishap, mishap)
    assert await ask(as_user) is None
    assert door.welcomed == 3


@pytest.mark.parametrize("mishap", MISHAPS)
async def test_a_write_whose_fate_is_unknown_is_not_repeated(
    api_database: Database, as_user: Session, door: Door, mishap: Mishap
) -> None:
    door.plan(mishap)
    slug = create_slug()
    with pytest.raises(DatabaseUnavailableError):
        await as_user.call("create_organization", {"name": "Acme", "slug": slug})
    assert api_database.request_counts[CREATE] == 1
    found = await as_user.find("organizations", "slug", slug=slug)
    assert (found is not None) is (mishap == "lose_answer")


async def test_a_write_that_certainly_did_not_arrive_is_repeated(
    api_database: Database, as_user: Session, door: Door
) -> None:
    await door.shut()
    with pytest.raises(DatabaseUnavailableError):
        await as_user.call(
            "create_organization",
            {"name": "Acme", "slug": create_slug()},
            patience=timedelta(milliseconds=500),
        )
    assert api_database.request_counts[CREATE] > 1


async def test_patience_ends(api_database: Database, as_user: Session, door: Door) -> None:
    await door.shut()
    service = api_database.as_service(patience=timedelta(0))
    with pytest.raises(DatabaseUnavailableError) as raised:
        await read(service)
    assert raised.value.retry_after
    assert api_database.request_counts["organizations"] == 1


async def test_a_database_that_hangs_times_out(
    api_database: Database, as_user: Session, door: Door
) -> None:
    door.plan("hang")
    with pytest.raises(DatabaseTimeoutError):
        await as_user.call("create_organization", {"name": "Acme", "slug": create_slug()})


async def test_ping_tells_whether_the_database_answers(api_database: Database, door: Door) -> None:
    await api_database.ping()
    await door.shut()
    with pytest.raises(UnavailableError):
        await api_database.ping()


async def test_the_pool_recovers(as_user: Session, door: Door) -> None:
    await read(as_user)
    await door.shut()
    async with door:
        assert await read(as_user) is None
