"""Attributes that are computed when somebody asks."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Owner = TypeVar("Owner")
Value = TypeVar("Value")


class lazy(Generic[Owner, Value]):  # noqa: N801
    """
    A property that is computed once for each object.

    As functools.cached_property, without the lock of Python 3.11, which takes longer than most of
    what is computed; the objects are used by one task at a time.
    """

    def __init__(self, compute: Callable[[Owner], Value]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> "lazy[Owner, Value]": ...

    @overload
    def __get__(self, instance: Owner, owner: type[Any]) -> Value: ...

    def __get__(self, instance: Owner | None, owner: type[Any]) -> "Value | lazy[Owner, Value]":
        """The value, which from now on stands in its place."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
