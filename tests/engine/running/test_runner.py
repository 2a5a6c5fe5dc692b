"""Running plans: order, concurrency, skipping, resuming, cancelling."""

import asyncio
import sys
from collections.abc import Awaitable
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import (
    CaptureSpec,
    Event,
    Expectations,
    PreparedRequest,
    ReceivedResponse,
    ResultStatus,
    RunCompleted,
    RunControl,
    RunOptions,
    RunStarted,
    Scope,
    TestCompleted,
    TestEnded,
    TestSkipped,
    TestStarted,
    run,
)
from tests.engine.builders import (
    MemoryTransport,
    build_plan,
    build_test,
    collect,
    get_results,
    json_response,
    select,
)


class Gate:
    """Answers a path only after it was opened, and tells when it is asked."""

    def __init__(self) -> None:
        self._opened: dict[str, asyncio.Event] = {}
        self._asked: dict[str, asyncio.Event] = {}
        self.transport = MemoryTransport(self._answer)

    def open(self, *keys: str) -> None:
        for key in keys:
            self._opened.setdefault(key, asyncio.Event()).set()

    async def wait_until_asked(self, key: str) -> None:
        async with asyncio.timeout(5):
            await self._asked.setdefault(key, asyncio.Event()).wait()

    def was_asked(self, key: str) -> bool:
        return key in self._asked and self._asked[key].is_set()

    async def _answer(self, request: PreparedRequest) -> ReceivedResponse:
        key = request.url.rpartition("/")[2]
        self._asked.setdefault(key, asyncio.Event()).set()
        await self._opened.setdefault(key, asyncio.Event()).wait()
        return json_response({})


def fail_some(*failing: str) -> MemoryTransport:
    def answer(request: PreparedRequest) -> ReceivedResponse:
        is_failing = request.url.rpartition("/")[2] in failing
        return json_response({}, status_code=500 if is_failing else 200)

    return MemoryTransport(answer)


async def test_a_test_starts_the_moment_its_requirements_passed() -> None:
    gate = Gate()
    plan = build_plan(["a", "b", "slow"], [("b", "a")])
    running = asyncio.create_task(collect(run(plan, Scope(), gate.transport)))
    await gate.wait_until_asked("slow")
    gate.open("a")
    await gate.wait_until_asked("b")  # although `slow`, of the same level as `a`, is still running
    gate.open("b", "slow")
    assert set(get_results(await running)) == {"a", "b", "slow"}


async def test_a_test_waits_for_all_of_its_requirements() -> None:
    gate = Gate()
    plan = build_plan(["a", "b", "c"], [("c", "a"), ("c", "b")])
    running = asyncio.create_task(collect(run(plan, Scope(), gate.transport)))
    gate.open("a")
    await gate.wait_until_asked("b")
    assert not gate.was_asked("c")
    gate.open("b", "c")
    await running


async def test_the_longest_remaining_chain_goes_first() -> None:
    plan = build_plan(["a", "b", "c", "d", "e"], [("d", "c"), ("e", "d"), ("b", "a")])
    transport = MemoryTransport()
    await collect(run(plan, Scope(), transport, RunOptions(concurrency=1)))
    assert transport.paths == ["/c", "/a", "/d", "/b", "/e"]


async def test_never_runs_more_than_allowed() -> None:
    transport = MemoryTransport()
    plan = build_plan([f"t{index}" for index in range(50)])
    await collect(run(plan, Scope(), transport, RunOptions(concurrency=4)))
    assert transport.most_active == 4


async def test_dependents_of_a_failure_are_skipped_through_the_whole_chain() -> None:
    plan = build_plan(
        ["a", "b", "c", "d", "other"], [("b", "a"), ("c", "b"), ("d", "c"), ("d", "other")]
    )
    transport = fail_some("a")
    events = await collect(run(plan, Scope(), transport))
    results = get_results(events)
    assert results["a"].status is ResultStatus.FAILED
    for key in "bcd":
        assert results[key].status is ResultStatus.SKIPPED
        assert results[key].reason == "required_test_failed: a"
        assert results[key].attempts == ()
    assert sorted(transport.paths) == ["/a", "/other"]
    completed = select(events, RunCompleted)[0]
    assert (completed.status, completed.counts.skipped, completed.counts.passed) == ("failed", 3, 1)


async def test_captures_reach_dependents() -> None:
    login = build_test(
        "login",
        captures={
            "id": CaptureSpec(source="body", expression="$.id", target="captured_data", name="id")
        },
    )
    profile = build_test("profile", path="/users/{{captured_data.login.id}}")
    transport = MemoryTransport(lambda _: json_response({"id": 7}))
    scope = Scope()
    events = await collect(
        run(build_plan([login, profile], [("profile", "login")]), scope, transport)
    )
    assert transport.paths == ["/login", "/users/7"]
    assert get_results(events)["login"].captured.captured_data == {"login": {"id": 7}}
    assert scope.captured_data == {"login": {"id": 7}}


