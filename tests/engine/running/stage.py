"""Plays plans in virtual time against a target whose answers take as long as they are told."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.engine import (
    Dependency,
    Event,
    Plan,
    PreparedRequest,
    ReceivedResponse,
    ResultStatus,
    RunCompleted,
    RunControl,
    RunOptions,
    Scope,
    TestEnded,
    TestResult,
    run,
)
from tests.engine.builders import BASE_URL, json_response, select
from tests.engine.virtual_time import VirtualClock, run_in_virtual_time

OPTIONS = RunOptions(clock=VirtualClock())


@dataclass(slots=True)
class Target:
    """Answers `/<key>` after `seconds[key]` (or 1) with `statuses[key]` (or 200); see `visits`."""

    seconds: Mapping[str, float] = field(default_factory=dict[str, float])
    statuses: Mapping[str, int] = field(default_factory=dict[str, int])
    visits: list[tuple[str, float, float]] = field(default_factory=list[tuple[str, float, float]])
    aborted: list[str] = field(default_factory=list[str])

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        key = request.url.rpartition("/")[2]
        started = asyncio.get_running_loop().time()
        try:
            await asyncio.sleep(self.seconds.get(key, 1))
        except asyncio.CancelledError:
            self.aborted.append(key)
            raise
        finally:
            self.visits.append((key, started, asyncio.get_running_loop().time()))
        return json_response({"key": key}, self.statuses.get(key, 200))

    @property
    def order(self) -> list[str]:
        """Keys in the order in which they were asked for."""
        return [key for key, _, _ in sorted(self.visits, key=lambda visit: visit[1])]

    def get_starts(self) -> dict[str, float]:
        return {key: start for key, start, _ in self.visits}

    def count_most_at_once(self, keys: Iterable[str] | None = None) -> int:
        """The most requests (for these keys) that were in flight at one time."""
        wanted = None if keys is None else set(keys)
        changes: defaultdict[float, list[int]] = defaultdict(list)
        for key, start, end in self.visits:
            if (wanted is None or key in wanted) and end > start:
                changes[start].append(1)
                changes[end].append(-1)
        count = most = 0
        for moment in sorted(changes):
            count += sum(changes[moment])
            most = max(most, count)
        return most


@dataclass(slots=True)
class Played:
    """What a run came to."""

    events: list[Event]
    seconds: float

    @property
    def results(self) -> dict[str, TestResult]:
        return {result.key: result for result in self.all_results}

    @property
    def all_results(self) -> list[TestResult]:
        return [event.result for event in select(self.events, TestEnded)]

    @property
    def reasons(self) -> dict[str, str | None]:
        return {key: result.reason for key, result in self.results.items()}

    @property
    def end(self) -> RunCompleted:
        return select(self.events, RunCompleted)[0]


def play(
    plan: Plan,
    target: Any = None,
    *,
    control: RunControl | None = None,
    scope: Scope | None = None,
    recorded: Mapping[tuple[str, int], ResultStatus] | None = None,
    cancel_at: float | None = None,
    **options: Any,
) -> Played:
    """Run a plan to its end; `options` are those of the run, `cancel_at` is in seconds."""
    control = control or RunControl()

    async def perform() -> Played:
        loop = asyncio.get_running_loop()
        if cancel_at is not None:
            loop.call_at(cancel_at, control.cancel)
        events = run(
            plan,
            scope or Scope(),
            target or Target(),
            replace(OPTIONS, **options),
            recorded,
            control,
        )
        return Played([event async for event in events], loop.time())

    return run_in_virtual_time(perform())


def build_plan(tests: Iterable[Any], dependencies: Iterable[Dependency] = ()) -> Plan:
    return Plan(
        run_id="run-1",
        base_url=BASE_URL,
        tests=tuple(tests),
        dependencies=tuple(dependencies),
    )


def after(dependent: str, required: str, *, passed: bool = True) -> Dependency:
    return Dependency(
        dependent_key=dependent,
        required_key=required,
        condition="passed" if passed else "completed",
    )
