"""Headers of the response, by name without regard to case."""

from app.engine.assertions.predicate import Predicate, Reading
from app.engine.json_values import JsonValue, render_text
from app.engine.response import Response


def build_header_check(
    header: str, operator: str, expected: JsonValue, name: str | None = None
) -> Predicate:
    """A bare media type expected of Content-Type ignores parameters such as the charset."""
    wanted = render_text(expected) if isinstance(expected, int | float) else expected
    ignores_parameters = (
        header.lower() == "content-type"
        and operator == "eq"
        and isinstance(wanted, str)
        and ";" not in wanted
    )

    def read(response: Response) -> Reading:
        value = response.headers.get(header.lower())
        if value is not None and ignores_parameters:
            value = value.partition(";")[0].strip()
        return Reading(value is not None, value, "the answer has no such header")

    return Predicate(
        name=name or f"header {header}",
        type="header",
        operator=operator,
        read=read,
        expected=wanted,
        path=header,
    )
