"""What must have ended before a test may start: its dependencies, and the phases of its suite."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

from app.engine.planned_test import PlannedTest


@dataclass(frozen=True, slots=True)
class Requirement:
    """A test that must have ended, and passed unless its outcome does not matter."""

    key: str
    must_pass: bool
    kind: Literal["dependency", "phase"] = "dependency"


Requirements: TypeAlias = Mapping[str, Sequence[Requirement]]


def iter_phase_requirements(
    tests: Iterable[PlannedTest],
) -> Iterator[tuple[str, Requirement]]:
    """
    For every test, the one before it in the phases of its suite; few edges, however many tests.

    Setup tests run one after another and must pass. Teardown tests run one after another, the
    last one first, when all others of the suite have ended.
    """
    suites: defaultdict[str | None, list[PlannedTest]] = defaultdict(list)
    for test in tests:
        suites[test.suite_id].append(test)
    for members in suites.values():
        yield from _iter_suite(members)


def _iter_suite(members: Sequence[PlannedTest]) -> Iterator[tuple[str, Requirement]]:
    setup, ordinary, teardown = (
        [test.key for test in members if test.phase == phase]
        for phase in ("setup", "test", "teardown")
    )
    ranks = {test.key: test.order_index for test in members}
    setup.sort(key=ranks.__getitem__)
    teardown.sort(key=ranks.__getitem__)
    teardown.reverse()  # of equal ones, too, the last comes first
    last_setup = setup[-1:]
    before = [*pairwise(setup), *((last, key) for last in last_setup for key in ordinary)]
    after = [(key, first) for first in teardown[:1] for key in (*last_setup, *ordinary)]
    yield from ((key, Requirement(earlier, True, "phase")) for earlier, key in before)
    for earlier, key in (*after, *pairwise(teardown)):
        yield key, Requirement(earlier, False, "phase")


def combine_requirements(
    tests: Sequence[PlannedTest], declared: Iterable[tuple[str, Requirement]]
) -> dict[str, tuple[Requirement, ...]]:
    """
    Every key with what it requires, each key once, declared requirements before those of phases.

    Of two requirements of one test the stricter counts; a teardown test needs nobody to pass.
    """
    found: dict[str, dict[str, Requirement]] = {test.key: {} for test in tests}
    for key, requirement in (*declared, *iter_phase_requirements(tests)):
        known = found[key].get(requirement.key)
        if known is None or (requirement.must_pass and not known.must_pass):
            found[key][requirement.key] = requirement
    for test in tests:
        if test.phase == "teardown":
            found[test.key] = {key: _relax(entry) for key, entry in found[test.key].items()}
    return {key: tuple(entries.values()) for key, entries in found.items()}


def get_required_keys(requirements: Requirements) -> dict[str, list[str]]:
    """Every key with the keys it requires."""
    return {key: [entry.key for entry in entries] for key, entries in requirements.items()}


def _relax(requirement: Requirement) -> Requirement:
    return Requirement(requirement.key, False, requirement.kind)
