"""What placeholders of a collection stand for, from request to request."""

import re
from collections.abc import Iterable
from typing import Final

from app.catalog.importers.bruno.model import Collection, Variable
from app.catalog.importers.building import CaseDraft
from app.catalog.importers.sensitive import is_secret_name, is_secret_value
from app.catalog.importers.sequencing import Sequencer
from app.catalog.importers.variables import VariableBook
from app.engine.templates.dynamic_values import DYNAMIC_VALUES

_PLACEHOLDER: Final = re.compile(r"\{\{([^{}]{1,200})\}\}")
_PROCESS: Final = "process.env."
_LONGEST_INLINE: Final = 10_000
_MOST_INLINE: Final = 500


class Scope:
    """Captured values come first, then what the collection and its first environment say."""

    def __init__(self, collection: Collection, book: VariableBook) -> None:
        self._book = book
        self._known: dict[str, Variable] = {}
        for environment in (collection.variables, *_list_first(collection)):
            self._known |= {variable.name: variable for variable in environment}
        self._captured: dict[str, tuple[str, CaseDraft]] = {}
        self._sequencer = Sequencer()
        self._used: dict[str, None] = {}

    def resolve(self, name: str) -> str | None:
        """Return the expression for what stands in a placeholder; None for an unknown `$name`."""
        if name.startswith("$"):
            return name if name[1:] in DYNAMIC_VALUES else None
        if name in self._captured:
            self._used[name] = None
            return self._captured[name][0]
        known = self._known.get(name)
        if known is None:
            return self._book.declare(name.removeprefix(_PROCESS))
        return self._book.declare(name, known.value, is_secret=known.is_secret)

    def find_value(self, name: str) -> str | None:
        """Return the value of a variable, unless it is a secret."""
        known = self._known.get(name)
        return known.value if known and not known.is_secret else None

    def require_used(self, draft: CaseDraft) -> None:
        """Make a case run behind those whose captures it uses, and behind others that use them."""
        for name in self._used:
            path, producer = self._captured[name]
            draft.require(producer.key, "data")
            self._sequencer.use(path, draft)

    def forget_used(self) -> None:
        """Begin with the next request."""
        self._used.clear()

    def keep(self, name: str, path: str, producer: CaseDraft) -> None:
        """From now on a name is what a request has captured."""
        self._captured[name] = (path, producer)
        self._sequencer.begin(path, producer)


def _list_first(collection: Collection) -> list[tuple[Variable, ...]]:
    return [environment.variables for environment in collection.environments[:1]]


class Inliner:
    """Puts the values of a request's own variables where their names are; secrets stay names."""

    def __init__(self, variables: Iterable[Variable]) -> None:
        self._values: dict[str, str] = {}
        for variable in list(variables)[:_MOST_INLINE]:
            value = self.inline(variable.value or "")
            is_secret = variable.is_secret or is_secret_name(variable.name)
            if not is_secret and not is_secret_value(value) and len(value) <= _LONGEST_INLINE:
                self._values[variable.name] = value

    def inline(self, text: str) -> str:
        """Return a text with values for names."""
        if not self._values or "{{" not in text:
            return text
        return _PLACEHOLDER.sub(self._replace, text)

    def _replace(self, match: re.Match[str]) -> str:
        return self._values.get(match[1].strip(), match[0])
