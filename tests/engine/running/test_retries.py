"""Trying again, three different things: transport errors, failed assertions, polls."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest

from app.engine import (
    AttemptFailed,
    Category,
    Plan,
    PlannedTest,
    PreparedRequest,
    ReceivedResponse,
    ResultStatus,
    TransportError,
)
from tests.engine.builders import (
    Answer,
    build_document,
    connection_refused,
    json_response,
    select,
)
from tests.engine.running.stage import Played, build_plan, play

TIMED_OUT = TransportError(Category.TIMEOUT, "no answer within 1 s", "Wait longer.")
NOT_TRUSTED = TransportError(Category.CONNECTION, "expired certificate", "Renew it.", "tls")
FORBIDDEN = TransportError(Category.ENVIRONMENT, "10.0.0.1 is private", "Allow it.")
GARBAGE = TransportError(Category.DATA_VALIDATION, "not gzip", "Check the encoding.")
OK = json_response({"state": "done"})
PENDING = json_response({"state": "pending"})
DONE = [{"type": "jsonpath", "path": "$.state", "expected": "done"}]
NO_JITTER = {"jitter_ms": 0}


class Script:
    """Gives one answer after the other, the last one again and again; see `moments`."""

    def __init__(self, *answers: Answer) -> None:
        self._answers: Iterator[Answer] = iter(answers)
        self._last = answers[-1]
        self.moments: list[float] = []
        self.timeouts: list[float] = []

    async def send(self, request: PreparedRequest, timeout: float) -> ReceivedResponse:
        self.moments.append(round(asyncio.get_running_loop().time(), 3))
        self.timeouts.append(timeout)
        answer = next(self._answers, self._last)
        if isinstance(answer, TransportError):
            raise answer
        return answer


def read_test(**fields: Any) -> PlannedTest:
    return Plan.from_document(build_document([{"key": "a", **fields}])).tests[0]


def play_one(script: Script, options: dict[str, Any] | None = None, **fields: Any) -> Played:
    return play(build_plan([read_test(**fields)]), script, **(options or {}))


def get_outcome(played: Played) -> tuple[str, int]:
    result = played.results["a"]
    return result.status, len(result.attempts)


@pytest.mark.parametrize(
    ("answer", "policy", "attempts"),
    [
        (connection_refused(), {}, 3),
        (TIMED_OUT, {}, 3),
        (NOT_TRUSTED, {}, 3),
        (FORBIDDEN, {}, 1),
        (GARBAGE, {}, 1),
        (json_response({}, 503), {}, 3),
        (json_response({}, 500), {}, 1),
        (json_response({}, 500), {"statuses": [500], "attempts": 5}, 5),
        (json_response({}, 503), {"statuses": []}, 1),
        (json_response({}, 503), {"on": ["connection"]}, 1),
        (connection_refused(), {"on": ["timeout", "tls"]}, 1),
        (NOT_TRUSTED, {"on": ["connection", "timeout"]}, 1),
        (NOT_TRUSTED, {"on": ["tls"]}, 3),
        (TIMED_OUT, {"attempts": 1}, 1),
    ],
)
def test_only_the_failures_that_are_named_are_tried_again(
    answer: Answer, policy: dict[str, Any], attempts: int
) -> None:
    assert get_outcome(play_one(Script(answer), retry={"transport": policy}))[1] == attempts


def test_an_expected_status_is_no_failure_of_the_transport() -> None:
    played = play_one(
        Script(json_response({}, 503)), retry={"transport": {}}, expected_status_code=503
    )
    assert get_outcome(played) == ("passed", 1)


def test_pauses_double_up_to_a_maximum() -> None:
    script = Script(TIMED_OUT)
    policy = {"attempts": 5, "initial_ms": 1_000, "maximum_ms": 3_000, **NO_JITTER}
    played = play_one(script, retry={"transport": policy})
    assert script.moments == [0, 1, 3, 6, 9]
    failed = select(played.events, AttemptFailed)
    assert [event.next_attempt_in_seconds for event in failed] == [1, 2, 3, 3]
    assert [event.attempt.number for event in failed] == [1, 2, 3, 4]


def test_jitter_adds_to_the_pause() -> None:
    script = Script(TIMED_OUT)
    policy = {"attempts": 20, "initial_ms": 0, "maximum_ms": 0, "jitter_ms": 100}
    play_one(script, retry={"transport": policy})
    pauses = [later - earlier for earlier, later in pairwise(script.moments)]
    assert all(0 <= pause <= 0.101 for pause in pauses)
    assert len(set(pauses)) > 5


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("7", 7),
        ("0", 1),
        ("Fri, 02 Jan 2026 00:00:09 GMT", 9),
        ("Thu, 01 Jan 2026 00:00:00 GMT", 1),
        ("86400", 60),
        ("soon", 1),
        ("", 1),
    ],
)
def test_the_target_may_ask_for_patience_within_limits(header: str, pause: float) -> None:
    script = Script(json_response({}, 429, {"Retry-After": header}), OK)
    policy = {"initial_ms": 1_000, **NO_JITTER}
    play_one(script, retry={"transport": policy})
    assert script.moments == [0, pause]


def test_the_wish_of_the_target_may_be_ignored() -> None:
    script = Script(json_response({}, 429, {"Retry-After": "7"}), OK)
    policy = {"initial_ms": 1_000, "respect_retry_after": False, **NO_JITTER}
    play_one(script, retry={"transport": policy})
    assert script.moments == [0, 1]


def test_failed_assertions_are_tried_again_by_themselves() -> None:
    script = Script(PENDING, PENDING, OK)
    played = play_one(
        script, assertions=DONE, retry={"assertions": {"attempts": 3, "delay_ms": 2_000}}
    )
    assert get_outcome(played) == ("passed", 3)
    assert script.moments == [0, 2, 4]


def test_failed_assertions_do_not_use_up_the_tries_of_the_transport() -> None:
    script = Script(PENDING, TIMED_OUT, PENDING, TIMED_OUT, OK)
    retry = {
        "transport": {"attempts": 3, "initial_ms": 0, **NO_JITTER},
        "assertions": {"attempts": 3},
    }
    assert get_outcome(play_one(script, assertions=DONE, retry=retry)) == ("passed", 5)


def test_transport_errors_are_no_failed_assertions() -> None:
    assert get_outcome(play_one(Script(TIMED_OUT), retry={"assertions": {}})) == ("error", 1)


def test_a_count_alone_tries_again_after_anything() -> None:
    script = Script(TIMED_OUT, json_response({}, 500), GARBAGE, OK)
    assert get_outcome(play_one(script, retry_count=3)) == ("passed", 4)


def test_nothing_is_tried_again_that_will_be_the_same() -> None:
    assert get_outcome(play_one(Script(FORBIDDEN), retry_count=3)) == ("error", 1)
    wrong: dict[str, Any] = {"auth_type": "magic"}
    assert get_outcome(play_one(Script(OK), retry_count=3, **wrong)) == ("error", 1)


def test_each_attempt_fills_in_dynamic_values_anew() -> None:
    played = play_one(Script(PENDING), body="{{$uuid}}", assertions=DONE, retry_count=2)
    bodies = [attempt.request and attempt.request.body for attempt in played.results["a"].attempts]
    assert len(set(bodies)) == 3


POLL = {"interval_ms": 1_000, "multiplier": 2, "maximum_interval_ms": 4_000, "deadline_ms": 20_000}


def test_polls_until_the_condition_holds_and_then_checks_once() -> None:
    script = Script(PENDING, PENDING, PENDING, json_response({"state": "done", "total": 3}))
    total = {"type": "jsonpath", "path": "$.total", "expected": 3}
    played = play_one(script, poll={"until": DONE, **POLL}, assertions=[total])
    assert get_outcome(played) == ("passed", 4)
    assert script.moments == [0, 1, 3, 7]
    first, *_, last = played.results["a"].attempts
    assert [check.type for check in first.assertions] == ["jsonpath"]
    assert len(last.assertions) == 3  # the condition, the status, the total


def test_what_a_poll_brings_is_not_asked_for_again_when_the_checks_fail() -> None:
    wrong = {"type": "jsonpath", "path": "$.total", "expected": 3}
    played = play_one(Script(PENDING, OK), poll={"until": DONE, **POLL}, assertions=[wrong])
    assert get_outcome(played) == ("failed", 2)


def test_without_a_condition_polls_until_every_check_passes() -> None:
    script = Script(json_response({}, 404), PENDING, OK)
    assert get_outcome(play_one(script, poll=POLL, assertions=DONE)) == ("passed", 3)


def test_a_poll_goes_on_while_nobody_answers() -> None:
    script = Script(connection_refused(), TIMED_OUT, GARBAGE, OK)
    assert get_outcome(play_one(script, poll=POLL)) == ("passed", 4)


def test_a_poll_ends_where_asking_again_is_pointless() -> None:
    assert get_outcome(play_one(Script(FORBIDDEN), poll=POLL)) == ("error", 1)
    assert get_outcome(play_one(Script(OK), poll=POLL, path="/{{env.GONE}}")) == ("error", 1)


def test_a_poll_gives_up_at_its_deadline() -> None:
    script = Script(PENDING)
    played = play_one(script, poll={"until": DONE, **POLL})
    result = played.results["a"]
    assert script.moments == [0, 1, 3, 7, 11, 15, 19]
    assert (result.status, result.category) == (ResultStatus.FAILED, Category.TIMEOUT)
    assert (result.error_message or "").startswith("after 7 attempts in 19 s: ")
    assert "pending" in (result.error_message or "")
    assert len(result.attempts) == 7
    assert "poll.deadline_ms" in (result.suggested_fix or "")


def test_no_attempt_of_a_poll_outlives_its_deadline() -> None:
    script = Script(PENDING)
    play_one(script, poll={"until": DONE, **POLL}, timeout_ms=10_000)
    assert script.timeouts == [10, 10, 10, 10, 9, 5, 1]


def test_a_poll_makes_a_bounded_number_of_attempts() -> None:
    poll = {"until": DONE, "interval_ms": 10, "multiplier": 1, "deadline_ms": 3_600_000}
    played = play_one(Script(PENDING), poll=poll)
    assert get_outcome(played) == ("failed", 100)
    assert "poll.interval_ms" in (played.results["a"].suggested_fix or "")
