"""Values of a JSON body, found by JSONPath."""

from typing import cast

from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.predicate import (
    Predicate,
    has_list_operand,
)
from app.engine.json_path import PathLimitError, compile_path
from app.engine.json_values import JsonValue
from app.engine.reading import Reading, give_up, meet_problem, read_found
from app.engine.response import Response
from app.engine.results import AssertionType


def build_json_path_check(
    path: str,
    operator: str,
    expected: JsonValue,
    *,
    type_: AssertionType,
    location: str,
    name: str | None = None,
) -> Predicate:
    """Raise InvalidExpectationError when the path is not a JSONPath."""
    compiled = compile_path(path, location)
    takes_list = has_list_operand(operator, expected)

    def read(response: Response) -> Reading:
        problem = response.json_problem
        if problem is not None:
            return meet_problem(problem)
        try:
            found = compiled.select(response.json)
        except PathLimitError as error:
            return give_up(str(error))
        return read_found(found, is_single=compiled.is_singular, takes_list=takes_list)

    return Predicate(
        name=name or path, type=type_, operator=operator, read=read, expected=expected, path=path
    )


def declare(declaration: Declaration) -> Check:
    """An assertion of type `jsonpath` or `custom`, or one of type `body` with a path."""
    return build_json_path_check(
        declaration.require_path("a JSONPath"),
        declaration.choose_operator("eq"),
        declaration.expected,
        type_=cast("AssertionType", declaration.type),
        location=f"{declaration.location}.path",
        name=declaration.description,
    )
