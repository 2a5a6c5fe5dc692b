"""What must hold for the demonstration to count as a success, each under a name."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus

from scripts.demonstration.components import SHOP_DELAY_MS
from scripts.demonstration.outcome import ENDINGS, Outcome
from scripts.demonstration.stream import ServerSentEvent
from scripts.demonstration.suite import CASES, FAILING, PASSING, SKIPPED

SHOP_TOKEN = re.compile(r"shop-[A-Za-z0-9_-]{32}")


@dataclass(frozen=True)
class Expectation:
    """One named check and, when it did not hold, why."""

    name: str
    problem: str | None

    @property
    def held(self) -> bool:
        return self.problem is None


def sequence_of(events: list[ServerSentEvent]) -> list[int]:
    return [int(event.id) for event in events]


def find_gap(sequence: list[int], first: int, last: int) -> str | None:
    """Say how a sequence differs from every number from first to last, once and in order."""
    expected = list(range(first, last + 1))
    return None if sequence == expected else f"expected {first} to {last}, got {sequence}"


def check_the_run_failed(outcome: Outcome) -> str | None:
    counts = {"total": len(CASES), "passed": len(PASSING), "failed": 1, "skipped": 1, "error": 0}
    if outcome.run["status"] == "failed" and outcome.run["counts"] == counts:
        return None
    return f"status {outcome.run['status']}, counts {outcome.run['counts']}"


def check_the_rest_passed(outcome: Outcome) -> str | None:
    endings = outcome.endings()
    types = {key: endings.get(key, {}).get("type") for key in PASSING}
    wrong = {key: kind for key, kind in types.items() if kind != "test_completed"}
    return f"did not pass: {wrong}" if wrong else None


def check_the_deliberate_failure(outcome: Outcome) -> str | None:
    ending = outcome.endings().get(FAILING, {})
    found = ending.get("type"), ending.get("category"), bool(ending.get("error_message"))
    return None if found == ("test_failed", "assertion", True) else f"got {ending}"


def check_its_dependent(outcome: Outcome) -> str | None:
    ending = outcome.endings().get(SKIPPED, {})
    reason = ending.get("reason") or ""
    blamed = reason.startswith("required_test_failed") and FAILING in reason
    return None if ending.get("type") == "test_skipped" and blamed else f"got {ending}"


def check_results_agree(outcome: Outcome) -> str | None:
    stored = {result["key"]: result["status"] for result in outcome.results}
    streamed = {key: ending["status"] for key, ending in outcome.endings().items()}
    return None if stored == streamed else f"stored {stored}, streamed {streamed}"


def check_every_event_once(outcome: Outcome) -> str | None:
    sequence = sequence_of(outcome.streams.live)
    inside = [event.document["seq"] for event in outcome.streams.live]
    if inside != sequence:
        return f"ids {sequence} and seq {inside} differ"
    return find_gap(sequence, 1, outcome.run["event_seq"])


def check_first_and_last(outcome: Outcome) -> str | None:
    types = [event.type for event in outcome.streams.live]
    once = types.count("run_started") == 1 and types.count("run_completed") == 1
    held = once and types[0] == "run_started" and types[-1] == "run_completed"
    return None if held else f"got {types}"


def check_progress_was_live(outcome: Outcome) -> str | None:
    """Login is announced before the tests that need its token can have ended."""
    arrivals = {event.type: event.received_at for event in reversed(outcome.streams.live)}
    first_ending = arrivals.get("test_completed", float("inf"))
    waited = arrivals.get("run_completed", 0.0) - first_ending
    needed = SHOP_DELAY_MS / 1000
    return None if waited > needed else f"only {waited:.3f} s before the end of the run"


def check_each_test_starts_and_ends_once(outcome: Outcome) -> str | None:
    histories: dict[str, list[str]] = {case["key"]: [] for case in CASES}
    for event in outcome.streams.live:
        if event.type == "test_started" or event.type in ENDINGS:
            histories.setdefault(event.document["data"]["key"], []).append(event.type)
    wrong = {key: types for key, types in histories.items() if not is_whole_history(types)}
    return f"got {wrong}" if wrong else None


def is_whole_history(types: list[str]) -> bool:
    started = types in [["test_started", "test_completed"], ["test_started", "test_failed"]]
    return started or types == ["test_skipped"]


def check_the_joining_viewer(outcome: Outcome) -> str | None:
    snapshot, *deltas = outcome.streams.joined
    if snapshot.type != "snapshot":
        return f"the first event was {snapshot.type}"
    first = snapshot.document["seq"] + 1
    return find_gap(sequence_of(deltas), first, outcome.run["event_seq"])


def check_the_replay(outcome: Outcome) -> str | None:
    live, replayed = outcome.streams.live, outcome.streams.replayed
    same = [event.document for event in live] == [event.document for event in replayed]
    return None if same else f"live {sequence_of(live)}, replayed {sequence_of(replayed)}"


def check_nothing_after_the_end(outcome: Outcome) -> str | None:
    status = outcome.streams.status_after_end
    return None if status == 204 else f"got {status}"


def check_captures(outcome: Outcome) -> str | None:
    endings = outcome.endings()
    captured = {key: sorted(endings.get(key, {}).get("captured") or []) for key in PASSING[:3]}
    expected = {
        "login": ["access_token", "user_id"],
        "get-catalog": ["product_ids"],
        "add-to-cart": ["cart_id"],
    }
    return None if captured == expected else f"got {captured}"


def iter_forms(secret: str) -> Iterator[str]:
    """The ways in which a secret could be written down."""
    yield secret
    yield base64.b64encode(secret.encode()).decode().rstrip("=")
    yield quote(secret)
    yield quote_plus(secret)


def check_no_secret_leaked(outcome: Outcome) -> str | None:
    leaks = [
        place
        for place, text in outcome.texts.items()
        if any(form in text for secret in outcome.secrets for form in iter_forms(secret))
    ]
    return f"the secret stands in: {', '.join(leaks)}" if leaks else None


def check_no_token_leaked(outcome: Outcome) -> str | None:
    leaks = [place for place, text in outcome.texts.items() if SHOP_TOKEN.search(text)]
    return f"the captured token stands in: {', '.join(leaks)}" if leaks else None


def check_outsider_in_service(outcome: Outcome) -> str | None:
    seen = {path: status for path, status in outcome.outsider_statuses.items() if status != 404}
    return f"answered with another status than 404: {seen}" if seen else None


def check_outsider_in_supabase(outcome: Outcome) -> str | None:
    seen = [table for table, rows in outcome.outsider_rows.items() if rows.strip() != "[]"]
    return f"rows of: {', '.join(seen)}" if seen else None


EXPECTATIONS: dict[str, Callable[[Outcome], str | None]] = {
    "the run failed, with 5 passed, 1 failed and 1 skipped": check_the_run_failed,
    "every test that should pass passed": check_the_rest_passed,
    "the deliberate failure failed, and says why": check_the_deliberate_failure,
    "its dependent was skipped because of it": check_its_dependent,
    "tokens and data were captured for later tests": check_captures,
    "stored results and streamed results agree": check_results_agree,
    "the stream delivered every event once and in order": check_every_event_once,
    "the stream began with run_started and ended with run_completed": check_first_and_last,
    "progress arrived while the run went on": check_progress_was_live,
    "each test was announced once and ended once": check_each_test_starts_and_ends_once,
    "a viewer who joined with a snapshot missed nothing": check_the_joining_viewer,
    "the finished run can be replayed event by event": check_the_replay,
    "a viewer who has seen the end is told so": check_nothing_after_the_end,
    "the secret is in no result, event, stored evidence or log": check_no_secret_leaked,
    "the captured token is in no result, event, stored evidence or log": check_no_token_leaked,
    "the outsider finds nothing through the service": check_outsider_in_service,
    "the outsider finds nothing in Supabase itself": check_outsider_in_supabase,
}


def check_expectations(outcome: Outcome) -> list[Expectation]:
    return [Expectation(name, check(outcome)) for name, check in EXPECTATIONS.items()]
