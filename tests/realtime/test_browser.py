"""A real browser follows a run with its own EventSource, which can send no token but a ticket."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from scripts.demonstration.components import Service
from tests.fixtures.service import StartService
from tests.realtime.browser import CHROMIUM, Page, open_page
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import Workspace

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="there is no chromium here: apt-get install chromium"
)

PATIENCE_SECONDS = 40
FOLLOW = """
(() => {
  window.seen = [];
  window.source = new EventSource(%s);
  const types = [
    "snapshot", "reconnect", "run_started", "run_progress", "run_completed", "context_updated",
    "test_started", "test_completed", "test_failed", "test_skipped",
  ];
  for (const type of types) {
    source.addEventListener(type, (event) => seen.push([event.lastEventId, JSON.parse(event.data)]));
  }
})()
"""


@pytest.fixture
async def own_service(start_service: StartService) -> Service:
    return await asyncio.to_thread(start_service, RUN_WORKER_IN_API="false")


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with open_page(tmp_path / "profile") as opened:
        yield opened


async def follow(page: Page, service: Service, workspace: Workspace, path: str) -> None:
    """Follow from a page of the service's own origin."""
    await page.open(f"{service.url}/livez")
    async with httpx.AsyncClient(headers=workspace.user.headers) as client:
        answer = await client.post(f"{service.url}/api/v1/realtime/tickets")
    assert answer.status_code == 201, answer.text
    address = f"{service.url}{path}?ticket={answer.json()['ticket']}"
    await page.evaluate(FOLLOW % json.dumps(address))


async def wait_for(page: Page, condition: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if await page.evaluate(condition):
                return
            await asyncio.sleep(0.02)


async def read_seen(page: Page) -> list[dict[str, Any]]:
    """What the page has; the browser's own id of each event is its number."""
    seen = await page.evaluate("seen")
    assert all(last_id == str(event["seq"]) for last_id, event in seen if event["seq"] is not None)
    return [event for _, event in seen if event["type"] not in ("snapshot", "reconnect")]


async def test_the_browser_follows_resumes_and_stops(
    page: Page, own_service: Service, workspace: Workspace, live_run: LiveRun
) -> None:
    await follow(page, own_service, workspace, f"/api/v1/runs/{live_run.run_id}/events")
    await wait_for(page, "seen.length === 1")
    await live_run.publish(3)
    await wait_for(page, f"seen.at(-1)[1].seq === {live_run.position}")
    # The browser comes back by itself, with the number of the last event.
    await asyncio.to_thread(own_service.restart)
    await live_run.publish(3)
    await wait_for(page, f"seen.at(-1)[1].seq === {live_run.position}")
    await live_run.finish()
    await wait_for(page, "source.readyState === EventSource.CLOSED")
    events = await read_seen(page)
    log = await live_run.read_events()
    assert events == [{**event, "topic": f"run:{live_run.run_id}"} for event in log[1:]]
    snapshots = await page.evaluate('seen.filter(([_, event]) => event.type === "snapshot").length')
    assert snapshots == 1


async def test_a_browser_without_a_valid_ticket_sees_nothing(
    page: Page, relay_service: Service, live_run: LiveRun
) -> None:
    await page.open(f"{relay_service.url}/livez")
    address = f"{relay_service.url}/api/v1/runs/{live_run.run_id}/events?ticket=ticket_forged"
    await page.evaluate(FOLLOW % json.dumps(address))
    await wait_for(page, "source.readyState === EventSource.CLOSED")
    assert await page.evaluate("seen") == []
