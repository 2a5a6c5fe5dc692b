"""
The kinds of authentication: `jwt-hs256` is the class `Kind` of the module `jwt_hs256`.

A kind is imported when a test first uses it: some bring large libraries.
"""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from app.engine.authentication.authentication import Authentication

KINDS = tuple(sorted(module.name.replace("_", "-") for module in iter_modules(__path__)))


def find_kind(name: str) -> type[Authentication] | None:
    """The kind of this name; None when there is none."""
    return _load(name) if name in KINDS else None


@cache
def _load(name: str) -> type[Authentication]:
    kind: type[Authentication] = import_module(f"{__name__}.{name.replace('-', '_')}").Kind
    return kind
