"""The event stream over HTTP: real service, real Supabase."""

import asyncio
import socket
from collections import Counter
from uuid import uuid4

import httpx
import jwt
import pytest

from app.core.clock import SystemClock
from scripts.demonstration.components import Service, SupabaseDetails
from scripts.demonstration.stream import parse_events
from tests.fixtures.users import SignUp
from tests.realtime.conditions import until
from tests.realtime.event_reader import EventReader
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import Workspace

NUMBERED = {"test_started", "test_completed", "run_progress", "run_completed"}
MOST_THAT_SOCKETS_HOLD = 4_500_000


async def test_a_run_is_followed_live_to_its_end(
    member: httpx.AsyncClient, live_run: LiveRun
) -> None:
    reader = EventReader(member, live_run.run_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.follow())
        await until(lambda: reader.snapshot is not None)
        for _ in range(5):
            await live_run.publish(3)
            await until(lambda: reader.last_seq == live_run.position)
        await live_run.finish()
    assert reader.snapshot is not None
    assert reader.snapshot["run"]["id"] == live_run.run_id
    log = await live_run.read_events()
    expected = [{**event, "topic": f"run:{live_run.run_id}"} for event in log]
    assert [event.document for event in reader.events] == expected[reader.snapshot["seq"] :]
    assert Counter(event.type for event in reader.events) == {
        "test_started": 15,
        "test_completed": 15,
        "run_progress": 5,
        "run_completed": 1,
    }
    assert reader.events[-1].type == "run_completed"
    assert reader.farewell is None


async def test_who_comes_late_gets_what_was_and_what_follows(
    member: httpx.AsyncClient, live_run: LiveRun
) -> None:
    await live_run.publish(4)
    early, late = EventReader(member, live_run.run_id), EventReader(member, live_run.run_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(early.follow())
        await until(lambda: early.snapshot is not None)
        await live_run.publish(4)
        tasks.create_task(late.follow())
        await until(lambda: late.snapshot is not None)
        await live_run.publish(4)
        await live_run.finish()
    for reader in (early, late):
        assert reader.snapshot is not None
        assert reader.seqs == list(range(reader.snapshot["seq"] + 1, live_run.position + 1))
    assert late.snapshot is not None
    followed = [event for event in late.events if event.type == "test_completed"]
    assert len(late.snapshot["results"]) + len(followed) == 12


async def test_a_stream_resumes_after_the_last_event(
    member: httpx.AsyncClient, live_run: LiveRun
) -> None:
    await live_run.publish(300)
    reader = EventReader(member, live_run.run_id)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(reader.follow(last_event_id=7))
        await until(lambda: reader.last_seq == live_run.position)
        await live_run.publish(2)
        await live_run.finish()
    assert reader.snapshot is None
    assert reader.seqs == list(range(8, live_run.position + 1))


async def test_a_finished_run_is_a_snapshot(member: httpx.AsyncClient, live_run: LiveRun) -> None:
    await live_run.publish(2)
    await live_run.finish()
    reader = EventReader(member, live_run.run_id)
    await reader.follow()
    assert reader.snapshot is not None
    assert reader.snapshot["seq"] == live_run.position
    assert reader.snapshot["run"]["counts"]["passed"] == 2
    assert reader.events == []


async def test_nothing_follows_the_end(member: httpx.AsyncClient, live_run: LiveRun) -> None:
    await live_run.finish()
    headers = {"Last-Event-ID": str(live_run.position)}
    answer = await member.get(f"/api/v1/runs/{live_run.run_id}/events", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("last_event_id", ["999", "-1", "x", "9" * 40])
async def test_an_id_that_cannot_be_resumed_begins_with_a_snapshot(
    member: httpx.AsyncClient, live_run: LiveRun, last_event_id: str
) -> None:
    await live_run.finish()
    headers = {"Last-Event-ID": last_event_id}
    answer = await member.get(f"/api/v1/runs/{live_run.run_id}/events", headers=headers)
    assert "event: snapshot\n" in answer.text


async def test_the_stream_passes_proxies_unbuffered(
    member: httpx.AsyncClient, live_run: LiveRun
) -> None:
    await live_run.finish()
    answer = await member.get(f"/api/v1/runs/{live_run.run_id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.text.startswith("retry: 3000\n\n")


@pytest.mark.parametrize("headers", [{}, {"Last-Event-ID": "0"}])
async def test_strangers_and_unknown_runs_are_not_found(
    relay_service: Service, sign_up: SignUp, live_run: LiveRun, headers: dict[str, str]
) -> None:
    stranger = await sign_up()
    async with httpx.AsyncClient(
        base_url=relay_service.url, headers={**stranger.headers, **headers}
    ) as client:
        for run_id in (live_run.run_id, str(uuid4())):
            answer = await client.get(f"/api/v1/runs/{run_id}/events")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_without_a_token_there_is_no_stream(
    relay_service: Service, live_run: LiveRun
) -> None:
    async with httpx.AsyncClient(base_url=relay_service.url) as client:
        answer = await client.get(f"/api/v1/runs/{live_run.run_id}/events")
    assert (answer.status_code, answer.json()["code"]) == (401, "missing_token")


async def test_the_stream_ends_with_the_token(
    relay_service: Service, supabase: SupabaseDetails, workspace: Workspace, live_run: LiveRun
) -> None:
    claims = jwt.decode(workspace.user.access_token, options={"verify_signature": False})
    claims["exp"] = SystemClock().now().timestamp() + 2
    token = jwt.encode(claims, supabase.jwt_secret, "HS256")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=relay_service.url, headers=headers) as client:
        reader = EventReader(client, live_run.run_id)
        await reader.follow()
    assert reader.farewell == "token_expired"


async def test_a_reader_that_stops_reading_holds_up_nobody_and_continues_with_a_snapshot(
    relay_service: Service, member: httpx.AsyncClient, live_run: LiveRun
) -> None:
    lively = EventReader(member, live_run.run_id)
    small_window = httpx.AsyncHTTPTransport(
        socket_options=[(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)]
    )
    url = f"{relay_service.url}/api/v1/runs/{live_run.run_id}/events"
    async with (
        httpx.AsyncClient(transport=small_window, headers=member.headers, timeout=60) as client,
        client.stream("GET", url) as stuck,
    ):
        assert stuck.status_code == 200
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(lively.follow(last_event_id=0))
            for _ in range(8):
                await live_run.publish(1_000)
            await live_run.finish()
        assert lively.seqs == list(range(1, live_run.position + 1))
        assert sum(len(event.data) for event in lively.events) > MOST_THAT_SOCKETS_HOLD
        events = [event async for event in parse_events(stuck.aiter_lines())]
    snapshots = [index for index, event in enumerate(events) if event.type == "snapshot"]
    assert len(snapshots) == 2, "one at first, one in place of what was missed"
    newest = events[snapshots[1]].document["data"]
    numbered = [int(event.id) for event in events[snapshots[1] + 1 :] if event.type in NUMBERED]
    assert numbered == list(range(newest["seq"] + 1, live_run.position + 1))
