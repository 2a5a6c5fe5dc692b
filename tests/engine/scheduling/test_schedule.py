"""The graph of a run while its tests end."""

from itertools import pairwise

from app.engine import Hold, ResultStatus
from app.engine.requirements import Requirement, Requirements
from app.engine.scheduling.schedule import Blocked, Released, Schedule

PASSED, FAILED, SKIPPED = ResultStatus.PASSED, ResultStatus.FAILED, ResultStatus.SKIPPED


def build(keys: str, *edges: tuple[str, str], loose: str = "") -> Requirements:
    """An edge is (dependent, required); the keys in `loose` need nobody to pass."""
    return {
        key: tuple(
            Requirement(required, must_pass=key not in loose)
            for dependent, required in edges
            if dependent == key
        )
        for key in keys
    }


def test_what_requires_nothing_is_free_at_once() -> None:
    progress = Schedule(build("abc", ("c", "a"))).open({})
    assert progress.released == [Released("a"), Released("b")]
    assert progress.blocked == []


def test_the_last_of_several_releases() -> None:
    schedule = Schedule(build("abc", ("c", "a"), ("c", "b")))
    schedule.open({})
    assert schedule.complete("b", PASSED).released == []
    assert schedule.complete("a", PASSED).released == [Released("c", Hold("dependency", "a"))]


def test_a_failure_blocks_the_whole_chain_and_is_named() -> None:
    schedule = Schedule(build("abcd", ("b", "a"), ("c", "b"), ("d", "c")))
    schedule.open({})
    blocked = schedule.complete("a", FAILED).blocked
    assert blocked == [Blocked("b", "a"), Blocked("c", "a"), Blocked("d", "a")]


def test_who_needs_nobody_to_pass_is_released_by_a_skip() -> None:
    schedule = Schedule(build("abz", ("b", "a"), ("z", "b"), loose="z"))
    schedule.open({})
    progress = schedule.complete("a", FAILED)
    assert progress.blocked == [Blocked("b", "a")]
    assert progress.released == [Released("z", Hold("dependency", "b"))]


def test_abandoned_tests_blame_nobody() -> None:
    schedule = Schedule(build("abz", ("b", "a"), ("z", "b"), loose="z"))
    schedule.open({})
    progress = schedule.abandon(["a", "b"])
    assert progress.blocked == []
    assert [released.key for released in progress.released] == ["z"]


def test_recorded_skips_lead_to_the_failure_behind_them() -> None:
    schedule = Schedule(build("abcde", ("b", "a"), ("c", "b"), ("d", "c"), ("e", "c")))
    progress = schedule.open({"c": SKIPPED, "b": SKIPPED, "a": FAILED})
    assert progress.blocked == [Blocked("d", "a"), Blocked("e", "a")]


def test_a_recorded_skip_without_a_failure_is_its_own_cause() -> None:
    schedule = Schedule(build("ab", ("b", "a")))
    assert schedule.open({"a": SKIPPED}).blocked == [Blocked("b", "a")]


def test_a_long_chain_of_recorded_skips_has_one_cause() -> None:
    keys = [str(index) for index in range(10_000)]
    requirements = {key: (Requirement(before, must_pass=True),) for before, key in pairwise(keys)}
    schedule = Schedule({"0": (), **requirements})
    recorded = dict.fromkeys(reversed(keys[1:]), SKIPPED) | {"0": FAILED}
    assert schedule.open(recorded).blocked == []
