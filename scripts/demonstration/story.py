"""What happens in the demonstration, from the first sign-up to the last look of the outsider."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from scripts.demonstration.display import Display
from scripts.demonstration.outcome import Outcome, Streams
from scripts.demonstration.people import Person
from scripts.demonstration.stage import Stage
from scripts.demonstration.stream import ServerSentEvent, read_events
from scripts.demonstration.suite import CASES, ENVIRONMENT_VARIABLES

Document = dict[str, Any]

RUN_DEADLINE_SECONDS = 60.0
WITH_EVIDENCE = "include=details&include=assertions"
TABLES = [
    "test_runs",
    "test_results",
    "test_result_details",
    "assertion_results",
    "test_run_events",
    "environment_variables",
]
"""What is read from Supabase itself, once to look for secrets and once by the outsider."""


@dataclass(frozen=True)
class Workspace:
    """What the first user made: the ids of the documents."""

    organization_id: str
    project_id: str
    environment_id: str
    suite_id: str


async def build_workspace(owner: Person, stage: Stage) -> Workspace:
    """Create everything that a run needs, but the test cases, through the service's API."""
    organization = await owner.create(
        "/organizations", {"name": "Kettle & Co", "slug": f"kettle-{uuid4().hex[:8]}"}
    )
    project = await owner.create(
        f"/organizations/{organization['id']}/projects", {"name": "Web shop"}
    )
    environment = await owner.create(
        f"/projects/{project['id']}/environments",
        {"name": "local", "base_url": stage.shop_url},
    )
    values = {"SHOP_USERNAME": stage.shop_username, "SHOP_PASSWORD": stage.shop_password}
    for key, is_secret in ENVIRONMENT_VARIABLES.items():
        variable = {"value": values[key], "is_secret": is_secret}
        await owner.replace(f"/environments/{environment['id']}/variables/{key}", variable)
    suite = await owner.create(f"/projects/{project['id']}/suites", {"name": "E-commerce"})
    return Workspace(organization["id"], project["id"], environment["id"], suite["id"])


async def follow_live(owner: Person, run: Document, display: Display) -> list[ServerSentEvent]:
    """Show the run from its first event to its last."""
    events: list[ServerSentEvent] = []
    with display.progress(len(CASES)) as progress:
        async for event in read_events(owner.service, f"/runs/{run['id']}/events", 0):
            if not event.is_state:
                events.append(event)
                progress.show(event)
    return events


async def collect_events(
    viewer: Person, run: Document, last_event_id: int | None = None
) -> list[ServerSentEvent]:
    stream = read_events(viewer.service, f"/runs/{run['id']}/events", last_event_id)
    return [event async for event in stream if not event.is_state]


async def follow(owner: Person, run: Document, display: Display) -> Streams:
    """Follow the run twice while it goes on, and look again when it is over."""
    async with asyncio.timeout(RUN_DEADLINE_SECONDS), asyncio.TaskGroup() as viewers:
        live = viewers.create_task(follow_live(owner, run, display))
        joined = viewers.create_task(collect_events(owner, run))
    replayed = await collect_events(owner, run, 0)
    seen = {"Last-Event-ID": live.result()[-1].id}
    over = await owner.service.get(f"/runs/{run['id']}/events", headers=seen)
    return Streams(
        live=live.result(),
        joined=joined.result(),
        replayed=replayed,
        status_after_end=over.status_code,
    )


async def try_as_outsider(outsider: Person, space: Workspace, run: Document) -> dict[str, int]:
    """Ask for everything the owner has just seen, and try to interfere."""
    paths = [
        f"/organizations/{space.organization_id}",
        f"/projects/{space.project_id}",
        f"/environments/{space.environment_id}",
        f"/suites/{space.suite_id}",
        f"/runs/{run['id']}",
        f"/runs/{run['id']}/results",
        f"/runs/{run['id']}/context",
        f"/runs/{run['id']}/events",
    ]
    reading = {f"GET {path}": await outsider.find_status("GET", path) for path in paths}
    cancelling = f"/runs/{run['id']}/cancel"
    selection = {"project_id": space.project_id, "environment_id": space.environment_id}
    return {
        **reading,
        f"POST {cancelling}": await outsider.find_status("POST", cancelling),
        "POST /runs": await outsider.find_status("POST", "/runs", selection),
    }


async def read_texts(
    owner: Person, run: Document, streams: Streams, service_log: Path
) -> dict[str, str]:
    """Everything that can be read of the run and must not hold a secret."""
    tables = {f"table {table}": await owner.read_table(table) for table in TABLES}
    results = await owner.service.get(f"/runs/{run['id']}/results?{WITH_EVIDENCE}")
    context = await owner.service.get(f"/runs/{run['id']}/context")
    shown = [*streams.live, *streams.joined, *streams.replayed]
    return {
        **tables,
        "results": results.text,
        "context": context.text,
        "events": "\n".join(event.data for event in shown),
        "log of the service": await asyncio.to_thread(service_log.read_text, errors="replace"),
    }


async def start_run(owner: Person, space: Workspace) -> Document:
    selection = {"project_id": space.project_id, "environment_id": space.environment_id}
    return await owner.create("/runs", {**selection, "suite_id": space.suite_id})


async def tell_story(stage: Stage, display: Display, owner: Person, outsider: Person) -> Outcome:
    """Build, run, follow and look; the seconds of the run are those that the owner waited."""
    with display.step("Organization, project, environment and seven tests"):
        space = await build_workspace(owner, stage)
        for case in CASES:
            await owner.create(f"/suites/{space.suite_id}/cases", case)
    started = time.time()
    run = await start_run(owner, space)
    display.say(f"Run {run['id']}:")
    streams = await follow(owner, run, display)
    run_seconds = time.time() - started
    results = await owner.get(f"/runs/{run['id']}/results?{WITH_EVIDENCE}")
    return Outcome(
        run=await owner.get(f"/runs/{run['id']}"),
        results=results["items"],
        streams=streams,
        texts=await read_texts(owner, run, streams, stage.service_log),
        secrets=[stage.shop_password],
        outsider_statuses=await try_as_outsider(outsider, space, run),
        outsider_rows={table: await outsider.read_table(table) for table in TABLES},
        run_started_at=started,
        run_seconds=run_seconds,
    )


async def perform(stage: Stage, display: Display) -> Outcome:
    """The whole story, with both people signed up."""
    owner = Person("Ada", stage.supabase, stage.service_url)
    outsider = Person("Mallory", stage.supabase, stage.service_url)
    async with owner, outsider:
        with display.step("Two people sign up"):
            await asyncio.gather(owner.sign_up(), outsider.sign_up())
        return await tell_story(stage, display, owner, outsider)
