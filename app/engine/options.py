"""Limits of a run."""

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from app.core.clock import Clock, SystemClock
from app.engine.document import Document
from app.engine.errors import InvalidPlanError

Timing: TypeAlias = Literal["full", "fast"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """
    How much at once, how often and how long; None is no limit.

    A rate counts attempts. `fail_fast` starts nothing more after the first test that did not pass.
    Teardown may take `teardown_seconds` after a run was cut short. `seed` fixes the dynamic values,
    `timing` "full" also looks at certificates; phases are always told. A target that asks for more
    patience than `retry_after_maximum_seconds` does not get it. Retries of `retry_count` wait
    `retry_initial_seconds`, doubling up to `retry_maximum_seconds`, plus jitter.

    `guards_network` keeps tests from private networks and other places that are not public, except
    what the network policy of the plan allows, unless nobody `honours_allow_lists`.
    """

    concurrency: int = 16
    concurrency_per_host: int | None = None
    requests_per_second_per_host: float | None = None
    fail_fast: bool = False
    deadline_seconds: float | None = None
    test_deadline_seconds: float | None = None
    teardown_seconds: float = 60.0
    seed: int | None = None
    timing: Timing = "fast"
    guards_network: bool = False
    honours_allow_lists: bool = True
    retry_initial_seconds: float = 0.2
    retry_maximum_seconds: float = 5.0
    retry_jitter_seconds: float = 0.2
    retry_after_maximum_seconds: float = 60.0
    evidence_characters: int = 64 * 1024
    event_buffer: int = 256
    clock: Clock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        if self.concurrency < 1 or self.event_buffer < 1:
            raise ValueError("concurrency and event_buffer must be at least 1")

    def adjust(self, document: Document) -> "RunOptions":
        """These options with what `run.options` says; raise InvalidPlanError naming the field."""
        return replace(
            self,
            concurrency=document.get_integer("concurrency", self.concurrency, minimum=1),
            concurrency_per_host=document.get_integer("concurrency_per_host", 0, minimum=1)
            or self.concurrency_per_host,
            requests_per_second_per_host=_find_positive(document, "requests_per_second_per_host")
            or self.requests_per_second_per_host,
            fail_fast=document.get_boolean("fail_fast", self.fail_fast),
            deadline_seconds=_find_positive(document, "deadline_seconds") or self.deadline_seconds,
            test_deadline_seconds=_find_positive(document, "test_deadline_seconds")
            or self.test_deadline_seconds,
            seed=_find_seed(document, self.seed),
            timing=_read_timing(document, self.timing),
        )


def _find_positive(document: Document, name: str) -> float | None:
    value = document.find_number(name)
    if value is not None and value <= 0:
        raise InvalidPlanError(document.locate(name), f"must be greater than 0, got {value}")
    return value


def _find_seed(document: Document, default: int | None) -> int | None:
    is_given = document.fields.get("seed") is not None
    return document.get_integer("seed", 0, minimum=-(2**63)) if is_given else default


def _read_timing(document: Document, default: Timing) -> Timing:
    timing = document.find_text("timing") or default
    if timing not in ("full", "fast"):
        raise InvalidPlanError(document.locate("timing"), f"must be full or fast, not '{timing}'")
    return timing
