"""An outcome in which all is well holds; every way in which it can be wrong is noticed."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from scripts.demonstration.expectations import check_expectations
from scripts.demonstration.outcome import Outcome, Streams
from scripts.demonstration.stream import ServerSentEvent
from scripts.demonstration.suite import CASES, FAILING, SKIPPED

CAPTURES = {
    "login": ["access_token", "user_id"],
    "get-catalog": ["product_ids"],
    "add-to-cart": ["cart_id"],
    "get-profile": ["profile_email"],
}
SECRET = "correct horse battery staple"


def build_ending(key: str) -> tuple[str, dict[str, Any]]:
    if key == FAILING:
        why = {"category": "assertion", "error_message": "expected 200, got 503"}
        return "test_failed", {"status": "failed", **why}
    if key == SKIPPED:
        return "test_skipped", {"status": "skipped", "reason": f"required_test_failed: {FAILING}"}
    return "test_completed", {"status": "passed", "captured": CAPTURES.get(key, [])}


def build_events() -> list[ServerSentEvent]:
    steps: list[tuple[str, dict[str, Any]]] = [("run_started", {})]
    for case in CASES:
        key = case["key"]
        if key != SKIPPED:
            steps.append(("test_started", {"key": key}))
        kind, data = build_ending(key)
        steps.append((kind, {"key": key, **data}))
    steps.append(("run_completed", {}))
    return [build_event(kind, seq, data) for seq, (kind, data) in enumerate(steps, start=1)]


def build_event(kind: str, seq: int, data: dict[str, Any]) -> ServerSentEvent:
    document = {"seq": seq, "type": kind, "data": data}
    return ServerSentEvent(kind, str(seq), json.dumps(document), received_at=seq / 10)


def build_outcome() -> Outcome:
    events = build_events()
    snapshot = ServerSentEvent("snapshot", "3", json.dumps({"seq": 3}))
    counts = {"total": 7, "passed": 5, "failed": 1, "skipped": 1, "error": 0}
    return Outcome(
        run={"id": "run", "status": "failed", "counts": counts, "event_seq": len(events)},
        results=[{"key": case["key"], **build_ending(case["key"])[1]} for case in CASES],
        streams=Streams(
            live=events, joined=[snapshot, *events[3:]], replayed=events, status_after_end=204
        ),
        texts={"results": "nothing to see"},
        secrets=[SECRET],
        outsider_statuses={"/runs/run": 404},
        outsider_rows={"test_runs": "[]"},
        run_started_at=0.0,
        run_seconds=1.0,
    )


def list_broken(outcome: Outcome) -> list[str]:
    return [expectation.name for expectation in check_expectations(outcome) if not expectation.held]


def test_all_expectations_hold_when_all_is_well() -> None:
    assert list_broken(build_outcome()) == []


EVERY = list(range(len(build_events())))


@pytest.mark.parametrize(
    "positions",
    [
        [*EVERY[:4], 3, *EVERY[4:]],
        [*EVERY[:4], *EVERY[5:]],
        [*EVERY[:3], 4, 3, *EVERY[5:]],
        EVERY[:-1],
        EVERY[1:],
    ],
    ids=["repeated", "missing", "swapped", "cut", "late"],
)
def test_a_stream_that_is_not_exact_is_noticed(positions: list[int]) -> None:
    outcome = build_outcome()
    live = [outcome.streams.live[position] for position in positions]
    wrong = replace(outcome, streams=replace(outcome.streams, live=live))
    assert "the stream delivered every event once and in order" in list_broken(wrong)


def test_a_stream_that_delivers_all_at_the_end_is_noticed() -> None:
    outcome = build_outcome()
    live = [replace(event, received_at=9.0) for event in outcome.streams.live]
    wrong = replace(outcome, streams=replace(outcome.streams, live=live))
    assert list_broken(wrong) == ["progress arrived while the run went on"]


@pytest.mark.parametrize(
    "text",
    [
        f"password={SECRET}",
        json.dumps({"authorization": base64.b64encode(SECRET.encode()).decode()}),
        "?password=correct%20horse%20battery%20staple",
        "password=correct+horse+battery+staple",
    ],
)
def test_a_secret_is_noticed_in_every_form(text: str) -> None:
    outcome = replace(build_outcome(), texts={"table test_result_details": text})
    assert list_broken(outcome) == ["the secret is in no result, event, stored evidence or log"]


def test_a_captured_token_is_noticed() -> None:
    outcome = replace(build_outcome(), texts={"events": f"shop-{'a' * 32}"})
    assert len(list_broken(outcome)) == 1


def test_a_wrong_count_is_noticed() -> None:
    outcome = build_outcome()
    wrong = replace(outcome, run={**outcome.run, "status": "completed"})
    assert list_broken(wrong) == ["the run failed, with 5 passed, 1 failed and 1 skipped"]


def test_a_result_that_was_not_stored_is_noticed() -> None:
    outcome = build_outcome()
    wrong = replace(outcome, results=outcome.results[1:])
    assert list_broken(wrong) == ["stored results and streamed results agree"]


def test_a_gap_after_the_snapshot_is_noticed() -> None:
    outcome = build_outcome()
    joined = [outcome.streams.joined[0], *outcome.streams.joined[2:]]
    wrong = replace(outcome, streams=replace(outcome.streams, joined=joined))
    assert list_broken(wrong) == ["a viewer who joined with a snapshot missed nothing"]


@pytest.mark.parametrize("status", [200, 403, 500])
def test_an_outsider_who_is_told_anything_is_noticed(status: int) -> None:
    wrong = replace(build_outcome(), outsider_statuses={"/runs/run/events": status})
    assert list_broken(wrong) == ["the outsider finds nothing through the service"]


def test_rows_for_the_outsider_are_noticed() -> None:
    wrong = replace(build_outcome(), outsider_rows={"test_runs": '[{"id": "run"}]'})
    assert list_broken(wrong) == ["the outsider finds nothing in Supabase itself"]
