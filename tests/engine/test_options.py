"""Limits of a run, as the process sets them and as the run asks for them."""

from typing import Any

import pytest

from app.engine import InvalidPlanError, JsonObject, RunOptions
from app.engine.document import Document

OWN = RunOptions(concurrency=8, concurrency_per_host=4, seed=7, deadline_seconds=60)


def adjust(wishes: JsonObject) -> RunOptions:
    return OWN.adjust(Document(wishes, "run.options"))


def test_what_a_run_does_not_mention_stays() -> None:
    assert adjust({}) == adjust({"concurrency": None, "seed": None, "timing": None}) == OWN


def test_a_run_may_ask_for_everything() -> None:
    options = adjust(
        {
            "concurrency": 2,
            "concurrency_per_host": 1,
            "requests_per_second_per_host": 0.5,
            "fail_fast": True,
            "deadline_seconds": 5,
            "test_deadline_seconds": 1.5,
            "seed": 0,
            "timing": "full",
        }
    )
    assert (options.concurrency, options.concurrency_per_host) == (2, 1)
    assert (options.requests_per_second_per_host, options.fail_fast) == (0.5, True)
    assert (options.deadline_seconds, options.test_deadline_seconds) == (5, 1.5)
    assert (options.seed, options.timing) == (0, "full")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("concurrency", 0),
        ("concurrency", 1.5),
        ("concurrency_per_host", 0),
        ("requests_per_second_per_host", 0),
        ("requests_per_second_per_host", True),
        ("fail_fast", "yes"),
        ("deadline_seconds", -1),
        ("test_deadline_seconds", 0),
        ("seed", "x"),
        ("timing", "slow"),
    ],
)
def test_names_the_field_that_is_wrong(name: str, value: Any) -> None:
    with pytest.raises(InvalidPlanError) as caught:
        adjust({name: value})
    assert caught.value.field == f"run.options.{name}"


def test_a_run_needs_room_for_something() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        RunOptions(concurrency=0)
    with pytest.raises(ValueError, match="at least 1"):
        RunOptions(event_buffer=0)
