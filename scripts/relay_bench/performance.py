"""One scene performed and measured: so many viewers, so many runs."""

import asyncio
import os
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final, LiteralString

from scripts.demonstration.components import LocalSupabase, Service
from scripts.process_usage import Usage, read_memory
from scripts.relay_bench.audience import open_audience
from scripts.relay_bench.measurement import summarize
from scripts.relay_bench.recording import BATCH_SECONDS, Recording
from scripts.relay_bench.scene import Connection, Scene, connect, fetch_one, set_scene, start_run

Document = dict[str, Any]

VIEWERS_OF_A_USER: Final = 100
COUNT_MESSAGES: Final[LiteralString] = """
select count(*) as messages from realtime.messages where topic = any (%s)
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many watch how many runs, of how many tests each, which end at which pace altogether."""

    kind: str
    viewers: int
    runs: int
    tests: int
    tests_per_second: int

    @property
    def users(self) -> int:
        return -(-self.viewers // VIEWERS_OF_A_USER)

    @property
    def batch(self) -> int:
        """Tests of one run that end between two commits."""
        return max(1, round(self.tests_per_second * BATCH_SECONDS / self.runs))


@dataclass(frozen=True, slots=True)
class Stage:
    """The stack that is measured."""

    stack: LocalSupabase
    service: Service

    @property
    def pids(self) -> Mapping[str, int]:
        return {
            "service": self.service.pid,
            "realtime_and_gateway": self.stack.pid,
            "postgres": self.stack.details.pids["postgres"],
            "postgrest": self.stack.details.pids["postgrest"],
        }


async def perform(stage: Stage, plan: Plan) -> Document:
    """Let all viewers attach, record the runs before their eyes, and compare what they saw."""
    scene = await set_scene(stage.stack.details, plan.tests, plan.users)
    async with open_recordings(stage, scene, plan.runs) as recordings, open_audience() as audience:
        memory = [read_memory(stage.service.pid)]
        places = assign_viewers(plan, scene, recordings)
        watching = await audience.attach(stage.service.url, plan.kind, places)
        memory.append(read_memory(stage.service.pid))
        load, recorder, begun = os.getloadavg()[0], time.process_time(), Usage.read(stage.pids)
        await record_all(recordings, plan.batch)
        memory.append(read_memory(stage.service.pid))
        seen = await audience.leave()
        used = Usage.read(stage.pids).since(begun)
        used["recorder"] = round(time.process_time() - recorder, 2)
        used["viewers"] = seen["processor_seconds"]
        announced = await count_messages(recordings)
    pairs = ((recordings[number % plan.runs], sight) for number, sight in enumerate(seen["sights"]))
    return {
        **asdict(plan),
        "watching": watching,
        "load_average_before": round(load, 1),
        **summarize(pairs),
        **announced,
        "kilobytes_per_viewer": compare_memory(memory, plan.viewers),
        "processor_seconds": used,
    }


async def record_all(recordings: Sequence[Recording], batch: int) -> None:
    async with asyncio.TaskGroup() as tasks:
        for recording in recordings:
            tasks.create_task(recording.perform(batch))


def compare_memory(memory: Sequence[float], viewers: int) -> Document:
    """What a viewer costs before the run begins and at its end, in kilobytes."""
    before, while_idle, at_the_end = memory
    return {
        "idle": round((while_idle - before) / viewers, 1),
        "at_the_end": round((at_the_end - before) / viewers, 1),
    }


@asynccontextmanager
async def open_recordings(
    stage: Stage, scene: Scene, count: int
) -> AsyncGenerator[list[Recording]]:
    """Start the runs, each with a connection of its own as each worker has."""
    async with AsyncExitStack() as exits:

        async def connect_one() -> Connection:
            return await exits.enter_async_context(await connect(stage.stack.details))

        connections = [await connect_one() for _ in range(count)]
        yield [Recording(await start_run(each, scene), each) for each in connections]


def assign_viewers(
    plan: Plan, scene: Scene, recordings: Sequence[Recording]
) -> list[tuple[str, str]]:
    """Spread the viewers over the runs and the users."""
    return [
        (recordings[number % plan.runs].run.id, scene.tokens[number % len(scene.tokens)])
        for number in range(plan.viewers)
    ]


async def count_messages(recordings: Sequence[Recording]) -> Document:
    """Return what went upstream: commits, and messages of the runs' topics."""
    topics = [f"run:{recording.run.id}" for recording in recordings]
    row = await fetch_one(recordings[0].connection, COUNT_MESSAGES, [topics])
    return {"commits": sum(len(recording.commits) for recording in recordings), **row}
