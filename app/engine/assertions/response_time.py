"""How long the answer took, in milliseconds."""

from app.engine.assertions.predicate import Predicate, Reading
from app.engine.json_values import JsonValue
from app.engine.response import Response


def build_response_time_check(
    operator: str, expected: JsonValue, name: str | None = None
) -> Predicate:
    """Compare the time of the whole exchange."""
    return Predicate(
        name=name or "response time (ms)",
        type="response-time",
        operator=operator,
        read=_read,
        expected=expected,
    )


def _read(response: Response) -> Reading:
    return Reading(True, response.elapsed_ms)
