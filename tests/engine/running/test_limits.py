"""Limits of a run, of hosts, of rates and of locks; and what the timeline tells of them."""

from datetime import timedelta

import pytest

from app.engine import PlannedTest, Scope, TestResult
from tests.engine.builders import build_test
from tests.engine.running.stage import Target, after, build_plan, play
from tests.engine.running.test_phases import build_suite
from tests.engine.virtual_time import MIDNIGHT


def build_tests(count: int, **fields: object) -> list[PlannedTest]:
    return [build_test(f"t{index}", **fields) for index in range(count)]


def tell(result: TestResult) -> list[float | None]:
    """Queued, ready, started and ended, in seconds from the start of the run."""
    timeline = result.timeline
    assert timeline is not None
    moments = (timeline.queued_at, timeline.ready_at, timeline.started_at, timeline.ended_at)
    return [moment and (moment - MIDNIGHT) / timedelta(seconds=1) for moment in moments]


def get_holds(result: TestResult) -> list[tuple[str, str]]:
    assert result.timeline is not None
    return [(hold.kind, hold.name) for hold in result.timeline.held_by]


def test_so_many_at_once_in_the_run() -> None:
    target = Target()
    played = play(build_plan(build_tests(10)), target, concurrency=3)
    assert (target.count_most_at_once(), played.seconds) == (3, 4)
    assert get_holds(played.results["t0"]) == []
    assert get_holds(played.results["t9"]) == [("concurrency", "run")]


def test_so_many_at_once_at_a_host() -> None:
    own = [build_test(f"x{index}", path=f"http://other.test/x{index}") for index in range(4)]
    target = Target()
    played = play(
        build_plan([*build_tests(4), *own]), target, concurrency=16, concurrency_per_host=2
    )
    assert target.count_most_at_once([f"t{index}" for index in range(4)]) == 2
    assert target.count_most_at_once() == 4
    assert played.seconds == 2
    assert get_holds(played.results["t3"]) == [("host", "shop.test")]
    assert get_holds(played.results["x3"]) == [("host", "other.test")]


def test_so_many_a_second_at_a_host() -> None:
    target = Target(seconds=dict.fromkeys((f"t{index}" for index in range(5)), 0.01))
    played = play(build_plan(build_tests(5)), target, requests_per_second_per_host=4)
    assert sorted(target.get_starts().values()) == pytest.approx([0, 0.25, 0.5, 0.75, 1.0])
    assert get_holds(played.results["t4"]) == [("rate", "shop.test")]


def test_who_waits_for_a_rate_takes_no_place_from_others() -> None:
    own = [build_test(f"x{index}", path=f"http://x{index}.test/x{index}") for index in range(6)]
    target = Target()
    play(
        build_plan([*build_tests(6), *own]),
        target,
        concurrency=2,
        requests_per_second_per_host=0.1,
    )
    starts = target.get_starts()
    assert max(starts[f"x{index}"] for index in range(6)) < starts["t1"] + 1
    assert target.count_most_at_once() == 2


def test_every_attempt_counts_for_the_rate() -> None:
    target = Target(statuses={"t0": 500}, seconds={"t0": 0.01, "t1": 0.01})
    tests = [build_test("t0", retry_count=2), build_test("t1")]
    play(
        build_plan(tests),
        target,
        requests_per_second_per_host=1,
        retry_initial_seconds=0,
        retry_jitter_seconds=0,
    )
    assert sorted(start for _, start, _ in target.visits) == pytest.approx([0, 1, 2, 3])


def test_a_pause_between_attempts_gives_the_place_away() -> None:
    target = Target(statuses={"t0": 500})
    tests = [build_test("t0", retry_count=1), build_test("t1")]
    played = play(
        build_plan(tests), target, concurrency=1, retry_initial_seconds=10, retry_maximum_seconds=10
    )
    assert target.order == ["t0", "t1", "t0"]
    assert get_holds(played.results["t0"]) == []


