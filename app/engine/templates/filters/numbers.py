"""Filters that calculate."""

import operator
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from app.engine.templates.functions import (
    Filter,
    Function,
    InvalidArgumentError,
    check_number,
    read_number,
    read_whole,
)

_Number: TypeAlias = int | float

MAXIMUM_DECIMALS = 15


def _truncate(number: _Number) -> int:
    return int(number)


def _keep(number: _Number) -> _Number:
    return number


def _round(number: _Number, decimals: int = 0) -> _Number:
    if not 0 <= decimals <= MAXIMUM_DECIMALS:
        raise InvalidArgumentError(f"wants between 0 and {MAXIMUM_DECIMALS} decimals")
    return round(number, decimals) if decimals else round(number)


def _divide(number: _Number, divisor: _Number) -> _Number:
    if divisor == 0:
        raise InvalidArgumentError("cannot divide by 0")
    quotient = number / divisor
    return int(quotient) if quotient.is_integer() else quotient


def _calculate(name: str, compute: Callable[[_Number, _Number], _Number]) -> Filter:
    def run(number: _Number, other: _Number) -> _Number:
        try:
            return check_number(compute(number, other))
        except OverflowError:
            raise InvalidArgumentError("makes a number that is too large") from None

    return Filter(read_number, Function(f"{name}(2)", run, (read_number,), 1))


NUMBER_FILTERS: Final[Mapping[str, Filter]] = {
    "int": Filter(read_number, Function("int", _truncate)),
    "number": Filter(read_number, Function("number", _keep)),
    "round": Filter(read_number, Function("round(2)", _round, (read_whole,))),
    "add": _calculate("add", operator.add),
    "subtract": _calculate("subtract", operator.sub),
    "multiply": _calculate("multiply", operator.mul),
    "divide": _calculate("divide", _divide),
}
