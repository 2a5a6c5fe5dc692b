"""Reading when a test is tried again."""

from typing import Any

import pytest

from app.engine import InvalidPlanError, Plan, PlannedTest, PollPolicy, RetryPolicy
from app.engine.retries.policies import AssertionRetry, TransportRetry
from tests.engine.builders import build_document


def read(**fields: Any) -> PlannedTest:
    return Plan.from_document(build_document([{"key": "a", **fields}])).tests[0]


def test_without_a_word_nothing_is_tried_again() -> None:
    test = read(retry=None, poll=None)
    assert (test.retry, test.poll, test.retry_count) == (RetryPolicy(), None, 0)


def test_what_is_left_out_has_a_default() -> None:
    test = read(retry={"transport": {}, "assertions": {}}, poll={})
    assert test.retry == RetryPolicy(transport=TransportRetry(), assertions=AssertionRetry())
    assert test.poll == PollPolicy()


def test_reads_every_setting() -> None:
    test = read(
        retry={
            "transport": {
                "attempts": 5,
                "on": ["tls", "status"],
                "statuses": [418],
                "initial_ms": 1,
                "maximum_ms": 2,
                "jitter_ms": 3,
                "respect_retry_after": False,
            },
            "assertions": {"attempts": 4, "delay_ms": 6},
        },
        poll={
            "until": [{"type": "status-code", "expected": 200}],
            "interval_ms": 10,
            "multiplier": 1,
            "maximum_interval_ms": 20,
            "deadline_ms": 30,
        },
    )
    assert test.retry.transport == TransportRetry(
        attempts=5,
        on=frozenset({"tls", "status"}),
        statuses=frozenset({418}),
        initial_ms=1,
        maximum_ms=2,
        jitter_ms=3,
        respect_retry_after=False,
    )
    assert test.retry.assertions == AssertionRetry(attempts=4, delay_ms=6)
    assert test.poll is not None
    assert [spec.type for spec in test.poll.until] == ["status-code"]
    assert (test.poll.interval_ms, test.poll.multiplier) == (10, 1)
    assert (test.poll.maximum_interval_ms, test.poll.deadline_ms) == (20, 30)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"retry": []}, "retry"),
    ({"retry": {"transport": 3}}, "retry.transport"),
    ({"retry": {"transport": {"attempts": 0}}}, "retry.transport.attempts"),
    ({"retry": {"transport": {"attempts": 101}}}, "retry.transport.attempts"),
    ({"retry": {"transport": {"on": ["dns"]}}}, "retry.transport.on"),
    ({"retry": {"transport": {"on": [{}]}}}, "retry.transport.on"),
    ({"retry": {"transport": {"statuses": [99]}}}, "retry.transport.statuses[0]"),
    ({"retry": {"transport": {"statuses": [503, True]}}}, "retry.transport.statuses[1]"),
    ({"retry": {"transport": {"statuses": "5xx"}}}, "retry.transport.statuses"),
    ({"retry": {"transport": {"jitter_ms": -1}}}, "retry.transport.jitter_ms"),
    ({"retry": {"transport": {"maximum_ms": 600_001}}}, "retry.transport.maximum_ms"),
    ({"retry": {"assertions": {"delay_ms": 0.5}}}, "retry.assertions.delay_ms"),
    ({"poll": {"until": {}}}, "poll.until"),
    ({"poll": {"until": [{}]}}, "poll.until[0].type"),
    ({"poll": {"interval_ms": 9}}, "poll.interval_ms"),
    ({"poll": {"multiplier": 0.9}}, "poll.multiplier"),
    ({"poll": {"multiplier": 11}}, "poll.multiplier"),
    ({"poll": {"deadline_ms": 3_600_001}}, "poll.deadline_ms"),
]


@pytest.mark.parametrize(("fields", "place"), WRONG)
def test_names_the_field_that_is_wrong(fields: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidPlanError) as caught:
        read(**fields)
    assert caught.value.field == f"tests[0].{place}"
