"""The arguments of a command: its options by name, in their order, and the addresses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.catalog.importers.composing.texts import invalid
from app.catalog.importers.curl.options import SHORT, WITH_VALUE
from app.catalog.importers.curl.shell import Word

URL: Final = "url"
NEXT: Final = "next"


@dataclass(frozen=True, slots=True)
class Option:
    """An option by its long name, and its value if it takes one."""

    name: str
    value: str
    line: int


@dataclass(slots=True)
class Transfer:
    """The options of the requests between two `--next`."""

    options: list[Option] = field(default_factory=list[Option])

    def list_values(self, *names: str) -> list[str]:
        """Return the values of options, in their order."""
        return [option.value for option in self.options if option.name in names]

    def find(self, *names: str) -> str | None:
        """Return the last value of an option."""
        values = self.list_values(*names)
        return values[-1] if values else None

    def has(self, name: str) -> bool:
        """Say whether an option is there; the last one counts, and may begin with `no-`."""
        states = [
            option.name == name for option in self.options if option.name in (name, f"no-{name}")
        ]
        return bool(states) and states[-1]


def read_transfers(words: Sequence[Word]) -> list[Transfer]:
    """Return the requests of one command; raise `DocumentInvalidError` for a missing value."""
    transfers = [Transfer()]
    for option in _Arguments(words).iter_options():
        if option.name == NEXT:
            transfers.append(Transfer())
        else:
            transfers[-1].options.append(option)
    return transfers


class _Arguments:
    def __init__(self, words: Sequence[Word]) -> None:
        self._words = iter(words)
        self._only_addresses = False

    def iter_options(self) -> Iterator[Option]:
        for word in self._words:
            text = word.text
            if self._only_addresses or not text.startswith("-") or text == "-":
                yield Option(URL, text, word.line)
            elif text == "--":
                self._only_addresses = True
            elif text.startswith("--"):
                yield self._read_long(text[2:], word.line)
            else:
                yield from self._iter_short(text[1:], word.line)

    def _read_long(self, written: str, line: int) -> Option:
        name, separator, value = written.partition("=")
        if name not in WITH_VALUE:
            return Option(written, "", line)
        return Option(name, value if separator else self._take_value(name, line), line)

    def _iter_short(self, letters: str, line: int) -> Iterator[Option]:
        """`-sSXPOST`: several letters, the last one perhaps with its value behind it."""
        for index, letter in enumerate(letters):
            name = NEXT if letter == ":" else SHORT.get(letter, letter)
            if name in WITH_VALUE:
                value = letters[index + 1 :] or self._take_value(name, line)
                yield Option(name, value, line)
                return
            yield Option(name, "", line)

    def _take_value(self, name: str, line: int) -> str:
        word = next(self._words, None)
        if word is None:
            raise invalid(f"The option --{name} has no value", line)
        return word.text
