"""`scripts/bench`: how long larger runs take on this machine, with a target that answers at once."""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from typing import Any

from scripts.demonstration.display import Display
from scripts.demonstration.people import Person
from scripts.demonstration.stage import Stage, end_on_sigterm, set_stage
from scripts.demonstration.story import Workspace, build_workspace, start_run
from scripts.demonstration.stream import ServerSentEvent, read_events
from scripts.demonstration.suite import GET_CATALOG, LOGIN

Document = dict[str, Any]

CREATED_AT_A_TIME = 8
RUN_DEADLINE_SECONDS = 600.0


def build_case(number: int) -> Document:
    """A small test that needs the token of Login, as most tests of a real suite do."""
    return {
        **GET_CATALOG,
        "key": f"item-{number}",
        "name": f"Item {number}",
        "endpoint": {"method": "GET", "path": f"/items/{number}"},
        "response": {},
    }


async def create_cases(owner: Person, space: Workspace, count: int) -> None:
    path = f"/suites/{space.suite_id}/cases"
    await owner.create(path, LOGIN)
    numbers = iter(range(1, count))

    async def create_next() -> None:
        for number in numbers:
            await owner.create(path, build_case(number))

    async with asyncio.TaskGroup() as creators:
        for _ in range(CREATED_AT_A_TIME):
            creators.create_task(create_next())


async def follow(owner: Person, run_id: str) -> list[ServerSentEvent]:
    async with asyncio.timeout(RUN_DEADLINE_SECONDS):
        stream = read_events(owner.service, f"/runs/{run_id}/events", 0)
        return [event async for event in stream if not event.is_state]


async def measure(stage: Stage, count: int) -> Document:
    """Create a suite of so many tests and run it once."""
    async with Person("Ada", stage.supabase, stage.service_url) as owner:
        await owner.sign_up()
        space = await build_workspace(owner, stage)
        begun = time.monotonic()
        await create_cases(owner, space, count)
        created = time.monotonic()
        run = await start_run(owner, space)
        events = await follow(owner, run["id"])
        ended = time.monotonic()
        counts = (await owner.get(f"/runs/{run['id']}"))["counts"]
    return {
        "tests": count,
        "counts": counts,
        "events": dict(Counter(event.type for event in events)),
        "seconds": {"create": round(created - begun, 2), "run": round(ended - created, 2)},
        "tests_per_second": round(count / (ended - created), 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--tests", type=int, nargs="+", default=[5, 100, 1000], help="in one run")
    counts: list[int] = parser.parse_args().tests
    end_on_sigterm()
    display = Display()
    try:
        with set_stage(display, shop_delay_ms=0.0) as stage:
            for count in counts:
                display.say(json.dumps(asyncio.run(measure(stage, count))))
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
