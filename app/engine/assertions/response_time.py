"""How long the answer took, in milliseconds."""

from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.predicate import Predicate
from app.engine.json_values import JsonValue
from app.engine.reading import Reading
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


def declare(declaration: Declaration) -> Check:
    """An assertion of type `response-time`; at most the expected time unless it says otherwise."""
    operator = declaration.choose_operator("le")
    return build_response_time_check(operator, declaration.expected, declaration.description)
