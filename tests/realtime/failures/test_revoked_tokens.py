"""Machines follow runs with the rights of their token, not with those of its person."""

from dataclasses import replace

import httpx
import pytest

from scripts.demonstration.components import Service
from tests.fixtures.users import User
from tests.realtime.conditions import until
from tests.realtime.failures.conftest import CreateViewer, ViewerKind
from tests.realtime.failures.expectations import check_that_all_saw_all, publish_and_see
from tests.realtime.failures.persistent_viewer import SocketViewer, StreamViewer, following
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import Workspace

EACH_KIND = pytest.mark.parametrize("kind", [StreamViewer, SocketViewer])


async def create_machine(
    service: Service, workspace: Workspace, project_id: str | None = None
) -> tuple[str, User]:
    """Return the path of a new API token, and its holder, signed in."""
    token = await workspace.post(
        f"/organizations/{workspace.organization_id}/api-tokens",
        {"name": "Machine", "scope": "read", "project_id": project_id},
    )
    async with httpx.AsyncClient(base_url=service.url) as client:
        answer = await client.post("/api/v1/access-tokens", json={"api_token": token["api_token"]})
    machine = replace(workspace.user, access_token=answer.json()["access_token"])
    return f"/api-tokens/{token['id']}", machine


@EACH_KIND
async def test_a_token_is_revoked_in_mid_stream(
    kind: ViewerKind,
    relay_service: Service,
    workspace: Workspace,
    create_viewer: CreateViewer,
    live_run: LiveRun,
) -> None:
    path, machine = await create_machine(relay_service, workspace)
    revoked, person = create_viewer(relay_service, machine, kind), create_viewer(relay_service)
    async with following([revoked, person]):
        await publish_and_see(live_run, [revoked, person])
        assert (await workspace.client.delete(path)).status_code == 204
        await until(lambda: revoked.refusals in ([404], ["not_found"]))
        await publish_and_see(live_run, [person])
        await live_run.finish()
    await check_that_all_saw_all(live_run, [person])
    assert revoked.farewells == ["access_revoked"]
    assert person.attempts == 1


@EACH_KIND
async def test_a_token_of_another_project_is_not_let_in_behind_its_person(
    kind: ViewerKind,
    relay_service: Service,
    workspace: Workspace,
    create_viewer: CreateViewer,
    live_run: LiveRun,
) -> None:
    path = f"/organizations/{workspace.organization_id}/projects"
    other_id = await workspace.post_for_id(path, {"name": "Other"})
    _, machine = await create_machine(relay_service, workspace, other_id)
    person, intruder = create_viewer(relay_service), create_viewer(relay_service, machine, kind)
    async with following([person]):
        await publish_and_see(live_run, [person])
        async with following([intruder]):
            await until(lambda: intruder.refusals in ([404], ["not_found"]))
        await live_run.finish()
    await check_that_all_saw_all(live_run, [person])
    assert intruder.snapshots == []