def test_tests_that_share_a_lock_never_overlap() -> None:
    tests = build_tests(4, locks=("cart",))
    target = Target()
    played = play(build_plan([*tests, build_test("free")]), target)
    assert target.count_most_at_once([test.key for test in tests]) == 1
    assert target.get_starts()["free"] == 0
    assert get_holds(played.results["t3"]) == [("lock", "cart")]


def test_a_lock_is_held_between_attempts() -> None:
    tests = [build_test("t0", retry_count=1, locks=("x",)), build_test("t1", locks=("x",))]
    target = Target(statuses={"t0": 500})
    play(build_plan(tests), target, retry_initial_seconds=10, retry_maximum_seconds=10)
    assert target.order == ["t0", "t0", "t1"]


def test_who_waits_for_a_lock_takes_no_place_from_others() -> None:
    tests = [*build_tests(5, locks=("x",)), *(build_test(f"u{index}") for index in range(5))]
    target = Target()
    played = play(build_plan(tests), target, concurrency=2)
    assert played.seconds == 5
    assert target.count_most_at_once() == 2


def test_two_locks_in_any_order_do_not_block_each_other() -> None:
    tests = [
        build_test(f"t{index}", locks=("x", "y") if index % 2 else ("y", "x", "y"))
        for index in range(6)
    ]
    assert play(build_plan(tests), Target()).seconds == 6


def test_the_most_urgent_gets_the_lock() -> None:
    tests = [*build_tests(3, locks=("x",)), build_test("long"), build_test("longer")]
    target = Target()
    play(build_plan(tests, [after("long", "t2"), after("longer", "long")]), target)
    assert [key for key in target.order if key in ("t0", "t1", "t2")] == ["t2", "t0", "t1"]


def test_the_timeline_explains_a_run() -> None:
    tests = [build_test("login"), build_test("cart", locks=("x",)), build_test("pay", locks=("x",))]
    plan = build_plan(tests, [after("cart", "login"), after("pay", "login")])
    results = play(plan, Target(seconds={"login": 2})).results
    assert tell(results["login"]) == [0, 0, 0, 2]
    assert tell(results["cart"]) == [0, 2, 2, 3]
    assert tell(results["pay"]) == [0, 2, 3, 4]
    assert get_holds(results["cart"]) == [("dependency", "login")]
    assert get_holds(results["pay"]) == [("dependency", "login"), ("lock", "x")]


def test_the_timeline_names_the_last_of_several_and_the_phases() -> None:
    tests = [*build_suite("a", setup=1, tests=2, teardown=1)]
    target = Target(seconds={"a-test-0": 5})
    results = play(build_plan(tests), target).results
    assert get_holds(results["a-test-1"]) == [("phase", "a-setup-0")]
    assert get_holds(results["a-teardown-0"]) == [("phase", "a-test-0")]


def test_what_was_skipped_has_a_timeline_too() -> None:
    plan = build_plan([build_test("a"), build_test("b")], [after("b", "a")])
    result = play(plan, Target(statuses={"a": 500})).results["b"]
    assert tell(result) == [0, None, None, 1]
    assert get_holds(result) == []


def test_a_secret_in_the_name_of_a_host_is_masked() -> None:
    tests = [build_test(f"t{index}", path="http://{{env.HOST}}/x") for index in range(2)]
    scope = Scope(secrets={"HOST": "secret-host.test"})
    played = play(build_plan(tests), scope=scope, concurrency_per_host=1)
    ((kind, name),) = get_holds(played.results["t1"])
    assert kind == "host"
    assert "secret-host" not in name


def test_every_limit_at_once_holds_in_turn() -> None:
    tests = build_tests(3, locks=("x",))
    played = play(
        build_plan([*tests, build_test("other")]),
        Target(),
        concurrency=1,
        concurrency_per_host=1,
        requests_per_second_per_host=0.5,
    )
    assert played.end.counts.passed == 4
    assert ("lock", "x") in get_holds(played.results["t2"])
    assert ("rate", "shop.test") in get_holds(played.results["other"])
