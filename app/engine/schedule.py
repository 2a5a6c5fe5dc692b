"""Which test may start now, and which never will."""

import heapq
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.engine.graph import RequiredKeys, invert, measure_chains
from app.engine.results import ResultStatus


@dataclass(frozen=True, slots=True)
class Blocked:
    """A test that cannot run because the test `root_cause`, directly or not, did not pass."""

    key: str
    root_cause: str


class Schedule:
    """A ready queue over the dependency graph: the longest remaining chain first, then plan order."""

    def __init__(
        self, requirements: RequiredKeys, recorded: Mapping[str, ResultStatus] | None = None
    ) -> None:
        self._requirements = requirements
        self._dependents = invert(requirements)
        self._chains = measure_chains(requirements)
        self._positions = {key: index for index, key in enumerate(requirements)}
        self._missing = {key: len(required) for key, required in requirements.items()}
        self._statuses = {
            key: ResultStatus(status)
            for key, status in (recorded or {}).items()
            if key in requirements
        }
        self._ready: list[tuple[int, int, str]] = []

    @property
    def statuses(self) -> Mapping[str, ResultStatus]:
        """Final statuses so far, by key."""
        return self._statuses

    def open(self) -> tuple[Blocked, ...]:
        """Take recorded results into account; call once, before anything else."""
        for key, status in self._statuses.items():
            if status is ResultStatus.PASSED:
                for dependent in self._dependents[key]:
                    self._missing[dependent] -= 1
        for key, missing in self._missing.items():
            if missing == 0:
                self._make_ready(key)
        stopped = [
            key for key, status in self._statuses.items() if status is not ResultStatus.PASSED
        ]
        return tuple(
            blocked for key in stopped for blocked in self._block(key, self._find_root_cause(key))
        )

    def take(self) -> str | None:
        """The next test to start, or None when none may start now."""
        return heapq.heappop(self._ready)[2] if self._ready else None

    def complete(self, key: str, status: ResultStatus) -> tuple[Blocked, ...]:
        """Note a result; frees dependents, or returns those that can never run (now skipped)."""
        self._statuses[key] = status
        if status is not ResultStatus.PASSED:
            return tuple(self._block(key, key))
        for dependent in self._dependents[key]:
            self._missing[dependent] -= 1
            if self._missing[dependent] == 0:
                self._make_ready(dependent)
        return ()

    def abandon(self, key: str) -> None:
        """Skip a test without a verdict on its dependents: the whole run is ending."""
        self._statuses[key] = ResultStatus.SKIPPED

    def list_remaining(self) -> list[str]:
        """Keys without a result, in plan order."""
        return [key for key in self._requirements if key not in self._statuses]

    def _make_ready(self, key: str) -> None:
        if key not in self._statuses:
            heapq.heappush(self._ready, (-self._chains[key], self._positions[key], key))

    def _block(self, key: str, root_cause: str) -> Iterator[Blocked]:
        pending = deque(self._dependents[key])
        while pending:
            dependent = pending.popleft()
            if dependent not in self._statuses:
                self._statuses[dependent] = ResultStatus.SKIPPED
                yield Blocked(dependent, root_cause)
                pending.extend(self._dependents[dependent])

    def _find_root_cause(self, key: str) -> str:
        """Of a recorded test that did not pass: the failed test at the end of its requirements."""
        while self._statuses[key] is ResultStatus.SKIPPED:
            stopped = (
                required
                for required in self._requirements[key]
                if self._statuses.get(required, ResultStatus.PASSED) is not ResultStatus.PASSED
            )
            required = next(stopped, None)
            if required is None:
                break
            key = required
        return key
