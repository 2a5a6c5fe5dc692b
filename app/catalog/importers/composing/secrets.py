"""Replaces what nobody else may read by secret variables without values."""

import re
from collections.abc import Iterator
from typing import Final

from app.catalog.importers.placeholders import Resolve, find_only_name, list_names, rewrite
from app.catalog.importers.sensitive import (
    is_secret_name,
    is_secret_value,
    replace_secret_values,
    split_credential,
)
from app.catalog.importers.variables import VariableBook

_PLACEHOLDER: Final = re.compile(r"(\{\{[^{}]{1,200}\}\})")
_PAIR: Final = re.compile(r'("([\w.-]{1,100})"\s{0,9}:\s{0,9}")((?:[^"\\]|\\.){1,9000})(?=")')
_ELEMENT: Final = re.compile(r"(<([\w.:-]{1,100})>)([^<>]{1,9000})(?=</)")
_FIELD: Final = re.compile(
    r"((?:^|[&;\s?])([\w.-]{1,100})\s{0,9}[=:]\s{0,9})([^&;\s\"'<>]{1,9000})"
)
_SHORTEST_SECRET: Final = 6


class SecretHider:
    """Writes templates; a literal that is a secret becomes a variable, named after its place."""

    def __init__(self, book: VariableBook, resolve: Resolve) -> None:
        self._book = book
        self._resolve = resolve

    def write(self, name: str, source: str) -> str:
        """Return the template for the value of a field; hidden when its name or looks say so."""
        if is_secret_name(name):
            return self.hide(name, source)
        if credential := split_credential(source):
            return f"{credential[0]}{self.hide(name or 'token', credential[1])}"
        return (
            self.hide(name, source) if is_secret_value(source) else rewrite(source, self._resolve)
        )

    def hide(self, name: str, source: str) -> str:
        """Return the template for a secret; its literal parts are variables from here on."""
        only = find_only_name(source)
        for used in [only] if only else list_names(source):
            if str(self._resolve(used)).startswith("env."):
                self._book.declare(used, is_secret=True)
        if not list_names(source):
            return f"{{{{{self._book.hide(source, name)}}}}}" if source else ""
        return "".join(self._hide_parts(name, source))

    def write_text(self, source: str) -> str:
        """Return the template for a text in which fields may have names: XML, JSON, a form."""
        hidden: dict[str, str] = {}

        def hide(literal: str, name: str = "body") -> str:
            mark = f"hidden {len(hidden)}"
            hidden[mark] = self._book.hide(literal, name)
            return f"{{{{{mark}}}}}"

        def replace(match: re.Match[str]) -> str:
            if not is_secret_name(match[2]) or list_names(match[3]):
                return match[0]
            return f"{match[1]}{hide(match[3], match[2])}"

        for pattern in (_PAIR, _ELEMENT, _FIELD):
            source = pattern.sub(replace, source)
        source = replace_secret_values(source, hide)
        return rewrite(source, lambda name: hidden.get(name) or self._resolve(name))

    def _hide_parts(self, name: str, source: str) -> Iterator[str]:
        for part in _PLACEHOLDER.split(source):
            is_literal = _PLACEHOLDER.fullmatch(part) is None
            if is_literal and len(part.strip()) >= _SHORTEST_SECRET:
                yield f"{{{{{self._book.hide(part, name)}}}}}"
            else:
                yield rewrite(part, self._resolve)
