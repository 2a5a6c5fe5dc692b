"""Headers of the response, by name without regard to case."""

from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.predicate import Predicate
from app.engine.json_values import JsonValue, render_text
from app.engine.reading import Reader, Reading, find_nothing
from app.engine.response import Response

# These look at the single values of a header; all others at one text, joined by commas.
LIST_OPERATORS = ("each", "unique", "sorted")


def build_header_check(
    header: str, operator: str, expected: JsonValue, name: str | None = None
) -> Predicate:
    """
    A list expected is compared with every value of the header, a text with all of them joined.

    A bare media type expected of Content-Type ignores parameters such as the charset.
    """
    is_number = isinstance(expected, int | float) and operator == "eq"
    wanted = render_text(expected) if is_number else expected
    return Predicate(
        name=name or f"header {header}",
        type="header",
        operator=operator,
        read=_build_reader(header, operator, wanted),
        expected=wanted,
        path=header,
    )


def _build_reader(header: str, operator: str, expected: JsonValue) -> Reader:
    is_equality = operator == "eq"
    takes_list = operator in LIST_OPERATORS or (is_equality and isinstance(expected, list))
    is_media_type = header.lower() == "content-type" and is_equality and ";" not in str(expected)

    def read(response: Response) -> Reading:
        value = response.headers.get(header.lower())
        if value is None:
            return find_nothing("the answer has no such header")
        if takes_list:
            return Reading(True, list[JsonValue](response.list_header(header)))
        return Reading(True, _get_media_type(value) if is_media_type else value)

    return read


def _get_media_type(value: str) -> str:
    return value.partition(";")[0].strip()


def declare(declaration: Declaration) -> Check:
    """An assertion of type `header`; `name` or `path` is the name of the header."""
    return build_header_check(
        declaration.require_name("a header"),
        declaration.choose_operator("eq"),
        declaration.expected,
        declaration.description,
    )
