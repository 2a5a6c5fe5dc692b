"""Readers outlive the process that served them."""

import asyncio

import httpx

from scripts.demonstration.components import Service
from tests.fixtures.service import StartService
from tests.realtime.conditions import until
from tests.realtime.event_reader import EventReader
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import Workspace


async def test_a_reader_resumes_at_another_process(
    start_service: StartService,
    relay_service: Service,
    workspace: Workspace,
    live_run: LiveRun,
) -> None:
    first = start_service(RUN_WORKER_IN_API="false")
    async with httpx.AsyncClient(headers=workspace.user.headers) as client:
        reader = EventReader(client, live_run.run_id, f"{first.url}/api/v1")
        following = asyncio.create_task(reader.follow())
        await until(lambda: reader.snapshot is not None)
        await live_run.publish(3)
        await until(lambda: reader.last_seq == live_run.position)
        await asyncio.to_thread(first.kill)
        await asyncio.gather(following, return_exceptions=True)
        await live_run.publish(3)
        reader.address = f"{relay_service.url}/api/v1"
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(reader.follow(reader.last_seq))
            await until(lambda: reader.last_seq == live_run.position)
            await live_run.publish(3)
            await live_run.finish()
    assert reader.snapshot is not None
    assert reader.seqs == list(range(reader.snapshot["seq"] + 1, live_run.position + 1))
