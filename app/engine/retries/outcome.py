"""What an attempt came to, as far as it matters for another one."""

from dataclasses import dataclass

from app.engine.errors import TransportFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """
    `is_settled`: another attempt would change nothing, or what was polled for has come.

    `failure` is of the way to the target, `status_code` of an answer that did not pass;
    `retry_after` are the seconds that the target asked for.
    """

    is_settled: bool
    failure: TransportFailure | None = None
    status_code: int | None = None
    retry_after: float | None = None
