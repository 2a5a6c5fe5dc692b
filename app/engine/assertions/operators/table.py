"""All operators by name."""

from collections.abc import Mapping

from app.engine.assertions.operators.comparisons import COMPARISONS
from app.engine.assertions.operators.contents import CONTENTS
from app.engine.assertions.operators.each import build_each
from app.engine.assertions.operators.operator import PRESENCE_OPERATORS, Operator
from app.engine.assertions.operators.shapes import SHAPES
from app.engine.errors import InvalidExpectationError
from app.engine.json_values import JsonValue

_SIMPLE: Mapping[str, Operator] = {**COMPARISONS, **CONTENTS, **SHAPES}

OPERATORS: Mapping[str, Operator] = {**_SIMPLE, "each": build_each(_SIMPLE)}


def check_operator(name: str, expected: JsonValue, location: str) -> None:
    """Raise InvalidExpectationError when the operator is unknown or cannot take this value."""
    if name in PRESENCE_OPERATORS:
        return
    if name not in OPERATORS:
        known = ", ".join((*OPERATORS, *PRESENCE_OPERATORS))
        raise InvalidExpectationError(f"there is no operator '{name}'; there is {known}", location)
    problem = OPERATORS[name].find_misuse(expected)
    if problem is not None:
        raise InvalidExpectationError(problem, location)
