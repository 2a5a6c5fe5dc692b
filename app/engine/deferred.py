"""Functions of modules whose libraries take long to load: imported when first called."""

from collections.abc import Callable
from functools import cached_property
from importlib import import_module
from typing import Any


class Deferred:
    """
    Stands for a function of a module that few tests need, in a table or a constant.

    python-jsonpath, regex, lxml and jsonschema-rs take 30 to 140 ms each to import.
    """

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """Call the function."""
        return self.target(*arguments, **options)

    @cached_property
    def target(self) -> Callable[..., Any]:
        """The function itself."""
        return getattr(import_module(self._module), self._name)
