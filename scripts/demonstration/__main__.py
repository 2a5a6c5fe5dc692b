"""`scripts/demo`: starts everything on free ports, tells the story, and ends everything."""

import argparse
import asyncio
import json
import os
import sys
import time

from scripts.demonstration.components import SHOP_DELAY_MS
from scripts.demonstration.display import Display
from scripts.demonstration.expectations import Expectation, check_expectations
from scripts.demonstration.outcome import Outcome
from scripts.demonstration.people import UnexpectedAnswerError
from scripts.demonstration.processes import ChildFailedError
from scripts.demonstration.stage import end_on_sigterm, set_stage
from scripts.demonstration.story import perform

INTERRUPTED = 130


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    return parser.parse_args()


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
    written = os.environ.get("DEMO_STARTED_AT") or str(time.time())
    started = float(written)
    decimals = 2 if "." in written else 0
    with set_stage(display, SHOP_DELAY_MS) as stage:
        staged = time.time() - started
        outcome = asyncio.run(perform(stage, display))
    expectations = check_expectations(outcome)
    seconds = {
        "stage": round(staged, decimals),
        "set_up": round(outcome.run_started_at - started, decimals),
        "run": round(outcome.run_seconds, 2),
    }
    display.show_expectations(expectations)
    display.show_summary(outcome, seconds)
    if as_json:
        display.say(render_report(outcome, expectations, seconds))
    return 0 if all(expectation.held for expectation in expectations) else 1


def main() -> int:
    arguments = parse_arguments()
    end_on_sigterm()
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
