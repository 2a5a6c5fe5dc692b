"""Joins what people changed with what the new version of a document changed."""

from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias, cast

_Names: TypeAlias = dict[str, Any]

_ABSENT: Final = object()


@dataclass(slots=True)
class Merge:
    """
    A three-way merge of JSON documents, name by name; lists are taken as a whole.

    `updated` names what came from the new version, `kept` what both changed, where the change of
    the person stays.
    """

    updated: list[str] = field(default_factory=list[str])
    kept: list[str] = field(default_factory=list[str])

    def merge(self, base: Any, mine: Any, theirs: Any, path: str = "") -> Any:
        """Return the present document (`mine`) with what changed between `base` and `theirs`."""
        present: Any = mine
        if theirs in (base, mine):
            return present
        if isinstance(mine, dict) and isinstance(theirs, dict):
            known = cast("_Names", base) if isinstance(base, dict) else {}
            return self._merge_names(known, cast("_Names", mine), cast("_Names", theirs), path)
        if mine == base:
            self.updated.append(path)
            return theirs
        self.kept.append(path)
        return present

    def _merge_names(self, base: _Names, mine: _Names, theirs: _Names, path: str) -> _Names:
        merged: _Names = {}
        for name in dict.fromkeys((*mine, *theirs)):
            place = f"{path}.{name}" if path else name
            value = self.merge(
                base.get(name, _ABSENT), mine.get(name, _ABSENT), theirs.get(name, _ABSENT), place
            )
            if value is not _ABSENT:
                merged[name] = value
        return merged
