"""What is deleted, what goes with it, and what others need."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.catalog.building import Workshop, open_workshop, refusal, send, use
from tests.workspaces.people import ROLES, Role, Team

CAPTURING = {
    "capture_vars": {
        "id": "$.id",
        "token": {"path": "$.token", "into": "shared_auth_tokens", "name": "access"},
    }
}


async def add_users(workshop: Workshop) -> None:
    await workshop.add("declared", "login")
    await workshop.add("by-key", **use("captured_data.login.id"))
    await workshop.add("by-token", request={"auth_type": "bearer", "auth_token_ref": TOKEN})
    await workshop.add("alike", **use("captured_data.login-2.id | default(1)"))


TOKEN = "shared_auth_tokens.access"


async def test_a_needed_case_stays_and_its_users_are_named(team: Team) -> None:
    workshop = await open_workshop(team)
    login = await workshop.add("login", response=CAPTURING)
    await add_users(workshop)
    refused = await team.owner.delete(f"/cases/{login['id']}")
    assert refusal(refused) == (409, "test_case_in_use")
    assert refused.json()["detail"].endswith(": by-key, by-token")
    for key in ("by-key", "by-token"):
        found = (await team.owner.get(f"/projects/{workshop.project_id}/cases", text=key)).json()
        assert (await team.owner.delete(f"/cases/{found['items'][0]['id']}")).status_code == 204
    declared = await team.owner.delete(f"/cases/{login['id']}")
    assert refusal(declared) == (409, "test_case_in_use")
    assert declared.json()["detail"].endswith("declared")


async def test_cascade_takes_a_needed_case_and_the_dependencies_on_it(team: Team) -> None:
    workshop = await open_workshop(team)
    login = await workshop.add("login", response=CAPTURING)
    cart = await workshop.add("cart", "login")
    deleted = await send(team.owner, "DELETE", f"/cases/{login['id']}?cascade=true")
    assert deleted.status_code == 204, deleted.text
    assert (await team.owner.get(f"/cases/{login['id']}")).status_code == 404
    left = await workshop.read(cart)
    assert (left["dependencies"], left["revision"]) == ([], 2)


async def test_a_stale_tag_deletes_nothing(team: Team) -> None:
    workshop = await open_workshop(team)
    path = f"/cases/{(await workshop.add('login'))['id']}"
    tag = (await team.owner.get(path)).headers["ETag"]
    await team.owner.patch(path, {"name": "New"})
    stale = await send(team.owner, "DELETE", path, if_match=tag)
    assert refusal(stale) == (412, "precondition_failed")
    tag = (await team.owner.get(path)).headers["ETag"]
    assert (await send(team.owner, "DELETE", path, if_match=tag)).status_code == 204


async def test_a_suite_goes_with_its_cases_unless_others_need_them(team: Team) -> None:
    workshop = await open_workshop(team)
    await workshop.add("login", response=CAPTURING)
    await workshop.add("cart", "login", **use("captured_data.login.id"))
    other = await workshop.add_suite("Other")
    outside = await workshop.add("outside", suite_id=other, **use(TOKEN))
    path = f"/suites/{workshop.suite_id}"
    refused = await team.owner.delete(path)
    assert refusal(refused) == (409, "test_case_in_use")
    assert refused.json()["detail"].endswith(": outside")
    declared: dict[str, Any] = {"request": {}, "dependencies": [{"required_test_key": "cart"}]}
    assert (await team.owner.patch(f"/cases/{outside['id']}", declared)).status_code == 200
    assert refusal(await team.owner.delete(path)) == (409, "test_case_in_use")
    assert (await send(team.owner, "DELETE", f"{path}?cascade=true")).status_code == 204
    assert await workshop.list_keys() == ["outside"]
    assert (await team.owner.delete(f"/suites/{other}")).status_code == 204


@asynccontextmanager
async def a_silent_server() -> AsyncGenerator[tuple[str, asyncio.Event]]:
    """An address that answers nothing until the end, and whether somebody asked."""
    asked, over = asyncio.Event(), asyncio.Event()

    async def wait(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await over.wait()
        writer.close()

    server = await asyncio.start_server(wait, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    finally:
        over.set()
        server.close()


async def test_a_project_goes_with_everything_when_its_runs_have_ended(team: Team) -> None:
    workshop = await open_workshop(team)
    await workshop.add("login")
    await workshop.add("cart", "login")
    path = f"/projects/{workshop.project_id}"
    async with a_silent_server() as (url, asked):
        environment = await team.owner.post(
            f"{path}/environments", {"name": "Staging", "base_url": url}
        )
        start = {"project_id": workshop.project_id, "environment_id": environment.json()["id"]}
        run = (await team.owner.post("/runs", start)).json()
        await asked.wait()
        assert refusal(await team.owner.delete(path)) == (409, "project_has_active_runs")
    await wait_for_end(workshop, run["id"])
    tag = (await team.owner.get(path)).headers["ETag"]
    await team.owner.patch(path, {"status": "archived"})
    stale = await send(team.owner, "DELETE", path, if_match=tag)
    assert refusal(stale) == (412, "precondition_failed")
    assert refusal(await team.owner.delete(path)) == (409, "has_results")
    assert (await send(team.owner, "DELETE", f"{path}?with_results=true")).status_code == 204
    for gone in (path, f"/suites/{workshop.suite_id}", f"/runs/{run['id']}"):
        assert (await team.owner.get(gone)).status_code == 404


async def wait_for_end(workshop: Workshop, run_id: str) -> None:
    """The stream of a run closes when the run has ended."""
    async with workshop.person.http.stream("GET", f"/api/v1/runs/{run_id}/events") as events:
        async for _ in events.aiter_lines():
            pass


@pytest.mark.parametrize("role", ROLES)
async def test_editors_delete(team: Team, role: Role) -> None:
    workshop = await open_workshop(team)
    case = await workshop.add("login")
    await workshop.add("cart", "login")
    expected = {"viewer": 403, "stranger": 404}.get(role, 409)
    path = f"/cases/{case['id']}"
    assert (await team[role].delete(path)).status_code == expected
    expected = {"viewer": 403, "stranger": 404}.get(role, 204)
    for deleted in (f"{path}?cascade=true", f"/suites/{workshop.suite_id}"):
        assert (await send(team[role], "DELETE", deleted)).status_code == expected
    answer = await team[role].delete(f"/projects/{workshop.project_id}")
    assert answer.status_code == expected, answer.text
