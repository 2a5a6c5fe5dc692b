"""Setup before the tests of a suite, teardown after them whatever happened."""

import pytest

from app.engine import DependencyCycleError, Plan, PlannedTest, ResultStatus
from tests.engine.builders import build_document, build_test
from tests.engine.running.stage import Target, after, build_plan, play


def build_suite(
    name: str, *, setup: int = 0, tests: int = 0, teardown: int = 0
) -> list[PlannedTest]:
    """Tests such as `a-setup-0`, `a-test-0`, `a-teardown-0`, in this order."""
    counts = {"setup": setup, "test": tests, "teardown": teardown}
    return [
        build_test(f"{name}-{phase}-{index}", suite_id=name, phase=phase, order_index=index)
        for phase, count in counts.items()
        for index in range(count)
    ]


def test_setup_runs_in_order_then_the_tests_then_teardown_backwards() -> None:
    target = Target()
    play(build_plan(build_suite("a", setup=2, tests=2, teardown=2)), target)
    assert target.order[:2] == ["a-setup-0", "a-setup-1"]
    assert set(target.order[2:4]) == {"a-test-0", "a-test-1"}
    assert target.order[4:] == ["a-teardown-1", "a-teardown-0"]
    assert target.get_starts()["a-test-1"] == 2
    assert target.get_starts()["a-teardown-1"] == 3


def test_suites_do_not_wait_for_each_other() -> None:
    target = Target(seconds={"a-setup-0": 100})
    played = play(
        build_plan([*build_suite("a", setup=1, tests=1), *build_suite("b", setup=1, tests=1)]),
        target,
    )
    assert target.get_starts()["b-test-0"] == 1
    assert played.seconds == 101


def test_a_failed_setup_skips_its_suite_but_not_the_teardown() -> None:
    target = Target(statuses={"a-setup-0": 500})
    played = play(build_plan(build_suite("a", setup=2, tests=2, teardown=2)), target)
    assert target.order == ["a-setup-0", "a-teardown-1", "a-teardown-0"]
    for key in ("a-setup-1", "a-test-0", "a-test-1"):
        assert played.reasons[key] == "required_test_failed: a-setup-0"


def test_a_failed_teardown_does_not_stop_the_next_one() -> None:
    target = Target(statuses={"a-teardown-1": 500, "a-test-0": 500})
    played = play(build_plan(build_suite("a", tests=1, teardown=2)), target)
    assert target.order == ["a-test-0", "a-teardown-1", "a-teardown-0"]
    assert played.results["a-teardown-0"].status is ResultStatus.PASSED


def test_teardown_needs_nobody_to_pass() -> None:
    plan = build_plan(build_suite("a", tests=1, teardown=1), [after("a-teardown-0", "a-test-0")])
    target = Target(statuses={"a-test-0": 500})
    play(plan, target)
    assert target.order == ["a-test-0", "a-teardown-0"]


def test_teardown_runs_when_all_tests_of_its_suite_were_skipped_for_another() -> None:
    plan = build_plan(
        [build_test("login"), *build_suite("a", tests=1, teardown=1)],
        [after("a-test-0", "login")],
    )
    target = Target(statuses={"login": 500})
    play(plan, target)
    assert target.order == ["login", "a-teardown-0"]


def test_a_suite_of_teardown_alone_runs() -> None:
    target = Target()
    play(build_plan(build_suite("a", setup=1, teardown=1)), target)
    assert target.order == ["a-setup-0", "a-teardown-0"]


def test_of_equal_ranks_the_last_teardown_comes_first() -> None:
    tests = [build_test(key, suite_id="a", phase="teardown") for key in ("x", "y", "z")]
    target = Target()
    play(build_plan(tests), target)
    assert target.order == ["z", "y", "x"]


def test_a_setup_that_requires_a_test_of_its_suite_is_a_cycle() -> None:
    with pytest.raises(DependencyCycleError, match="a-setup-0"):
        build_plan(build_suite("a", setup=1, tests=1), [after("a-setup-0", "a-test-0")])


def test_a_template_does_not_turn_the_phases_around() -> None:
    document = build_document(
        [
            {"key": "open", "phase": "setup", "path": "/{{captured_data.use.id}}"},
            {"key": "use", "path": "/{{captured_data.close.id}}"},
            {"key": "close", "phase": "teardown"},
        ]
    )
    assert Plan.from_document(document).dependencies == ()


def test_a_barrier_of_ten_thousand_tests_has_few_edges() -> None:
    plan = build_plan(build_suite("a", setup=2, tests=10_000, teardown=2))
    edges = sum(len(required) for required in plan.requirements.values())
    assert edges == 1 + 10_000 + 10_001 + 1
