"""Whatever the plan, the limits and the outcomes: what always holds."""

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import (
    Dependency,
    Plan,
    PlannedTest,
    ResultStatus,
    RunStarted,
    TestEnded,
    TestStarted,
)
from app.engine.iterations import Iterate
from tests.engine.builders import build_test, select
from tests.engine.running.stage import Played, Target, build_plan, play

COUNT = 9
KEYS = [f"t{index}" for index in range(COUNT)]
PHASES = ("setup", "test", "test", "test", "teardown")

# Durations are whole numbers, so that many things happen at the same moment.
durations = st.fixed_dictionaries({key: st.sampled_from([0.0, 1.0, 1.0, 2.0, 5.0]) for key in KEYS})
outcomes = st.fixed_dictionaries({key: st.sampled_from([200, 200, 200, 500]) for key in KEYS})
options = st.fixed_dictionaries(
    {
        "concurrency": st.integers(1, 5),
        "concurrency_per_host": st.sampled_from([None, 1, 2]),
        "requests_per_second_per_host": st.sampled_from([None, None, 0.5, 2]),
        "fail_fast": st.booleans(),
        "deadline_seconds": st.sampled_from([None, None, 3]),
        "event_buffer": st.sampled_from([1, 256]),
    }
)


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Suites with phases, locks, retries and iterations; edges that close no cycle."""
    tests = [draw(drawn_tests(index)) for index in range(COUNT)]
    pairs = draw(
        st.lists(st.tuples(st.integers(0, COUNT - 1), st.integers(0, COUNT - 1)), max_size=12)
    )
    edges = {(max(pair), min(pair)) for pair in pairs if pair[0] != pair[1]}
    return build_plan(
        tests,
        [
            Dependency(
                dependent_key=KEYS[later],
                required_key=KEYS[earlier],
                condition=draw(st.sampled_from(["passed", "passed", "completed"])),
            )
            for later, earlier in sorted(edges)
            if _agrees(tests[later], tests[earlier])
        ],
    )


@st.composite
def drawn_tests(draw: st.DrawFn, index: int) -> PlannedTest:
    """Order in the plan is order of phases, so that edges backwards never close a cycle."""
    phases = ["setup", "test", "teardown"]
    phase = phases[index * 3 // COUNT] if draw(st.booleans()) else "test"
    return build_test(
        KEYS[index],
        suite_id=draw(st.sampled_from(["s", "s", "u"])),
        phase=phase,
        # Setup in the order of the plan; teardown, which runs backwards, against it.
        order_index=-index if phase == "teardown" else index,
        locks=tuple(draw(st.lists(st.sampled_from(["x", "y"]), max_size=2))),
        retry_count=draw(st.sampled_from([0, 0, 0, 1])),
        iterate=draw(st.sampled_from([None, None, None, Iterate(items=["a", "b"])])),
    )


def _agrees(later: PlannedTest, earlier: PlannedTest) -> bool:
    """Not against the phases, between suites either."""
    ranks = {"setup": 0, "test": 1, "teardown": 2}
    return ranks[earlier.phase] <= ranks[later.phase]


def play_drawn(
    plan: Plan, target: Target, limits: dict[str, Any], cancel_at: float | None
) -> Played:
    return play(
        plan,
        target,
        cancel_at=cancel_at,
        retry_initial_seconds=0.5,
        retry_jitter_seconds=0,
        **limits,
    )


@settings(max_examples=80, deadline=None)
@given(
    plan=plans(),
    seconds=durations,
    statuses=outcomes,
    limits=options,
    cancel_at=st.sampled_from([None, None, 0, 1, 1.5, 4]),
)
def test_what_always_holds(
    plan: Plan,
    seconds: dict[str, float],
    statuses: dict[str, int],
    limits: dict[str, Any],
    cancel_at: float | None,
) -> None:
    target = Target(seconds, statuses)
    played = play_drawn(plan, target, limits, cancel_at)
    check_every_unit_has_one_result(plan, played)
    check_limits(plan, target, limits)
    check_order(plan, played)
    check_root_causes(plan, played)
    check_teardown(plan, played)
    check_timelines(played)


def check_every_unit_has_one_result(plan: Plan, played: Played) -> None:
    units = {(test.key, index) for test in plan.tests for index in range(2 if test.iterate else 1)}
    ended = [(result.key, result.iteration) for result in played.all_results]
    assert sorted(ended) == sorted(units)
    counts = played.end.counts
    assert counts.total == select(played.events, RunStarted)[0].total == len(units)
    assert counts.passed + counts.failed + counts.skipped + counts.error == len(units)
    started = [(event.key, event.iteration) for event in select(played.events, TestStarted)]
    assert len(started) == len(set(started))


def check_limits(plan: Plan, target: Target, limits: dict[str, Any]) -> None:
    most = min(limits["concurrency"], limits["concurrency_per_host"] or COUNT)
    assert target.count_most_at_once() <= most
    for lock in ("x", "y"):
        assert target.count_most_at_once(t.key for t in plan.tests if lock in t.locks) <= 1
    rate = limits["requests_per_second_per_host"]
    starts = sorted(start for _, start, _ in target.visits)
    if rate is not None:
        gaps = (later - earlier for earlier, later in pairwise(starts))
        assert all(gap >= 1 / rate - 1e-9 for gap in gaps)


def check_order(plan: Plan, played: Played) -> None:
    """A test starts when all that it requires has ended, and passed where it must."""
    verdicts = judge(plan, played)
    ended: dict[str, int] = {}
    started: dict[str, int] = {}
    for place, event in enumerate(played.events):
        if isinstance(event, TestStarted):
            started.setdefault(event.key, place)
        elif isinstance(event, TestEnded):
            ended[event.result.key] = place
    for key, requirements in plan.requirements.items():
        if key not in started:
            continue
        for requirement in requirements:
            assert ended[requirement.key] < started[key]
            if requirement.must_pass:
                assert verdicts[requirement.key] is ResultStatus.PASSED


def check_root_causes(plan: Plan, played: Played) -> None:
    """Whoever is blamed did not pass, and stands behind the skipped test."""
    verdicts = judge(plan, played)
    for result in played.all_results:
        cause = (result.reason or "").removeprefix("required_test_failed: ")
        if result.status is not ResultStatus.SKIPPED or cause == result.reason:
            continue
        assert verdicts[cause] in (ResultStatus.FAILED, ResultStatus.ERROR)
        assert cause in list_behind(plan, result.key)


def check_teardown(plan: Plan, played: Played) -> None:
    """Teardown runs for every suite of which anything started, and for all when nothing was cut."""
    begun = {event.key for event in select(played.events, TestStarted)}
    suites = {test.suite_id for test in plan.tests if test.key in begun}
    is_whole = not any(
        (result.reason or "").startswith(("cancelled", "deadline", "fail_fast"))
        for result in played.all_results
    )
    for test in plan.tests:
        if test.phase == "teardown" and (is_whole or test.suite_id in suites):
            assert test.key in begun


def check_timelines(played: Played) -> None:
    for result in played.all_results:
        timeline = result.timeline
        assert timeline is not None
        moments = (timeline.queued_at, timeline.ready_at, timeline.started_at, timeline.ended_at)
        reached = [moment for moment in moments if moment is not None]
        assert reached == sorted(reached)
        if timeline.started_at and timeline.ready_at and timeline.started_at > timeline.ready_at:
            kinds = {hold.kind for hold in timeline.held_by}
            assert kinds & {"concurrency", "host", "rate", "lock"}


def judge(plan: Plan, played: Played) -> dict[str, ResultStatus]:
    """The worst result of each test."""
    order = [ResultStatus.PASSED, ResultStatus.SKIPPED, ResultStatus.FAILED, ResultStatus.ERROR]
    worst = {test.key: 0 for test in plan.tests}
    for result in played.all_results:
        worst[result.key] = max(worst[result.key], order.index(result.status))
    return {key: order[rank] for key, rank in worst.items()}


def list_behind(plan: Plan, key: str) -> set[str]:
    """Everything that a test requires, directly or not."""
    found: set[str] = set()
    pending = [key]
    while pending:
        for requirement in plan.requirements[pending.pop()]:
            if requirement.key not in found:
                found.add(requirement.key)
                pending.append(requirement.key)
    return found


@settings(max_examples=40, deadline=None)
@given(
    plan=plans(),
    seconds=durations,
    statuses=outcomes,
    interrupted_at=st.sampled_from([0, 1, 2, 3, 5]),
)
def test_a_run_that_was_interrupted_can_be_resumed(
    plan: Plan, seconds: dict[str, float], statuses: dict[str, int], interrupted_at: float
) -> None:
    """What a killed worker had recorded is not made again, and the rest is made once."""
    whole = play(plan, Target(seconds, statuses), concurrency=3)
    recorded = {
        (event.result.key, event.result.iteration): event.result.status
        for event in select(whole.events, TestEnded)
        if event.result.completed_at.second < interrupted_at
    }
    resumed = play(plan, Target(seconds, statuses), concurrency=3, recorded=recorded)
    made = {(result.key, result.iteration) for result in resumed.all_results}
    everything = {(result.key, result.iteration) for result in whole.all_results}
    assert made == everything - set(recorded)
    statuses_of = {(result.key, result.iteration): result.status for result in whole.all_results}
    for result in resumed.all_results:
        assert statuses_of[result.key, result.iteration] == result.status
    assert resumed.end.counts == whole.end.counts
