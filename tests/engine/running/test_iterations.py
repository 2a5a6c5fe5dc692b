"""A test that is repeated over values: results with names, captures as lists, the worst counts."""

from typing import Any

from app.engine import (
    Plan,
    PreparedRequest,
    ReceivedResponse,
    ResultStatus,
    RunStarted,
    Scope,
    TestStarted,
)
from tests.engine.builders import MemoryTransport, build_document, json_response, select
from tests.engine.running.stage import Played, Target, play

USERS = [{"name": "ann", "age": 3}, {"name": "bob", "age": 4}, {"name": "cid", "age": 5}]
BY_NAME: dict[str, Any] = {
    "key": "user",
    "path": "/{{iteration.value.name}}",
    "iterate": {"items": USERS, "name": "{{iteration.value.name}}"},
    "capture_vars": {"key": "$.key"},
}


def read(*tests: dict[str, Any], **top: Any) -> Plan:
    return Plan.from_document({**build_document(tests), **top})


def tell(played: Played, key: str = "user") -> dict[str | None, str]:
    return {
        result.iteration_name: result.status for result in played.all_results if result.key == key
    }


def test_each_iteration_is_a_result_with_its_own_name() -> None:
    played = play(read(BY_NAME, {"key": "other"}))
    assert tell(played) == {"ann": "passed", "bob": "passed", "cid": "passed"}
    assert sorted(result.iteration for result in played.all_results) == [0, 0, 1, 2]
    assert select(played.events, RunStarted)[0].total == 4
    assert (played.end.counts.total, played.end.counts.passed) == (4, 4)
    names = [event.iteration_name for event in select(played.events, TestStarted)]
    assert set(names) == {"ann", "bob", "cid", None}


def test_iterations_run_at_once_under_the_same_limits() -> None:
    target = Target()
    assert play(read(BY_NAME), target).seconds == 1
    limited = Target()
    assert play(read({**BY_NAME, "locks": ["x"]}), limited).seconds == 3
    assert limited.count_most_at_once() == 1


def test_captures_are_lists_by_index_and_dependents_wait_for_all() -> None:
    plan = read(BY_NAME, {"key": "use", "path": "/{{captured_data.user.key[1]}}"})
    target = Target(seconds={"ann": 3, "bob": 2})
    scope = Scope()
    played = play(plan, target, scope=scope)
    assert scope.captured_data == {"user": {"key": ["ann", "bob", "cid"]}}
    assert target.visits[-1] == ("bob", 3, 5)
    assert played.end.status == "completed"


def test_a_result_holds_what_its_own_iteration_captured() -> None:
    played = play(read(BY_NAME))
    captured = {result.iteration: result.captured.captured_data for result in played.all_results}
    assert captured[1] == {"user": {"key": "bob"}}


def test_where_nothing_was_captured_is_null() -> None:
    scope = Scope()
    plan = read(BY_NAME, {"key": "use", "path": "/{{captured_data.user.key[0]}}"})
    played = play(plan, Target(statuses={"bob": 500}), scope=scope)
    assert scope.captured_data == {"user": {"key": ["ann", None, "cid"]}}
    assert tell(played) == {"ann": "passed", "bob": "failed", "cid": "passed"}
    assert played.reasons["use"] == "required_test_failed: user"


def test_of_tokens_and_variables_the_last_iteration_by_index_counts() -> None:
    capture = {
        "token": {"path": "$.key", "into": "shared_auth_tokens"},
        "last": {"path": "$.key", "into": "shared_variables"},
    }
    scope = Scope()
    target = Target(seconds={"ann": 5, "bob": 3, "cid": 4}, statuses={"cid": 500})
    play(read({**BY_NAME, "capture_vars": capture}), target, scope=scope)
    assert scope.shared_auth_tokens == {"token": "bob"}
    assert scope.shared_variables == {"last": "bob"}


