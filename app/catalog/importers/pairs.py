"""Names and values of queries, forms and headers, in which a name may come again."""

from typing import Any


def add_pair(pairs: dict[str, Any], name: str, value: object) -> None:
    """Add a value; those of a name that comes again become a list, as our requests have it."""
    if name not in pairs:
        pairs[name] = value
    elif isinstance(pairs[name], list):
        pairs[name].append(value)
    else:
        pairs[name] = [pairs[name], value]


class HeaderFields:
    """Headers whose names differ whatever the case of their letters; repeated ones are joined."""

    def __init__(self) -> None:
        self._fields: dict[str, tuple[str, list[str]]] = {}

    def add(self, name: str, value: str) -> None:
        """Add a header."""
        self._fields.setdefault(name.lower(), (name, []))[1].append(value)

    def to_headers(self) -> dict[str, str]:
        """Return them as a request has them."""
        return {name: ", ".join(values) for name, values in self._fields.values()}
