"""Nothing is deleted or renamed under the templates of others, however close together both are written."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, LiteralString

import httpx
import pytest
from psycopg import AsyncConnection
from psycopg.errors import ForeignKeyViolation
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from tests.catalog.building import Workshop, open_workshop, refusal, send, use
from tests.catalog.suite_documents.documents import put
from tests.fixtures.database import Connect
from tests.workspaces.people import Team

Remove = Callable[[Workshop, dict[str, Any]], Coroutine[Any, Any, httpx.Response]]

LOCK_CASE = "select from public.test_cases where id = %s for update"
LOCK_SUITE = "select from public.test_suites where id = (select suite_id from public.test_cases where id = %s) for update"


async def delete_case(workshop: Workshop, case: dict[str, Any]) -> httpx.Response:
    return await workshop.person.delete(f"/cases/{case['id']}")


async def delete_suite(workshop: Workshop, case: dict[str, Any]) -> httpx.Response:
    return await workshop.person.delete(f"/suites/{case['suite_id']}")


async def rename(workshop: Workshop, case: dict[str, Any]) -> httpx.Response:
    return await workshop.person.patch(f"/cases/{case['id']}", {"key": "signin"})


async def leave_out(workshop: Workshop, _: dict[str, Any]) -> httpx.Response:
    """A document of the suite that has other cases."""
    document = "version: 1\nname: Suite\ncases: [{key: home, name: Home, endpoint: GET /}]\n"
    return await put(workshop.person, workshop.project_id, document)


REMOVALS = [
    (delete_case, LOCK_CASE, 204),
    (delete_suite, LOCK_SUITE, 204),
    (leave_out, LOCK_SUITE, 200),
    (rename, LOCK_CASE, 200),
]


@asynccontextmanager
async def holding(
    database: Connect, statement: LiteralString, *parameters: Any
) -> AsyncGenerator[AsyncConnection[Any]]:
    """Another writer who has not committed yet, and does at the end."""
    connection = await database()
    async with connection.transaction():
        await connection.execute(statement, parameters)
        yield connection


async def wait_until_blocking(database: Connect, holder: AsyncConnection[Any]) -> None:
    """Return once somebody waits for what the holder wrote or locked."""
    watcher = await database()

    @retry(
        retry=retry_if_result(lambda is_blocking: not is_blocking),
        wait=wait_fixed(0.01),
        stop=stop_after_delay(10),
    )
    async def is_blocking() -> bool:
        cursor = await watcher.execute(
            "select exists(select from pg_stat_activity where %s = any(pg_blocking_pids(pid))) as yes",
            [holder.info.backend_pid],
        )
        row = await cursor.fetchone()
        return row is not None and row["yes"]

    await is_blocking()


async def open_login(team: Team) -> tuple[Workshop, dict[str, Any], str]:
    """A test that captures a token, in a suite of its own, and another suite."""
    workshop = await open_workshop(team)
    login = await workshop.add("login", response={"capture_vars": {"token": "$.token"}})
    return workshop, login, await workshop.add_suite("Others")


@pytest.mark.parametrize(("remove", "lock", "_"), REMOVALS)
async def test_a_template_that_came_between_keeps_its_test(
    team: Team, database: Connect, remove: Remove, lock: LiteralString, _: int
) -> None:
    """The engine has looked at the users already when the writer has to wait."""
    workshop, login, others = await open_login(team)
    async with holding(database, lock, login["id"]) as holder:
        removing = asyncio.create_task(remove(workshop, login))
        await wait_until_blocking(database, holder)
        await workshop.add("cart", suite_id=others, **use("captured_data.login.token"))
    answer = await removing
    assert refusal(answer) == (409, "test_case_in_use"), answer.text
    assert "cart" in answer.json()["detail"]
    assert (await workshop.read(login))["key"] == "login"


@pytest.mark.parametrize(("remove", "lock", "status"), REMOVALS)
async def test_what_only_mentions_a_test_does_not_keep_it(
    team: Team, database: Connect, remove: Remove, lock: LiteralString, status: int
) -> None:
    """The engine is asked again, and finds no use."""
    workshop, login, others = await open_login(team)
    async with holding(database, lock, login["id"]) as holder:
        removing = asyncio.create_task(remove(workshop, login))
        await wait_until_blocking(database, holder)
        await workshop.add("logbook", suite_id=others, request={"body": "after login"})
    answer = await removing
    assert answer.status_code == status, answer.text


async def test_a_result_that_came_between_keeps_a_case_that_a_document_leaves_out(
    team: Team, database: Connect, remember_result: Callable[[str], Awaitable[None]]
) -> None:
    workshop, login, _ = await open_login(team)
    async with holding(database, LOCK_SUITE, login["id"]) as holder:
        removing = asyncio.create_task(leave_out(workshop, login))
        await wait_until_blocking(database, holder)
        await remember_result(login["id"])
    assert refusal(await removing) == (409, "has_results")
    assert (await leave_out(workshop, login)).status_code == 200
    assert not (await workshop.read(login))["enabled"]


async def test_a_fixture_waits_for_who_begins_to_use_it(team: Team, database: Connect) -> None:
    workshop = await open_workshop(team)
    case = await workshop.add("cart", **use("env.NAME"))
    fixture = await workshop.person.create(
        f"/projects/{workshop.project_id}/fixtures", name="people", fixture_type="user", data=[{}]
    )
    path = f"/fixtures/{fixture['id']}"
    for attempt in (
        lambda: team.owner.delete(path),
        lambda: send(team.owner, "PATCH", path, {"name": "persons"}),
    ):
        body = '"{{fixture.people}}"'
        write = "update public.test_request_configs set body = %s::jsonb where test_case_id = %s"
        async with holding(database, write, body, case["id"]) as holder:
            removing = asyncio.create_task(attempt())
            await wait_until_blocking(database, holder)
        assert refusal(await removing) == (409, "fixture_in_use")
        await workshop.person.patch(f"/cases/{case['id']}", use("env.NAME"))


async def test_nobody_begins_to_call_an_endpoint_that_is_deleted(
    team: Team, database: Connect
) -> None:
    """What a test calls is checked when its writer commits."""
    workshop = await open_workshop(team)
    case = await workshop.add("cart")
    unused = {"method": "GET", "path": "/unused"}
    made = await team.owner.post(f"/projects/{workshop.project_id}/endpoints", unused)
    path = f"/endpoints/{made.json()['id']}"
    write = "update public.test_cases set endpoint_id = %s where id = %s"
    with pytest.raises(ForeignKeyViolation):
        async with holding(database, write, made.json()["id"], case["id"]):
            assert (await team.owner.delete(path)).status_code == 204
    assert (await workshop.read(case))["endpoint"]["path"] == "/cart"
