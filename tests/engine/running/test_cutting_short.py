"""Cancellation, fail-fast and deadlines: what ends, what still runs, and why."""

import asyncio
import contextlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import (
    PreparedRequest,
    ReceivedResponse,
    ResultStatus,
    RunControl,
    Scope,
    TestStarted,
    run,
)
from tests.engine.builders import build_test, select
from tests.engine.running.stage import OPTIONS, Target, after, build_plan, play
from tests.engine.running.test_phases import build_suite
from tests.engine.virtual_time import run_in_virtual_time


def test_cancelling_ends_what_is_in_flight_and_then_tears_down() -> None:
    plan = build_plan(build_suite("a", setup=1, tests=3, teardown=2))
    target = Target(seconds={"a-test-0": 100})
    played = play(plan, target, concurrency=1, cancel_at=1.5)
    assert target.aborted == ["a-test-0"]
    assert target.order == ["a-setup-0", "a-test-0", "a-teardown-1", "a-teardown-0"]
    assert played.seconds == 3.5
    assert played.reasons == {
        "a-setup-0": None,
        "a-test-0": "cancelled",
        "a-test-1": "cancelled",
        "a-test-2": "cancelled",
        "a-teardown-1": None,
        "a-teardown-0": None,
    }
    assert played.end.status == "cancelled"
    assert (played.end.counts.total, played.end.counts.skipped) == (6, 3)


def test_a_suite_that_had_not_begun_is_not_torn_down() -> None:
    plan = build_plan(
        [*build_suite("a", tests=1, teardown=1), *build_suite("b", tests=1, teardown=1)]
    )
    target = Target(seconds={"a-test-0": 100})
    played = play(plan, target, concurrency=1, cancel_at=1)
    assert target.order == ["a-test-0", "a-teardown-0"]
    assert played.reasons["b-teardown-0"] == "cancelled"


def test_a_suite_that_had_begun_in_an_earlier_execution_is_torn_down() -> None:
    control = RunControl()
    control.cancel()
    target = Target()
    recorded = {("a-test-0", 0): ResultStatus.PASSED}
    plan = build_plan(build_suite("a", tests=2, teardown=1))
    played = play(plan, target, control=control, recorded=recorded)
    assert target.order == ["a-teardown-0"]
    assert played.reasons == {"a-test-1": "cancelled", "a-teardown-0": None}


def test_a_teardown_that_is_running_is_not_cancelled() -> None:
    target = Target(seconds={"a-teardown-0": 10})
    played = play(build_plan(build_suite("a", tests=1, teardown=1)), target, cancel_at=5)
    assert target.aborted == []
    assert played.end.status == "completed"


def test_teardown_ends_at_its_own_deadline() -> None:
    target = Target(seconds={"a-teardown-1": 1_000})
    plan = build_plan(build_suite("a", tests=1, teardown=2))
    played = play(plan, target, cancel_at=0.5, teardown_seconds=30)
    assert played.seconds == 30.5
    assert set(target.aborted) == {"a-test-0", "a-teardown-1"}
    assert played.reasons["a-teardown-0"] == "cancelled"


def test_cancelling_interrupts_a_pause_between_attempts() -> None:
    test = build_test("a", retry_count=1)
    played = play(
        build_plan([test]),
        Target(statuses={"a": 500}),
        cancel_at=2,
        retry_initial_seconds=1_000,
        retry_maximum_seconds=1_000,
    )
    assert played.seconds == 2
    assert (played.reasons["a"], len(played.results["a"].attempts)) == ("cancelled", 1)


def test_cancelling_reaches_those_that_wait_for_limits() -> None:
    tests = [build_test(f"t{index}", locks=("one",) if index % 2 else ()) for index in range(10)]
    target = Target(seconds=dict.fromkeys((test.key for test in tests), 10.0))
    played = play(
        build_plan(tests),
        target,
        cancel_at=5,
        concurrency=8,
        concurrency_per_host=3,
        requests_per_second_per_host=1,
    )
    assert played.seconds == 5
    assert set(played.reasons.values()) == {"cancelled"}
    assert len(target.aborted) == len(target.visits) == 3


def test_fail_fast_starts_nothing_more_and_lets_the_rest_finish() -> None:
    plan = build_plan([build_test(key) for key in ("bad", "slow", "queued", "later")])
    target = Target(statuses={"bad": 500}, seconds={"slow": 5})
    played = play(plan, target, concurrency=2, fail_fast=True)
    assert target.aborted == []
    assert played.results["slow"].status is ResultStatus.PASSED
    assert played.reasons["queued"] == played.reasons["later"] == "fail_fast: bad"
    assert (played.end.status, played.seconds) == ("failed", 5)


def test_fail_fast_still_names_the_root_cause_of_dependents() -> None:
    plan = build_plan(
        [build_test(key) for key in ("bad", "behind", "other")], [after("behind", "bad")]
    )
    played = play(plan, Target(statuses={"bad": 500}), concurrency=1, fail_fast=True)
    assert played.reasons["behind"] == "required_test_failed: bad"
    assert played.reasons["other"] == "fail_fast: bad"


