"""When and how often a test is carried out again."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from app.catalog.cases.schemas.responses import AssertionSpec, StatusCode
from app.catalog.fields import JsonContent, SparseModel
from app.engine.errors import TransportFailure
from app.engine.iterations import MAXIMUM_ITERATIONS, SOURCES
from app.engine.retries.policies import (
    HIGHEST_MULTIPLIER,
    LONGEST_DELAY_MS,
    LONGEST_POLL_MS,
    MAXIMUM_ATTEMPTS,
    SHORTEST_INTERVAL_MS,
)
from app.web.fields import Name

Attempts = Annotated[
    int, Field(ge=1, le=MAXIMUM_ATTEMPTS, description="The first one is counted, too.")
]
Delay = Annotated[int, Field(ge=0, le=LONGEST_DELAY_MS)]
Interval = Annotated[int, Field(ge=SHORTEST_INTERVAL_MS, le=LONGEST_DELAY_MS)]


class TransportRetry(SparseModel):
    """Tries again when no useful answer came; delays double, each with up to `jitter_ms` more."""

    attempts: Attempts = 3
    on: list[TransportFailure] = Field(
        default=["connection", "timeout", "tls", "status"], min_length=1, max_length=4
    )
    statuses: list[StatusCode] = Field(default=[429, 502, 503, 504], max_length=50)
    initial_ms: Delay = 200
    maximum_ms: Delay = 5_000
    jitter_ms: Delay = 200
    respect_retry_after: bool = True


class AssertionRetry(SparseModel):
    """Asks again for an answer that fails the checks."""

    attempts: Attempts = 2
    delay_ms: Delay = 0


class Retry(SparseModel):
    """Without a part, what it is about is not tried again."""

    transport: TransportRetry | None = None
    assertions: AssertionRetry | None = None


class Poll(SparseModel):
    """Repeats the request until a condition holds, at growing intervals."""

    until: list[AssertionSpec] | None = Field(
        default=None,
        min_length=1,
        max_length=50,
        description="Without it, until all checks of the test pass.",
        examples=[[{"type": "jsonpath", "path": "$.status", "operator": "eq", "expected": "done"}]],
    )
    interval_ms: Interval = 500
    multiplier: float = Field(default=1.5, ge=1, le=HIGHEST_MULTIPLIER)
    maximum_interval_ms: Interval = 10_000
    deadline_ms: int = Field(
        default=30_000,
        ge=1,
        le=LONGEST_POLL_MS,
        description="After the first request; then the last answer decides.",
    )


class Iterate(SparseModel):
    """Carries the test out for each value of exactly one source, each a result of its own."""

    fixture: Name | None = Field(default=None, examples=["users"])
    csv: Annotated[str, StringConstraints(min_length=1, max_length=1_000_000)] | None = Field(
        default=None, description="The first line names the fields.", examples=["name,age\nann,3"]
    )
    items: list[JsonContent] | None = Field(
        default=None, min_length=1, max_length=MAXIMUM_ITERATIONS
    )
    matrix: (
        dict[str, Annotated[list[JsonContent], Field(min_length=1, max_length=1_000)]] | None
    ) = Field(
        default=None,
        min_length=1,
        max_length=20,
        description="Every combination of the values.",
        examples=[{"role": ["viewer", "admin"], "size": [1, 2]}],
    )
    name: str | None = Field(
        default=None,
        max_length=500,
        description="Template of the names of the iterations.",
        examples=["{{iteration.value.email}}"],
    )

    @model_validator(mode="after")
    def _require_one_source(self) -> Self:
        if sum(getattr(self, source) is not None for source in SOURCES) != 1:
            message = f"exactly one of {', '.join(SOURCES)} is needed"
            raise ValueError(message)
        return self
