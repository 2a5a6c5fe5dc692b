"""`scripts/demo`: starts everything on free ports, tells the story, and ends everything."""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

from scripts.demonstration.components import LocalSupabase, Service, Shop
from scripts.demonstration.display import Display
from scripts.demonstration.expectations import Expectation, check_expectations
from scripts.demonstration.outcome import Outcome
from scripts.demonstration.people import UnexpectedAnswerError
from scripts.demonstration.processes import ChildFailedError
from scripts.demonstration.story import Stage, perform
from tests.targets.shop import PASSWORD, USERNAME

INTERRUPTED = 130


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    return parser.parse_args()


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Let SIGTERM take the way of Ctrl-C, which ends the children."""
    signal.raise_signal(signal.SIGINT)


def ignore_interrupts() -> None:
    """A second Ctrl-C must not stop us from ending the children."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def set_stage(display: Display) -> Generator[Stage]:
    """Start the parts; end them in the opposite order."""
    with ExitStack() as parts:
        folder = Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="demonstration-")))
        shop = Shop(folder / "shop.log")
        supabase = LocalSupabase(folder / "supabase.log")
        try:
            with display.step("Local Supabase and the shop"):
                parts.enter_context(supabase.launched())
                parts.enter_context(shop.launched())
                supabase.wait_until_ready()
                shop.wait_until_ready()
            service = Service(supabase.details, folder / "service.log")
            with display.step("The service"):
                parts.enter_context(service)
            with shown_on_failure(display, service):
                yield Stage(
                    supabase.details, service.url, service.log, shop.url, USERNAME, PASSWORD
                )
        finally:
            ignore_interrupts()


@contextmanager
def shown_on_failure(display: Display, service: Service) -> Generator[None]:
    """What the service logged last is what one wants to read when the story breaks off."""
    try:
        yield
    except Exception:
        display.say(f"The last lines of the service's log:\n{service.log_tail()}")
        raise


def render_report(
    outcome: Outcome, expectations: list[Expectation], seconds: dict[str, float]
) -> str:
    return json.dumps(
        {
            "run_id": outcome.run["id"],
            "status": outcome.run["status"],
            "counts": outcome.run["counts"],
            "events": outcome.count_events(),
            "seconds": seconds,
            "expectations": {expectation.name: expectation.held for expectation in expectations},
            "ok": all(expectation.held for expectation in expectations),
        }
    )


def demonstrate(display: Display, *, as_json: bool) -> int:
    """Tell the story once; 0 when every expectation held."""
    started = float(os.environ.get("DEMO_STARTED_AT") or time.time())
    with set_stage(display) as stage:
        staged = time.time() - started
        outcome = asyncio.run(perform(stage, display))
    expectations = check_expectations(outcome)
    seconds = {
        "stage": round(staged, 2),
        "set_up": round(outcome.run_started_at - started, 2),
        "run": round(outcome.run_seconds, 2),
    }
    display.show_expectations(expectations)
    display.show_summary(outcome, seconds)
    if as_json:
        display.say(render_report(outcome, expectations, seconds))
    return 0 if all(expectation.held for expectation in expectations) else 1


def main() -> int:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, interrupt)
    display = Display()
    try:
        return demonstrate(display, as_json=arguments.json)
    except (ChildFailedError, UnexpectedAnswerError) as error:
        display.say(f"The demonstration could not go on: {error}")
        return 1
    except KeyboardInterrupt:
        display.say("Interrupted; everything that was started has ended.")
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
