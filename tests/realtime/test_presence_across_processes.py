"""Viewers of different processes know of each other: real services, real Realtime."""

import asyncio
from typing import Any

import httpx

from scripts.demonstration.components import Service
from tests.realtime.conditions import until
from tests.realtime.event_reader import EventReader
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import Workspace


def knows_of(reader: EventReader, viewers: int) -> bool:
    presence: dict[str, Any] = reader.state.get("presence", {"viewers": 0})
    return presence["viewers"] == viewers


async def test_viewers_of_two_processes_are_counted_together(
    service: Service,
    relay_service: Service,
    workspace: Workspace,
    live_run: LiveRun,
) -> None:
    async with httpx.AsyncClient(headers=workspace.user.headers) as client:
        here = EventReader(client, live_run.run_id, f"{relay_service.url}/api/v1")
        there = EventReader(client, live_run.run_id, f"{service.url}/api/v1")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(here.follow())
            leaving = tasks.create_task(there.follow())
            await until(lambda: knows_of(here, 2) and knows_of(there, 2))
            assert here.state["presence"]["members"] == [
                {"user_id": workspace.user.id, "viewers": 2}
            ]
            leaving.cancel()
            await until(lambda: knows_of(here, 1))
            await live_run.finish()