def test_the_worst_iteration_counts_for_the_test() -> None:
    def answer(request: PreparedRequest) -> ReceivedResponse:
        return json_response({"key": 1}, 500 if request.url.endswith("ann") else 200)

    test = {**BY_NAME, "path": "/{{iteration.value.name}}/{{iteration.value.age}}"}
    broken = {**test, "iterate": {"items": [{"name": "x"}, *USERS]}}
    after = {"key": "use", "path": "/{{captured_data.user.key}}"}
    played = play(read(broken, after), MemoryTransport(answer))
    assert list(tell(played).values()).count("error") == 1
    assert played.reasons["use"] == "required_test_failed: user"


def test_resuming_runs_only_the_iterations_without_a_result() -> None:
    recorded = {("user", 0): ResultStatus.PASSED, ("user", 2): ResultStatus.PASSED}
    scope = Scope(captured_data={"user": {"key": ["ann", None, "cid"]}})
    target = Target()
    plan = read(BY_NAME, {"key": "use", "path": "/{{captured_data.user.key[2]}}"})
    played = play(plan, target, scope=scope, recorded=recorded)
    assert target.order == ["bob", "cid"]
    assert scope.captured_data["user"] == {"key": ["ann", "bob", "cid"]}
    start = select(played.events, RunStarted)[0]
    assert (start.total, start.recorded) == (4, 2)
    assert played.end.counts.passed == 4


def test_a_later_iteration_of_an_earlier_execution_keeps_its_token() -> None:
    capture = {"token": {"path": "$.key", "into": "shared_auth_tokens"}}
    scope = Scope(shared_auth_tokens={"token": "cid"})
    recorded = {("user", 2): ResultStatus.PASSED}
    played = play(read({**BY_NAME, "capture_vars": capture}), scope=scope, recorded=recorded)
    assert scope.shared_auth_tokens == {"token": "cid"}
    assert all(not result.captured for result in played.all_results)


def test_a_failed_iteration_of_an_earlier_execution_counts() -> None:
    recorded = {("user", index): ResultStatus.PASSED for index in range(3)}
    recorded["user", 1] = ResultStatus.FAILED
    played = play(
        read(BY_NAME, {"key": "use", "path": "/{{captured_data.user.key}}"}), recorded=recorded
    )
    assert played.reasons == {"use": "required_test_failed: user"}
    assert played.end.status == "failed"


def test_dependents_of_a_failure_are_skipped_iteration_by_iteration() -> None:
    plan = read({"key": "login"}, {**BY_NAME, "headers": {"X": "{{captured_data.login.t}}"}})
    played = play(plan, Target(statuses={"login": 500}))
    assert tell(played) == dict.fromkeys(("ann", "bob", "cid"), "skipped")
    assert played.end.counts.skipped == 3


def test_cancelling_skips_the_iterations_that_have_no_result() -> None:
    target = Target(seconds={"bob": 50})
    played = play(read(BY_NAME), target, concurrency=1, cancel_at=5)
    assert tell(played) == {"ann": "passed", "bob": "skipped", "cid": "skipped"}


def test_values_that_cannot_be_read_are_one_error() -> None:
    test = {**BY_NAME, "iterate": {"fixture": "users"}}
    played = play(read(test, {"key": "use", "path": "/{{captured_data.user.key}}"}))
    result = played.results["user"]
    assert (result.status, result.iteration_name) == (ResultStatus.ERROR, None)
    assert "users" in (result.error_message or "")
    assert (played.end.counts.total, played.reasons["use"]) == (2, "required_test_failed: user")


def test_values_come_from_fixtures_tables_and_combinations() -> None:
    sources: list[dict[str, Any]] = [
        {"fixture": "users"},
        {"csv": "name,age\nann,3\nbob,4\ncid,5"},
        {"matrix": {"name": ["ann", "bob", "cid"], "age": [1]}},
    ]
    for source in sources:
        test = {**BY_NAME, "iterate": {**source, "name": "{{iteration.value.name}}"}}
        played = play(read(test, fixtures={"users": USERS}))
        assert tell(played) == {"ann": "passed", "bob": "passed", "cid": "passed"}
