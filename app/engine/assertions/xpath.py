"""Values of an XML or HTML body, found by XPath."""

import re

from app.engine.assertions.declaration import Check, Declaration
from app.engine.assertions.predicate import (
    Predicate,
    has_list_operand,
)
from app.engine.json_path import PathLimitError
from app.engine.json_values import JsonValue
from app.engine.reading import Reading, give_up, meet_problem, read_found
from app.engine.response import Response
from app.engine.xml_path import BodyProblemError, compile_xml_path

_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]{1,300}(?:\.[0-9]{0,300})?|\.[0-9]{1,300})\s*")


def declare(declaration: Declaration) -> Check:
    """
    An assertion of type `xpath`; an element stands for the text in it.

    A text that is compared with a number and reads like one is taken as a number.
    """
    path = declaration.require_path("an XPath")
    operator = declaration.choose_operator("eq")
    compiled = compile_xml_path(path, f"{declaration.location}.path")
    takes_list = has_list_operand(operator, declaration.expected)
    takes_number = _is_numeric(declaration.expected)

    def read(response: Response) -> Reading:
        try:
            found, is_single = compiled.select(response)
        except BodyProblemError as error:
            return meet_problem(error.problem)
        except PathLimitError as error:
            return give_up(str(error))
        if takes_number:
            found = [_to_number(value) for value in found]
        return read_found(found, is_single=is_single, takes_list=takes_list)

    return Predicate(
        name=declaration.description or path,
        type="xpath",
        operator=operator,
        read=read,
        expected=declaration.expected,
        path=path,
    )


def _is_numeric(expected: JsonValue) -> bool:
    values = expected if isinstance(expected, list) and expected else [expected]
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _to_number(value: JsonValue) -> JsonValue:
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return value
    return float(value) if "." in value else int(value)