def test_fail_fast_tears_down_and_does_not_mind_a_failed_teardown() -> None:
    plan = build_plan(
        [*build_suite("a", tests=2, teardown=2), *build_suite("b", setup=1, tests=1)],
        [after("b-setup-0", "a-test-0", passed=False)],
    )
    target = Target(statuses={"a-teardown-1": 500})
    played = play(plan, target, fail_fast=True)
    assert all(result.status is not ResultStatus.SKIPPED for result in played.all_results)
    failing = Target(statuses={"a-test-0": 500})
    play(plan, failing, concurrency=1, fail_fast=True)
    assert failing.order == ["a-test-0", "a-teardown-1", "a-teardown-0"]


def test_fail_fast_waits_for_the_rest_before_teardown_however_long() -> None:
    plan = build_plan([*build_suite("a", tests=2, teardown=1)])
    target = Target(statuses={"a-test-0": 500}, seconds={"a-test-1": 1_000})
    played = play(plan, target, fail_fast=True, teardown_seconds=5)
    assert target.order[-1] == "a-teardown-0"
    assert played.end.counts.passed == 2


def test_cancelling_after_fail_fast_ends_what_was_let_finish() -> None:
    plan = build_plan([build_test("bad"), build_test("slow")])
    target = Target(statuses={"bad": 500}, seconds={"slow": 50})
    played = play(plan, target, fail_fast=True, cancel_at=3)
    assert played.reasons["slow"] == "cancelled"
    assert (played.end.status, played.seconds) == ("cancelled", 3)


def test_a_run_ends_at_its_deadline() -> None:
    plan = build_plan(build_suite("a", tests=5, teardown=1))
    target = Target(seconds={"a-test-2": 100})
    played = play(plan, target, concurrency=1, deadline_seconds=4)
    assert target.order == ["a-test-0", "a-test-1", "a-test-2", "a-teardown-0"]
    assert played.reasons["a-test-2"] == played.reasons["a-test-4"] == "deadline"
    assert (played.end.status, played.seconds) == ("failed", 5)


def test_a_run_that_keeps_its_deadline_is_complete() -> None:
    played = play(build_plan([build_test("a")]), Target(), deadline_seconds=4)
    assert (played.end.status, played.seconds) == ("completed", 1)


def test_a_test_ends_at_its_deadline_with_the_attempts_it_made() -> None:
    test = build_test("a", retry_count=9)
    played = play(
        build_plan([test, build_test("b")], [after("b", "a")]),
        Target(statuses={"a": 500}),
        test_deadline_seconds=3.5,
        retry_initial_seconds=0,
        retry_jitter_seconds=0,
    )
    result = played.results["a"]
    assert (result.status, result.category) == (ResultStatus.ERROR, "timeout")
    assert result.error_message == "the test did not end within 3.5 s"
    assert len(result.attempts) == 3
    assert played.reasons["b"] == "required_test_failed: a"
    assert played.end.status == "failed"


@pytest.mark.parametrize("moment", [index / 4 for index in range(1, 24)])
def test_a_run_can_be_cancelled_at_any_moment(moment: float) -> None:
    tests = [
        *build_suite("a", setup=1, tests=3, teardown=1),
        build_test("flaky", retry_count=2),
        build_test("locked", locks=("x",)),
        build_test("waits", locks=("x",)),
    ]
    target = Target(statuses={"flaky": 500})
    played = play(
        build_plan(tests),
        target,
        cancel_at=moment,
        concurrency=2,
        requests_per_second_per_host=2,
        retry_initial_seconds=0.5,
    )
    assert sorted(played.results) == sorted(test.key for test in tests)
    assert len(played.all_results) == len(tests)
    started = {event.key for event in select(played.events, TestStarted)}
    assert started == {key for key, result in played.results.items() if result.started_at}
    begun = any(key.startswith(("a-setup", "a-test")) for key in started)
    assert ("a-teardown-0" in target.order) == begun


def test_a_transport_that_is_slow_to_let_go_delays_only_its_own_result() -> None:
    class Stubborn(Target):
        async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
            try:
                return await super().send(request, timeout)
            finally:
                await asyncio.sleep(0.5)

    target = Stubborn(seconds={"a": 100})
    played = play(build_plan([build_test("a"), build_test("b")]), target, cancel_at=0.1)
    assert played.reasons == {"a": "cancelled", "b": "cancelled"}
    assert played.seconds == 0.6


@settings(max_examples=40, deadline=None)
@given(seen=st.integers(0, 40), event_buffer=st.sampled_from([1, 256]))
def test_whoever_stops_listening_leaves_nothing_behind(seen: int, event_buffer: int) -> None:
    tests = [
        *build_suite("a", setup=1, tests=3, teardown=1),
        build_test("flaky", retry_count=2),
        *(build_test(f"locked-{index}", locks=("x",)) for index in range(3)),
    ]
    target = Target(statuses={"flaky": 500, "a-test-0": 500})
    options = replace(
        OPTIONS,
        concurrency=3,
        requests_per_second_per_host=2,
        deadline_seconds=50,
        event_buffer=event_buffer,
    )

    async def perform() -> None:
        events = run(build_plan(tests), Scope(), target, options)
        async with contextlib.aclosing(events):
            count = 0
            async for _ in events:
                count += 1
                if count > seen:
                    break
        assert asyncio.all_tasks() == {asyncio.current_task()}
        visits = len(target.visits)
        await asyncio.sleep(1_000)
        assert len(target.visits) == visits

    run_in_virtual_time(perform())
