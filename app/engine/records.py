"""Records: what is made for every test, read by many and changed by nobody."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def record(cls: type[_Class]) -> type[_Class]:
    """
    A dataclass with slots and keyword arguments that the type checker keeps anybody from changing.

    Python does not watch it as it does a frozen dataclass: making one of those takes three times
    as long, which was a sixth of all the engine did for a test.
    """
    return dataclass(slots=True, kw_only=True)(cls)
