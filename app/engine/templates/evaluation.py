"""What the expressions of one attempt share: dynamic values, and a bound on their work."""

from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

from app.core.clock import Clock, SystemClock
from app.engine.errors import TemplateError
from app.engine.json_values import JsonValue

# About a tenth of a second of copying; an ordinary test needs a thousandth of it.
MAXIMUM_WORK_CHARACTERS = 64 * 1024 * 1024

# Told of the values that filters read and of the text that they made of them.
DerivationListener: TypeAlias = Callable[[Sequence[JsonValue], str], None]


class Evaluation:
    """Random values depend on nothing but `seed`, so the same test makes the same ones again."""

    __slots__ = ("_listener", "_random", "_seed", "_work", "clock")

    def __init__(
        self,
        seed: str = "",
        clock: Clock | None = None,
        listener: DerivationListener | None = None,
    ) -> None:
        self._seed = seed
        self.clock = clock or SystemClock()
        self._listener = listener
        self._random: Random | None = None
        self._work = 0

    def get_random(self, label: str | None = None) -> Random:
        """The stream of this attempt; of a label, one that begins anew with every use."""
        if label is not None:
            return Random(f"{self._seed}#{label}")  # noqa: S311 -- test data, not keys
        if self._random is None:
            self._random = Random(self._seed)  # noqa: S311 -- test data, not keys
        return self._random

    def spend(self, characters: int) -> None:
        """Account for work; raise TemplateError when an attempt asks for too much of it."""
        self._work += characters
        if self._work > MAXIMUM_WORK_CHARACTERS:
            raise TemplateError(
                f"the templates of this test make over {MAXIMUM_WORK_CHARACTERS} characters"
            )

    def spend_on(self, value: JsonValue) -> None:
        """Account for a value as large as it is."""
        if isinstance(value, str):
            self.spend(len(value))
        elif isinstance(value, list | dict):
            self._spend_nested(value)

    def note_derived(self, inputs: Sequence[JsonValue], output: JsonValue) -> None:
        """Tell the listener, so that what is made of a secret is a secret."""
        if self._listener is not None and isinstance(output, str):
            self._listener(inputs, output)

    def _spend_nested(self, value: JsonValue) -> None:
        pending = [value]
        while pending:
            item = pending.pop()
            if isinstance(item, dict):
                self.spend(len(item) + sum(map(len, item)))
                pending.extend(item.values())
            elif isinstance(item, list):
                self.spend(len(item))
                pending.extend(item)
            elif isinstance(item, str):
                self.spend(len(item))
