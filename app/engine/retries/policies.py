"""When a test is tried again, as declared."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import get_args

from app.engine.document import Document
from app.engine.errors import InvalidPlanError, TransportFailure
from app.engine.expectations import AssertionSpec
from app.engine.json_values import JsonValue

MAXIMUM_ATTEMPTS = 100
LONGEST_DELAY_MS = 10 * 60_000
LONGEST_POLL_MS = 60 * 60_000
SHORTEST_INTERVAL_MS = 10
HIGHEST_MULTIPLIER = 10.0

TRANSPORT_FAILURES: tuple[TransportFailure, ...] = get_args(TransportFailure)
RETRIED_STATUSES = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportRetry:
    """
    Which failures of the way to the target are tried again; `attempts` counts the first one.

    Delays double from `initial_ms` up to `maximum_ms`, each with up to `jitter_ms` more.
    """

    attempts: int = 3
    on: frozenset[TransportFailure] = frozenset(TRANSPORT_FAILURES)
    statuses: frozenset[int] = RETRIED_STATUSES
    initial_ms: int = 200
    maximum_ms: int = 5_000
    jitter_ms: int = 200
    respect_retry_after: bool = True

    @classmethod
    def from_document(cls, document: Document) -> "TransportRetry":
        """Read `retry.transport`; raise InvalidPlanError naming the field."""
        return cls(
            attempts=_read_attempts(document, 3),
            on=_read_failures(document),
            statuses=_read_statuses(document),
            initial_ms=_read_milliseconds(document, "initial_ms", 200),
            maximum_ms=_read_milliseconds(document, "maximum_ms", 5_000),
            jitter_ms=_read_milliseconds(document, "jitter_ms", 200),
            respect_retry_after=document.get_boolean("respect_retry_after", default=True),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionRetry:
    """How often an answer that fails the checks is asked for again; `attempts` counts the first."""

    attempts: int = 2
    delay_ms: int = 0

    @classmethod
    def from_document(cls, document: Document) -> "AssertionRetry":
        """Read `retry.assertions`; raise InvalidPlanError naming the field."""
        return cls(
            attempts=_read_attempts(document, 2),
            delay_ms=_read_milliseconds(document, "delay_ms", 0),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Without a part, what it is about is not tried again."""

    transport: TransportRetry | None = None
    assertions: AssertionRetry | None = None

    @classmethod
    def from_document(cls, document: Document) -> "RetryPolicy":
        """Read `retry` of a test; raise InvalidPlanError naming the field."""
        transport = document.find_document("transport")
        assertions = document.find_document("assertions")
        return cls(
            transport=None if transport is None else TransportRetry.from_document(transport),
            assertions=None if assertions is None else AssertionRetry.from_document(assertions),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PollPolicy:
    """
    Asks again until the `until` assertions hold; without them, until every check passes.

    Pauses grow by `multiplier` from `interval_ms` up to `maximum_interval_ms`; `deadline_ms` after
    the first request the last answer decides.
    """

    until: tuple[AssertionSpec, ...] = ()
    interval_ms: int = 500
    multiplier: float = 1.5
    maximum_interval_ms: int = 10_000
    deadline_ms: int = 30_000

    @classmethod
    def from_document(cls, document: Document) -> "PollPolicy":
        """Read `poll` of a test; raise InvalidPlanError naming the field."""
        return cls(
            until=tuple(map(AssertionSpec.from_document, document.iter_documents("until"))),
            interval_ms=_read_interval(document, "interval_ms", 500),
            multiplier=_read_multiplier(document),
            maximum_interval_ms=_read_interval(document, "maximum_interval_ms", 10_000),
            deadline_ms=_read_bounded(document, "deadline_ms", 30_000, 1, LONGEST_POLL_MS),
        )


def _read_attempts(document: Document, default: int) -> int:
    return _read_bounded(document, "attempts", default, 1, MAXIMUM_ATTEMPTS)


def _read_milliseconds(document: Document, name: str, default: int) -> int:
    return _read_bounded(document, name, default, 0, LONGEST_DELAY_MS)


def _read_interval(document: Document, name: str, default: int) -> int:
    return _read_bounded(document, name, default, SHORTEST_INTERVAL_MS, LONGEST_DELAY_MS)


def _read_bounded(document: Document, name: str, default: int, lowest: int, highest: int) -> int:
    value = document.get_integer(name, default, minimum=lowest)
    if value > highest:
        raise InvalidPlanError(document.locate(name), f"must be at most {highest}, got {value}")
    return value


def _read_multiplier(document: Document) -> float:
    value = document.find_number("multiplier")
    if value is None:
        return 1.5
    if not 1 <= value <= HIGHEST_MULTIPLIER:
        raise InvalidPlanError(
            document.locate("multiplier"), f"must be from 1 to {HIGHEST_MULTIPLIER:g}, got {value}"
        )
    return value


def _read_failures(document: Document) -> frozenset[TransportFailure]:
    names = document.find_list("on")
    if names is None:
        return frozenset(TRANSPORT_FAILURES)
    unknown = [name for name in names if name not in TRANSPORT_FAILURES]
    if unknown:
        raise InvalidPlanError(
            document.locate("on"), f"must hold {', '.join(TRANSPORT_FAILURES)}, not {unknown[0]!r}"
        )
    return frozenset(failure for failure in TRANSPORT_FAILURES if failure in names)


def _read_statuses(document: Document) -> frozenset[int]:
    values = document.find_list("statuses")
    return RETRIED_STATUSES if values is None else frozenset(_iter_statuses(document, values))


def _iter_statuses(document: Document, values: list[JsonValue]) -> Iterator[int]:
    for index, value in enumerate(values):
        if isinstance(value, bool) or not isinstance(value, int) or not 100 <= value <= 599:
            raise InvalidPlanError(
                f"{document.locate('statuses')}[{index}]", f"must be a status code, not {value!r}"
            )
        yield value
