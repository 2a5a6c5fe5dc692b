"""JSON with `{{placeholders}}` in it, in texts or in place of whole values."""

import re
from typing import Final

from app.catalog.importers.composing.secrets import SecretHider
from app.catalog.importers.placeholders import find_only_name
from app.engine.json_values import JsonValue, parse_json

# Possessive, and satisfied by the end: a text is looked at once, however it is quoted.
_TOKEN: Final = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)|\{\{[^{}]{1,200}\}\}', re.DOTALL)
_MARK: Final = "\ue000"
_STAND_IN: Final = re.compile("\ue000([0-9]{1,9})\ue001")
_PLACEHOLDER: Final = re.compile(r"\{\{[^{}]{1,200}\}\}")


class JsonTemplate:
    """Parses such a text and gives its value with templates."""

    def __init__(self, hider: SecretHider) -> None:
        self._hider = hider
        self._names: list[str] = []

    def parse(self, source: str) -> JsonValue:
        """Return the value, templates in it; raise ValueError when it is not JSON."""
        if _MARK in source:
            message = "it has characters of a private use area"
            raise ValueError(message)
        text = _TOKEN.sub(self._protect, source)
        return self._restore(parse_json(text.encode(errors="replace")), "")

    def _protect(self, match: re.Match[str]) -> str:
        token = match[0]
        if token.startswith('"'):
            return _PLACEHOLDER.sub(self._keep, token)
        return f'"{_MARK}{self._keep(match)}"'

    def _keep(self, match: re.Match[str]) -> str:
        self._names.append(match[0])
        return f"{_MARK}{len(self._names) - 1}\ue001"

    def _restore(self, value: JsonValue, name: str) -> JsonValue:
        if isinstance(value, str):
            return self._restore_text(value, name)
        if isinstance(value, list):
            return [self._restore(item, name) for item in value]
        if isinstance(value, dict):
            restored: dict[str, JsonValue] = {}
            for key, item in value.items():
                written = self._hider.write("", self._put_back(key))
                restored[written] = self._restore(item, key)
            return restored
        return value

    def _restore_text(self, value: str, name: str) -> str:
        is_bare = value.startswith(_MARK * 2)
        source = self._put_back(value[1:] if is_bare else value)
        written = self._hider.write(name, source)
        is_text = not is_bare and find_only_name(source) and not written.startswith("{{env.")
        # A template that is alone keeps the type of its value; in quotes it was a text.
        return f"{written[:-2]} | string}}}}" if is_text else written

    def _put_back(self, text: str) -> str:
        return _STAND_IN.sub(lambda match: self._names[int(match[1])], text)
