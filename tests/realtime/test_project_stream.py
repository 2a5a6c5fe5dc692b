"""The stream of a project over HTTP: real service, real Supabase."""

import asyncio
from collections import Counter
from uuid import uuid4

import httpx
import pytest

from app.realtime.events import EVENTS, EventEnvelope, ProjectSnapshot, RunSnapshot
from scripts.demonstration.components import Service, SupabaseDetails
from scripts.demonstration.stream import ServerSentEvent, read_events
from tests.fixtures.users import SignUp
from tests.realtime.conditions import until
from tests.realtime.live_run import LiveRun, call, start_live_run
from tests.runs.workspace import Workspace


class ProjectReader:
    """Follows a project for as long as its task runs."""

    def __init__(self, client: httpx.AsyncClient, path: str) -> None:
        self._client = client
        self._path = path
        self.received: list[ServerSentEvent] = []

    async def follow(self, last_event_id: int | None = None) -> None:
        async for event in read_events(self._client, self._path, last_event_id):
            self.received.append(event)

    @property
    def events(self) -> list[ServerSentEvent]:
        """What is numbered, without snapshots."""
        return [event for event in self.received if not event.is_state and event.type != "snapshot"]

    @property
    def seqs(self) -> list[int]:
        return [int(event.id) for event in self.events]

    def has(self, event_type: str, count: int = 1) -> bool:
        return sum(event.type == event_type for event in self.received) == count


@pytest.fixture
def path(workspace: Workspace) -> str:
    return f"/api/v1/projects/{workspace.project_id}/events"


async def test_all_runs_of_a_project_are_followed(
    supabase: SupabaseDetails,
    service_role: httpx.AsyncClient,
    member: httpx.AsyncClient,
    workspace: Workspace,
    path: str,
) -> None:
    reader = ProjectReader(member, path)
    following = asyncio.create_task(reader.follow())
    await until(lambda: reader.has("snapshot"))
    assert reader.received[0].document["data"]["runs"] == []
    runs = [await start_live_run(supabase, service_role, workspace) for _ in range(2)]
    for run in runs:
        await run.publish(2)
    late = ProjectReader(member, path)
    following_late = asyncio.create_task(late.follow())
    await until(lambda: late.has("snapshot"))
    for run in runs:
        await run.finish()
    await until(lambda: reader.has("run_completed", 2) and late.has("run_completed", 2))
    assert Counter(event.type for event in reader.events) == {
        "run_started": 2,
        "run_progress": 2,
        "run_completed": 2,
    }
    assert reader.seqs == list(range(1, len(reader.seqs) + 1))
    first = late.received[0].document["seq"] + 1
    assert late.seqs == list(range(first, len(reader.seqs) + 1))
    for task in (following, following_late):
        task.cancel()


async def test_a_project_is_resumed_and_its_notifications_arrive(
    service_role: httpx.AsyncClient,
    member: httpx.AsyncClient,
    workspace: Workspace,
    live_run: LiveRun,
    path: str,
) -> None:
    flaky = {
        "type": "flaky_test_detected",
        "run_id": live_run.run_id,
        "data": {
            "test_case_id": live_run.test_case_id,
            "failure_rate": 0.4,
            "total_runs": 10,
            "window_days": 7,
        },
    }
    slower = {
        "type": "performance_degradation",
        "data": {
            "test_case_id": live_run.test_case_id,
            "baseline_ms": 100,
            "current_ms": 150,
            "change_percent": 50,
        },
    }
    await live_run.publish(1)
    reader = ProjectReader(member, path)
    following = asyncio.create_task(reader.follow(last_event_id=1))
    await until(lambda: bool(reader.events))
    await call(
        service_role,
        "publish_notifications",
        project_id=workspace.project_id,
        request_id=str(uuid4()),
        notifications=[flaky, slower],
    )
    await until(lambda: reader.has("performance_degradation"))
    assert reader.seqs == list(range(2, 2 + len(reader.seqs)))
    assert not reader.has("snapshot")
    for event in reader.events:
        EventEnvelope[EVENTS[event.type]].model_validate_json(event.data)
    following.cancel()


async def test_everything_that_is_announced_has_the_documented_shape(
    member: httpx.AsyncClient, live_run: LiveRun
) -> None:
    await live_run.publish(2)
    await live_run.finish()
    path = f"/api/v1/runs/{live_run.run_id}/events"
    async for event in read_events(member, path, 0):
        envelope = EventEnvelope[EVENTS[event.type]].model_validate_json(event.data)
        assert envelope.type == event.type
        assert envelope.topic == f"run:{live_run.run_id}"
    async for event in read_events(member, path):
        EventEnvelope[RunSnapshot].model_validate_json(event.data)


async def test_the_snapshot_of_a_project_has_the_documented_shape(
    member: httpx.AsyncClient, live_run: LiveRun, path: str
) -> None:
    reader = ProjectReader(member, path)
    following = asyncio.create_task(reader.follow())
    await until(lambda: reader.has("snapshot"))
    snapshot = EventEnvelope[ProjectSnapshot].model_validate_json(reader.received[0].data)
    assert [run["id"] for run in snapshot.data.runs] == [live_run.run_id]
    assert snapshot.data.presence.viewers == 1
    following.cancel()


async def test_strangers_and_unknown_projects_are_not_found(
    relay_service: Service, sign_up: SignUp, path: str
) -> None:
    stranger = await sign_up()
    async with httpx.AsyncClient(base_url=relay_service.url, headers=stranger.headers) as client:
        for refused in (path, f"/api/v1/projects/{uuid4()}/events"):
            answer = await client.get(refused)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_ticket_opens_a_stream_where_no_header_can_be_sent(
    relay_service: Service, member: httpx.AsyncClient, live_run: LiveRun
) -> None:
    await live_run.publish(2)
    await live_run.finish()
    answer = await member.post("/api/v1/realtime/tickets")
    assert answer.status_code == 201
    ticket = answer.json()["ticket"]
    async with httpx.AsyncClient(base_url=relay_service.url) as browser:
        path = f"/api/v1/runs/{live_run.run_id}/events?ticket={ticket}&last_event_id=2"
        reader = ProjectReader(browser, path)
        await reader.follow()
        assert reader.seqs == list(range(3, live_run.position + 1))
        refused = await browser.get(f"/api/v1/runs/{live_run.run_id}/events?ticket=ticket_x")
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid_ticket")
        elsewhere = await browser.get(f"/api/v1/runs/{live_run.run_id}?ticket={ticket}")
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (401, "missing_token")
