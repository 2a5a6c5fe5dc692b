"""Who requires whom, without cycles."""

from collections import defaultdict


class Graph:
    """Edges from keys of cases to the keys that they require."""

    def __init__(self) -> None:
        self._required: defaultdict[str, set[str]] = defaultdict(set)

    def add(self, dependent: str, required: str) -> bool:
        """Add an edge, unless it would close a cycle; say whether it is there."""
        waiting, seen = [required], set[str]()
        while waiting:
            key = waiting.pop()
            if key == dependent:
                return False
            if key not in seen:
                seen.add(key)
                waiting += self._required[key]
        self._required[dependent].add(required)
        return True