async def test_a_failed_test_captures_nothing() -> None:
    capture = CaptureSpec(source="body", expression="$.id", target="captured_data", name="id")
    test = build_test("a", captures={"id": capture}, expectations=Expectations(status=500))
    scope = Scope()
    events = await collect(
        run(build_plan([test]), scope, MemoryTransport(lambda _: json_response({"id": 1})))
    )
    assert not get_results(events)["a"].captured
    assert scope.captured_data == {}
    assert get_results(events)["a"].attempts[0].captured_variables == {"captured_data.id": 1}


async def test_a_run_of_nothing_ends() -> None:
    events = await collect(run(build_plan([]), Scope(), MemoryTransport()))
    assert [type(event) for event in events] == [RunStarted, RunCompleted]
    assert select(events, RunCompleted)[0].status == "completed"


async def test_a_run_with_nothing_left_ends() -> None:
    plan = build_plan(["a", "b"], [("b", "a")])
    recorded = {("a", 0): ResultStatus.PASSED, ("b", 0): ResultStatus.FAILED}
    transport = MemoryTransport()
    events = await collect(run(plan, Scope(), transport, already_recorded=recorded))
    assert transport.requests == []
    completed = select(events, RunCompleted)[0]
    assert (completed.status, completed.counts.total) == ("failed", 2)
    assert (completed.counts.passed, completed.counts.failed) == (1, 1)


async def test_resuming_runs_only_what_has_no_result() -> None:
    plan = build_plan(
        ["a", "b", "c", "x", "y", "z"], [("b", "a"), ("c", "b"), ("y", "x"), ("z", "y")]
    )
    recorded = {
        ("a", 0): ResultStatus.PASSED,
        ("x", 0): ResultStatus.ERROR,
        ("y", 0): ResultStatus.SKIPPED,
        ("gone", 0): ResultStatus.PASSED,
    }
    transport = MemoryTransport()
    events = await collect(run(plan, Scope(), transport, already_recorded=recorded))
    assert transport.paths == ["/b", "/c"]
    results = get_results(events)
    assert set(results) == {"b", "c", "z"}
    assert results["z"].reason == "required_test_failed: x"
    assert select(events, RunStarted)[0].recorded == 3
    counts = select(events, RunCompleted)[0].counts
    assert (counts.total, counts.passed, counts.skipped, counts.error) == (6, 3, 2, 1)


async def test_the_root_cause_is_found_behind_recorded_skips() -> None:
    plan = build_plan(["a", "b", "c", "d"], [("b", "a"), ("c", "b"), ("d", "c")])
    recorded = {
        ("a", 0): ResultStatus.FAILED,
        ("b", 0): ResultStatus.SKIPPED,
        ("c", 0): ResultStatus.SKIPPED,
    }
    events = await collect(run(plan, Scope(), MemoryTransport(), already_recorded=recorded))
    assert get_results(events)["d"].reason == "required_test_failed: a"


async def test_cancelling_through_the_control_reports_every_test() -> None:
    gate = Gate()
    control = RunControl()
    plan = build_plan(["done", "slow", "later", "queued"], [("later", "slow")])
    gate.open("done")
    events: list[Event] = []
    async for event in run(
        plan, Scope(), gate.transport, RunOptions(concurrency=2), control=control
    ):
        events.append(event)
        if isinstance(event, TestCompleted):
            await gate.wait_until_asked("slow")
            control.cancel()
            control.cancel()
    results = get_results(events)
    assert results["done"].status is ResultStatus.PASSED
    for key in ("slow", "later", "queued"):
        assert (results[key].status, results[key].reason) == (ResultStatus.SKIPPED, "cancelled")
    assert results["slow"].started_at is not None
    assert results["later"].started_at is None
    assert gate.transport.active == 0
    assert select(events, RunCompleted)[0].status == "cancelled"


async def test_a_control_cancelled_before_the_start_runs_nothing() -> None:
    control = RunControl()
    control.cancel()
    transport = MemoryTransport()
    events = await collect(run(build_plan(["a", "b"]), Scope(), transport, control=control))
    assert transport.requests == []
    assert len(select(events, TestSkipped)) == 2
    assert select(events, RunCompleted)[0].status == "cancelled"


async def test_cancelling_after_the_end_changes_nothing() -> None:
    control = RunControl()
    events = await collect(run(build_plan(["a"]), Scope(), MemoryTransport(), control=control))
    control.cancel()
    assert select(events, RunCompleted)[0].status == "completed"


async def test_a_test_that_failed_before_the_cancellation_keeps_its_dependents_reason() -> None:
    control = RunControl()
    plan = build_plan(["bad", "after", "other"], [("after", "bad")])
    events: list[Event] = []
    async for event in run(
        plan, Scope(), fail_some("bad"), RunOptions(concurrency=1), control=control
    ):
        events.append(event)
        if isinstance(event, TestEnded) and event.result.key == "bad":
            control.cancel()
    reasons = {key: result.reason for key, result in get_results(events).items()}
    assert reasons["after"] == "required_test_failed: bad"


