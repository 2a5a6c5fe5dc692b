"""What a person sees: lines as things happen, and a progress bar where there is a terminal."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from scripts.demonstration.expectations import Expectation
from scripts.demonstration.outcome import ENDINGS, Outcome
from scripts.demonstration.stream import ServerSentEvent

Document = dict[str, Any]

MARKS = {
    "test_completed": "[green]passed [/]",
    "test_failed": "[red]failed [/]",
    "test_skipped": "[yellow]skipped[/]",
}


class Display:
    """Prints to a terminal or a file; the words are the same."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True, emoji=False)

    def say(self, message: str = "") -> None:
        self.console.print(message, markup=False)

    @contextmanager
    def step(self, name: str) -> Generator[None]:
        """Tell how long something took once it is done."""
        started = time.monotonic()
        with self.console.status(escape(name)):
            yield
        self.say(f"{name}: {time.monotonic() - started:.1f} s")

    @contextmanager
    def progress(self, total: int) -> Generator["RunProgress"]:
        columns = [SpinnerColumn(), TextColumn("{task.description}"), BarColumn()]
        visible = self.console.is_terminal
        with Progress(
            *columns,
            MofNCompleteColumn(),
            console=self.console,
            transient=True,
            disable=not visible,
        ) as bar:
            yield RunProgress(self.console, bar, total)

    def show_expectations(self, expectations: list[Expectation]) -> None:
        self.say()
        for expectation in expectations:
            mark = "[green]held [/]" if expectation.held else "[red]BROKE[/]"
            why = "" if expectation.held else f": {expectation.problem}"
            self.console.print(f"  {mark} {escape(expectation.name + why)}")

    def show_summary(self, outcome: Outcome, seconds: dict[str, float]) -> None:
        counts = ", ".join(f"{count} {name}" for name, count in outcome.run["counts"].items())
        events = ", ".join(f"{count} {name}" for name, count in outcome.count_events().items())
        self.say()
        self.say(f"Run {outcome.run['id']}: {outcome.run['status']}")
        self.say(f"  tests    {counts}")
        self.say(f"  events   {events}")
        self.say("  seconds  " + ", ".join(f"{value} {name}" for name, value in seconds.items()))


class RunProgress:
    """Shows the events of one run as they arrive."""

    def __init__(self, console: Console, bar: Progress, total: int) -> None:
        self.console = console
        self.bar = bar
        self.task = bar.add_task("waiting for the run", total=total)
        self.running: list[str] = []

    def show(self, event: ServerSentEvent) -> None:
        """Print a test that ended; keep the names of those that run on the bar."""
        data: Document = event.document["data"]
        if event.type == "test_started":
            self.running.append(data["name"])
        if event.type in ENDINGS:
            self.running = [name for name in self.running if name != data["name"]]
            self.console.print(render_ending(event.type, data))
            self.bar.advance(self.task)
        self.bar.update(self.task, description=escape(", ".join(self.running) or "waiting"))


def render_ending(event_type: str, data: Document) -> str:
    """One line: how a test ended, how long it took, what it captured, why it did not pass."""
    duration = data.get("duration_ms")
    parts = [f"{duration:>7.1f} ms" if duration is not None else " " * 10]
    if data.get("captured"):
        parts.append(f"captured {', '.join(data['captured'])}")
    why = data.get("error_message") or data.get("reason")
    if event_type != "test_completed" and why:
        parts.append(str(why))
    return f"  {MARKS[event_type]} {escape(data['name']):<30} {escape('  '.join(parts))}"
