"""Operators of assertions: what they mean, and how a failure reads."""

from app.engine.assertions.operators.operator import PRESENCE_OPERATORS, Operator, cut, show
from app.engine.assertions.operators.table import OPERATORS, check_operator

__all__ = ["OPERATORS", "PRESENCE_OPERATORS", "Operator", "check_operator", "cut", "show"]
