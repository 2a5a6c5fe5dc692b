r"""
Templates: texts with `{{path}}` expressions, read by a parser that runs no code.

`\{{` is a literal `{{`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from app.engine.errors import TemplateError
from app.engine.json_values import JsonValue, render_text
from app.engine.templates.paths import ValuePath, ValueSource, parse_path

MAXIMUM_RENDERED_CHARACTERS = 10 * 1024 * 1024

OPEN = "{{"
_CLOSE = "}}"


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled text: literal parts and paths, in order."""

    parts: tuple[str | ValuePath, ...]

    @property
    def paths(self) -> Iterator[ValuePath]:
        return (part for part in self.parts if isinstance(part, ValuePath))

    @property
    def is_single_expression(self) -> bool:
        return len(self.parts) == 1 and isinstance(self.parts[0], ValuePath)

    def render(self, source: ValueSource) -> JsonValue:
        """The text with values filled in; a template that is one expression keeps its type."""
        first = self.parts[0] if len(self.parts) == 1 else None
        if isinstance(first, ValuePath):
            return source.resolve(first)
        return self.render_text(source)

    def render_text(self, source: ValueSource) -> str:
        """The text with values filled in; objects and lists as JSON."""
        texts: list[str] = []
        size = 0
        for part in self.parts:
            text = part if isinstance(part, str) else render_text(source.resolve(part))
            size += len(text)
            if size > MAXIMUM_RENDERED_CHARACTERS:
                raise TemplateError(f"the text is over {MAXIMUM_RENDERED_CHARACTERS} characters")
            texts.append(text)
        return "".join(texts)


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """Compile a text; raise TemplateError for a malformed expression."""
    parts: list[str | ValuePath] = []
    literal: list[str] = []
    position = 0
    while (start := text.find(OPEN, position)) >= 0:
        if start > position and text[start - 1] == "\\":
            literal += (text[position : start - 1], OPEN)
            position = start + len(OPEN)
            continue
        end = text.find(_CLOSE, start)
        if end < 0:
            raise TemplateError(f"'{{{{' at character {start + 1} is never closed by '}}}}'")
        literal.append(text[position:start])
        _flush(literal, parts)
        parts.append(parse_path(text[start + len(OPEN) : end].strip()))
        position = end + len(_CLOSE)
    literal.append(text[position:])
    _flush(literal, parts)
    return Template(tuple(parts))


def _flush(literal: list[str], parts: list[str | ValuePath]) -> None:
    if text := "".join(literal):
        parts.append(text)
    literal.clear()
