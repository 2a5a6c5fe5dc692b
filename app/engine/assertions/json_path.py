"""Values of a JSON body, found by JSONPath."""

from app.engine.assertions.predicate import Predicate, Reading
from app.engine.json_path import CompiledPath, compile_path
from app.engine.json_values import JsonValue
from app.engine.response import Response
from app.engine.results import AssertionType

# These look at everything a query found; the others compare a single find by itself.
LIST_OPERATORS = ("contains", "length", "type")


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
    keeps_list = operator in LIST_OPERATORS or isinstance(expected, list)

    def read(response: Response) -> Reading:
        return _read(response, compiled, keeps_list=keeps_list)

    return Predicate(
        name=name or path, type=type_, operator=operator, read=read, expected=expected, path=path
    )


def _read(response: Response, path: CompiledPath, *, keeps_list: bool) -> Reading:
    if response.json_problem is not None:
        return Reading(False, absence=response.json_problem)
    found = path.select(response.json)
    if path.is_singular or (len(found) == 1 and not keeps_list):
        return Reading(bool(found), found[0] if found else None, "nothing is there in the body")
    # No match is a list of length 0 where the length is asked for, and nothing elsewhere.
    return Reading(bool(found) or keeps_list, list(found), "nothing is there in the body")
