"""Which tests may start now that others have ended, and which never will."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.engine.graph import measure_chains
from app.engine.requirements import Requirement, Requirements, get_required_keys
from app.engine.results import Hold, ResultStatus


@dataclass(frozen=True, slots=True)
class Released:
    """A test that may start; `held_by` is what it required last, None when it required nothing."""

    key: str
    held_by: Hold | None = None


@dataclass(frozen=True, slots=True)
class Blocked:
    """A test that cannot run because the test `root_cause`, directly or not, did not pass."""

    key: str
    root_cause: str


@dataclass(slots=True)
class Progress:
    """What the end of a test, or of several, means for others."""

    released: list[Released] = field(default_factory=list[Released])
    blocked: list[Blocked] = field(default_factory=list[Blocked])


class Schedule:
    """The dependency graph of a run and what has become of its tests; every edge is walked once."""

    def __init__(self, requirements: Requirements) -> None:
        self._requirements = requirements
        self._dependents = _invert(requirements)
        self._chains = measure_chains(get_required_keys(requirements))
        self._positions = {key: index for index, key in enumerate(requirements)}
        self._missing = {key: len(required) for key, required in requirements.items()}
        self._statuses: dict[str, ResultStatus] = {}

    def open(self, recorded: Mapping[str, ResultStatus]) -> Progress:
        """Take the tests that had ended before into account; call once, before anything else."""
        self._statuses.update(recorded)
        free = [
            Released(key)
            for key, missing in self._missing.items()
            if missing == 0 and key not in recorded
        ]
        progress = self._propagate(self._find_root_causes(recorded).items())
        return Progress([*free, *progress.released], progress.blocked)

    def complete(self, key: str, status: ResultStatus) -> Progress:
        """Note the end of a test; those behind it may start, or never will (now skipped)."""
        self._statuses[key] = status
        return self._propagate(((key, key),))

    def abandon(self, keys: Iterable[str]) -> Progress:
        """Skip tests together, without blaming one for another: the run is ending."""
        abandoned = [key for key in keys if key not in self._statuses]
        self._statuses.update(dict.fromkeys(abandoned, ResultStatus.SKIPPED))
        return self._propagate((key, key) for key in abandoned)

    def get_urgency(self, key: str) -> tuple[int, int]:
        """Smaller is more urgent: the longest remaining chain first, then the order of the plan."""
        return -self._chains[key], self._positions[key]

    def _propagate(self, ended: Iterable[tuple[str, str]]) -> Progress:
        """Walk on from tests that ended, each with the test to blame if it did not pass."""
        progress = Progress()
        pending = deque(ended)
        while pending:
            key, root_cause = pending.popleft()
            has_passed = self._statuses[key] is ResultStatus.PASSED
            for dependent, requirement in self._dependents[key]:
                if dependent in self._statuses:
                    continue
                if has_passed or not requirement.must_pass:
                    self._release(dependent, requirement, progress)
                else:
                    self._statuses[dependent] = ResultStatus.SKIPPED
                    progress.blocked.append(Blocked(dependent, root_cause))
                    pending.append((dependent, root_cause))
        return progress

    def _release(self, key: str, requirement: Requirement, progress: Progress) -> None:
        self._missing[key] -= 1
        if self._missing[key] == 0:
            progress.released.append(Released(key, Hold(requirement.kind, requirement.key)))

    def _find_root_causes(self, recorded: Iterable[str]) -> dict[str, str]:
        """For tests that had ended: the one to blame, itself or the failed one behind its skip."""
        causes: dict[str, str] = {}
        for key in recorded:
            trail = [key]
            while trail[-1] not in causes:
                obstacle = self._find_obstacle(trail[-1])
                if obstacle is None:
                    causes[trail[-1]] = trail[-1]
                else:
                    trail.append(obstacle)
            causes.update(dict.fromkeys(trail, causes[trail[-1]]))
        return causes

    def _find_obstacle(self, key: str) -> str | None:
        """What a skipped test required that did not pass."""
        if self._statuses[key] is not ResultStatus.SKIPPED:
            return None
        stopped = (
            requirement.key
            for requirement in self._requirements[key]
            if requirement.must_pass
            and self._statuses.get(requirement.key, ResultStatus.PASSED) is not ResultStatus.PASSED
        )
        return next(stopped, None)


def _invert(requirements: Requirements) -> dict[str, list[tuple[str, Requirement]]]:
    dependents: dict[str, list[tuple[str, Requirement]]] = {key: [] for key in requirements}
    for key, wanted in requirements.items():
        for requirement in wanted:
            dependents[requirement.key].append((key, requirement))
    return dependents
