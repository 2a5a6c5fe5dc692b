"""What the names in a collection stand for, request by request, in its order."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from app.catalog.importers.building import CaseDraft
from app.catalog.importers.model import Notice
from app.catalog.importers.placeholders import keep, list_names, rewrite
from app.catalog.importers.postman.dynamic import find_dynamic
from app.catalog.importers.secret_fields import hide_text
from app.catalog.importers.sensitive import is_secret_name, is_secret_value
from app.catalog.importers.variables import VariableBook, to_key

LONGEST_TEXT: Final = 1_000_000
MOST_EXPANSIONS: Final = 10
LARGEST_EXPANSION: Final = 20_000_000


class Scope:
    """
    Resolves `{{names}}`: what scripts set, captured values, dynamic values, variables.

    `uses` are the captures that the present request needs, with the cases that make them;
    `unknown` are variables that the collection says nothing about.
    """

    def __init__(
        self, book: VariableBook, values: Mapping[str, str], notices: list[Notice]
    ) -> None:
        self.book = book
        self.unknown: dict[str, None] = {}
        self._values = values
        self.uses: dict[str, CaseDraft] = {}
        self._notices = notices
        self._bound: dict[str, str] = {}
        self._captured: dict[str, CaseDraft] = {}
        self._told: set[str] = set()
        self._place = ""
        self._characters_left = LARGEST_EXPANSION

    def begin(self, place: str) -> None:
        """Go to the next request."""
        self.uses = {}
        self._place = place

    def set(self, name: str, text: str) -> None:
        """Let a variable stand for a text from now on; a secret stays a variable, without value."""
        if not list_names(text) and (is_secret_name(name) or is_secret_value(text)):
            self.unset(name)
            self.book.declare(name, is_secret=True)
        else:
            self._bound[name] = text[:LONGEST_TEXT]

    def unset(self, name: str) -> None:
        """Let a variable be that of the environment again."""
        self._bound.pop(name, None)

    def capture(self, name: str, draft: CaseDraft, spec: dict[str, Any]) -> None:
        """Let a variable stand for a part of the answer to a request."""
        if is_secret_name(name) or is_secret_name(str(spec.get("path", ""))):
            spec["secret"] = True
        path = draft.add_capture(to_key(name), spec if len(spec) > 1 else spec["path"])
        self._captured[path] = draft
        self._bound[name] = f"{{{{{path}}}}}"

    def forget(self, draft: CaseDraft) -> None:
        """The request is not imported after all, and captures nothing."""
        lost = {path for path, producer in self._captured.items() if producer is draft}
        for path in lost:
            del self._captured[path]
        for name in [name for name, text in self._bound.items() if lost & set(list_names(text))]:
            del self._bound[name]

    def is_captured(self, name: str) -> bool:
        """Say whether it names a captured value, which keeps its type."""
        return name in self._captured

    def is_own(self, name: str, draft: CaseDraft) -> bool:
        """Say whether it is what this very request captures."""
        return self._captured.get(name) is draft

    def expand(self, text: str) -> str:
        """Return the text with the variables replaced that scripts have set to texts."""
        for _ in range(MOST_EXPANSIONS):
            if not any(name in self._bound for name in list_names(text)):
                return text
            text = _replace_names(text, self._bound)
            self._characters_left -= len(text)
            if len(text) > LONGEST_TEXT or self._characters_left < 0:
                self.tell_once("", "Its variables stand for more text than can be imported.")
                return ""
        self.tell_once("", "Its variables stand for each other in a circle.")
        return text

    def render(self, text: str, change: Callable[[str], str] = keep) -> str:
        """Return the template for a text of the collection."""
        return rewrite(self.expand(text), self.resolve, change)

    def render_secret(self, name: str, text: str) -> str:
        """Return the template for the value of something that may be a secret, as its name says."""
        return self.render(self.hide(name, text))

    def hide(self, name: str, text: str) -> str:
        """Return the text, or the placeholder of a variable when it is a secret."""
        return hide_text(name, self.expand(text), self.book)

    def resolve(self, name: str) -> str | None:
        """Return the expression for a name; None when there is none."""
        producer = self._captured.get(name)
        if producer is not None:
            self.uses[name] = producer
            return name
        if not name.startswith("$"):
            return self._declare(name)
        dynamic = find_dynamic(name)
        if dynamic is None:
            self.tell_once(name, f"There is nothing like the dynamic variable {name} here.")
        return dynamic

    def tell_once(self, subject: str, text: str) -> None:
        """Note something about the present request, or once about a subject."""
        key = subject or f"{self._place} {text}"
        if key not in self._told:
            self._told.add(key)
            self._notices.append(Notice("not_imported", self._place, text))

    def _declare(self, name: str) -> str:
        if name not in self._values and not self.book.has(name):
            self.unknown.setdefault(name)
        path = self.book.declare(name, self._values.get(name))
        if path != f"env.{name}" and f"renamed {name}" not in self._told:
            self._told.add(f"renamed {name}")
            text = f"The variable {name} is called {path.removeprefix('env.')} here."
            self._notices.append(Notice("changed", self._place, text))
        return path


def _replace_names(text: str, bound: dict[str, str]) -> str:
    """Replace each placeholder once, from left to right, up to the limit of the length."""
    written: list[str] = []
    size = position = 0
    while (begin := text.find("{{", position)) >= 0 and size <= LONGEST_TEXT:
        end = text.find("}}", begin)
        if end < 0:
            break
        # The innermost braces are what a placeholder begins with.
        begin = text.rfind("{{", begin, end)
        value = bound.get(text[begin + 2 : end].strip(), text[begin : end + 2])
        written += (text[position:begin], value)
        size += len(value) + begin - position
        position = end + 2
    return "".join((*written, text[position:]))
