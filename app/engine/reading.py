"""What was read from a response: a value, or why there is none."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from app.engine.json_values import JsonValue
from app.engine.response import BodyProblem, Response

NOTHING_THERE = "nothing is there in the body"


class Reading(NamedTuple):
    """
    What was found; `absence` says why there is nothing.

    One that is not `readable` could not be looked for, which is not the same as being absent.
    """

    is_present: bool
    value: JsonValue = None
    absence: str = "it is not there"
    is_readable: bool = True


Reader: TypeAlias = Callable[[Response], Reading]


def find_nothing(absence: str) -> Reading:
    """What was looked for is not there."""
    return Reading(False, None, absence)


def give_up(reason: str) -> Reading:
    """It could not be looked for."""
    return Reading(False, None, reason, False)


def meet_problem(problem: BodyProblem) -> Reading:
    """The body cannot be read: nothing is in an empty one, and nobody knows what is in another."""
    return Reading(False, None, problem.message, problem.is_empty)


def read_found(found: list[JsonValue], *, is_single: bool, takes_list: bool) -> Reading:
    """What a query found; one that `is_single` never finds several."""
    if is_single or (len(found) == 1 and not takes_list):
        return Reading(bool(found), found[0] if found else None, NOTHING_THERE)
    return Reading(bool(found) or takes_list, found, NOTHING_THERE)
