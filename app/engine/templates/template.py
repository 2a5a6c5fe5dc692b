"""A compiled text: literal parts and expressions, in order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from app.engine.errors import TemplateError
from app.engine.json_values import JsonValue, render_text
from app.engine.templates.expressions import Expression, Reference
from app.engine.templates.paths import ValuePath, ValueSource

MAXIMUM_RENDERED_CHARACTERS = 10 * 1024 * 1024

Part: TypeAlias = str | ValuePath | Expression


@dataclass(frozen=True, slots=True)
class Template:
    """Parts that are texts are literal; a plain path needs no expression around it."""

    parts: tuple[Part, ...]

    @property
    def references(self) -> Iterator[Reference]:
        """Every path that is used."""
        for part in self.parts:
            if isinstance(part, ValuePath):
                yield Reference(part, is_optional=False)
            elif isinstance(part, Expression):
                yield from part.references

    @property
    def is_single_expression(self) -> bool:
        return len(self.parts) == 1 and not isinstance(self.parts[0], str)

    def render(self, source: ValueSource) -> JsonValue:
        """The text with values filled in; a template that is one expression keeps its type."""
        if len(self.parts) != 1:
            return self.render_text(source)
        part = self.parts[0]
        if isinstance(part, str):
            return part
        value = part.evaluate(source)
        source.evaluation.spend_on(value)
        return value

    def render_text(self, source: ValueSource) -> str:
        """The text with values filled in; objects and lists as JSON."""
        texts = [
            part if isinstance(part, str) else render_part(part, source) for part in self.parts
        ]
        size = sum(map(len, texts))
        if size > MAXIMUM_RENDERED_CHARACTERS:
            raise TemplateError(f"the text is over {MAXIMUM_RENDERED_CHARACTERS} characters")
        return "".join(texts)


def render_part(part: ValuePath | Expression, source: ValueSource) -> str:
    """The value of an expression as it reads inside a longer text."""
    text = render_text(part.evaluate(source))
    source.evaluation.spend(len(text))
    return text