async def test_cancelling_the_consumer_stops_the_requests() -> None:
    gate = Gate()
    running = asyncio.create_task(collect(run(build_plan(["a", "b"]), Scope(), gate.transport)))
    await gate.wait_until_asked("a")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert gate.transport.active == 0


async def test_closing_the_events_stops_the_requests() -> None:
    gate = Gate()
    control = RunControl()
    events = run(build_plan(["a", "b"]), Scope(), gate.transport, control=control)
    async for event in events:
        if isinstance(event, TestStarted):
            break
    await gate.wait_until_asked("a")
    control.cancel()  # both at once must not hang either
    async with asyncio.timeout(2):
        await events.aclose()
    assert gate.transport.active == 0


async def test_a_slow_consumer_holds_the_run_back() -> None:
    transport = MemoryTransport()
    plan = build_plan([f"t{index}" for index in range(500)])
    events = run(plan, Scope(), transport, RunOptions(concurrency=2, event_buffer=4))
    await anext(events)
    for _ in range(200):
        await asyncio.sleep(0)
    assert len(transport.requests) < 20
    assert len(await collect(events)) == 1_001


async def test_a_defect_of_the_engine_or_transport_is_not_hidden() -> None:
    def explode(_: PreparedRequest) -> ReceivedResponse:
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as caught:
        await collect(run(build_plan(["a"]), Scope(), MemoryTransport(explode)))
    assert caught.group_contains(ZeroDivisionError)


KEYS = [f"t{index}" for index in range(10)]
graphs = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25).map(
    lambda pairs: [(KEYS[max(pair)], KEYS[min(pair)]) for pair in pairs if pair[0] != pair[1]]
)


@settings(max_examples=150, deadline=None)
@given(
    graph=graphs,
    failing=st.sets(st.sampled_from(KEYS), max_size=3),
    recorded=st.sets(st.sampled_from(KEYS), max_size=3),
    concurrency=st.integers(1, 5),
    waits=st.lists(st.integers(0, 3), min_size=10, max_size=10),
)
async def test_any_plan_runs_in_order_to_the_end(
    graph: list[tuple[str, str]],
    failing: set[str],
    recorded: set[str],
    concurrency: int,
    waits: list[int],
) -> None:
    def answer(request: PreparedRequest) -> Awaitable[ReceivedResponse]:
        return _answer_later(request, failing, waits)

    transport = MemoryTransport(answer)
    plan = build_plan(KEYS, graph)
    options = RunOptions(concurrency=concurrency, event_buffer=3)
    already = {(key, 0): ResultStatus.PASSED for key in recorded}
    events = await collect(run(plan, Scope(), transport, options, already))
    results = get_results(events)
    assert set(results) == set(KEYS) - recorded
    assert len(select(events, TestEnded)) == len(results)
    assert transport.most_active <= concurrency
    assert len(transport.paths) == len(set(transport.paths))
    statuses = {
        **dict.fromkeys(recorded, ResultStatus.PASSED),
        **{key: result.status for key, result in results.items()},
    }
    order = [
        (type(event), event.result.key if isinstance(event, TestEnded) else event.key)
        for event in events
        if isinstance(event, TestEnded | TestStarted)
    ]
    for dependent, required in graph:
        if dependent in recorded:
            continue
        if (TestStarted, dependent) in order and required not in recorded:
            assert order.index((TestCompleted, required)) < order.index((TestStarted, dependent))
        if statuses[required] is not ResultStatus.PASSED:
            assert statuses[dependent] is ResultStatus.SKIPPED
    for key, result in results.items():
        needs = {required for dependent, required in graph if dependent == key}
        if all(statuses[required] is ResultStatus.PASSED for required in needs):
            expected = ResultStatus.FAILED if key in failing else ResultStatus.PASSED
            assert result.status is expected
        else:
            root = (result.reason or "").removeprefix("required_test_failed: ")
            assert root in failing
    assert isinstance(events[-1], RunCompleted)


async def _answer_later(
    request: PreparedRequest, failing: set[str], waits: list[int]
) -> ReceivedResponse:
    key = request.url.rpartition("/")[2]
    for _ in range(waits[KEYS.index(key)]):
        await asyncio.sleep(0)
    return json_response({}, status_code=500 if key in failing else 200)


async def _count_calls(count: int) -> float:
    """Calls of functions for each test of a plan, which no load of the machine changes."""
    calls = 0

    def note(_: FrameType, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    keys = [f"t{index}" for index in range(count)]
    chains = [(keys[index], keys[index - 1]) for index in range(count) if index % 4]
    plan = build_plan(keys, chains)
    sys.setprofile(note)
    try:
        events = await collect(run(plan, Scope(), MemoryTransport()))
    finally:
        sys.setprofile(None)
    assert len(events) == 2 * count + 2
    return calls / count


async def test_the_cost_of_a_test_does_not_grow_with_the_plan() -> None:
    await _count_calls(10)
    assert await _count_calls(1_000) < 1.1 * await _count_calls(100)
