"""The variables of a document, by names that environments can have."""

import re
from collections import defaultdict
from typing import Final

from app.catalog.importers.model import ImportedVariable
from app.catalog.importers.sensitive import is_secret_name, is_secret_value

LONGEST_KEY: Final = 100
LARGEST_VALUE: Final = 65_536
_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_OTHER: Final = re.compile(r"[^A-Za-z0-9_]+")
_WORD_START: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class VariableBook:
    """Variables that cases use as `{{env.key}}`; secrets never have a value here."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}
        self._literals: dict[tuple[str, str], str] = {}
        self._variables: dict[str, ImportedVariable] = {}
        self._numbers: defaultdict[str, int] = defaultdict(int)
        self._taken: set[str] = set()

    @property
    def variables(self) -> tuple[ImportedVariable, ...]:
        """All of them, in the order in which they were met."""
        return tuple(self._variables.values())

    def get_key(self, name: str) -> str:
        """Return the key by which a variable of the document is known here."""
        key = self._keys.get(name)
        if key is None:
            key = self._keys[name] = self._make_key(name)
        return key

    def has(self, name: str) -> bool:
        """Say whether a variable of the document is known."""
        return name in self._keys

    def declare(
        self,
        name: str,
        value: str | None = None,
        *,
        is_secret: bool = False,
        description: str | None = None,
    ) -> str:
        """
        Return the path of a variable (`env.name`), adding what is known of it.

        A variable that is once a secret stays one, and loses its value.
        """
        key = self.get_key(name)
        known = self._variables.get(key)
        hidden = is_secret or is_secret_name(name) or bool(value and is_secret_value(value))
        hidden = hidden or bool(known and known.is_secret)
        kept = value if value is not None else known and known.value
        self._variables[key] = ImportedVariable(
            key,
            value=None if hidden or (kept and len(kept.encode()) > LARGEST_VALUE) else kept,
            is_secret=hidden,
            description=description or (known and known.description),
        )
        return f"env.{key}"

    def hide(self, literal: str, name: str, description: str | None = None) -> str:
        """Return the path of a secret variable in place of a literal; the same literal, the same one."""
        words = to_key(_WORD_START.sub("_", name)).upper()
        if (words, literal) not in self._literals:
            key = self._literals[words, literal] = self._make_key(words)
            self._keys.setdefault(key, key)
        key = self._literals[words, literal]
        self._variables.setdefault(
            key, ImportedVariable(key, is_secret=True, description=description)
        )
        return f"env.{key}"

    def _make_key(self, name: str) -> str:
        base = to_key(name)
        key = base
        while key in self._taken:
            self._numbers[base] += 1
            key = f"{base[: LONGEST_KEY - 10]}_{self._numbers[base] + 1}"
        self._taken.add(key)
        return key


def to_key(name: str) -> str:
    """Return a name as an environment can have it: `base-url` is `base_url`."""
    if _KEY.fullmatch(name):
        return name
    key = _OTHER.sub("_", name[: 2 * LONGEST_KEY]).strip("_")[: LONGEST_KEY - 10] or "variable"
    return f"_{key}" if key[0].isdigit() else key
