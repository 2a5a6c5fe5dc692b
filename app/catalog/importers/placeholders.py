"""Turns the `{{placeholders}}` of other tools into our templates."""

import re
from collections.abc import Callable
from typing import Final

_PLACEHOLDER: Final = re.compile(r"\{\{([^{}]{1,200})\}\}")

_TROUBLESOME: Final = {"{": '{{"{"}}', "\\": '{{"\\\\"}}'}

# Gives the expression for the name of a placeholder (`env.name`); None when there is none for it.
Resolve = Callable[[str], str | None]


def escape(text: str) -> str:
    """Return a text that is the same when it is read as a template."""
    return text.replace("{{", "\\{{")


def keep(text: str) -> str:
    """Return the text as it is."""
    return text


def rewrite(text: str, resolve: Resolve, change: Callable[[str], str] = keep) -> str:
    """Return the template for a text; `change` is for what stands between placeholders."""
    written: list[str] = []
    position = 0
    for match in _PLACEHOLDER.finditer(text):
        literal = escape(change(text[position : match.start()]))
        expression = resolve(match[1].strip())
        if expression is None:
            written += (literal, escape(match[0]))
        else:
            written += (_close(literal), f"{{{{{expression}}}}}")
        position = match.end()
    written.append(escape(change(text[position:])))
    return "".join(written)


def _close(literal: str) -> str:
    """A brace or backslash right before a template would be read as a part of it."""
    last = _TROUBLESOME.get(literal[-1:])
    return literal if last is None else literal[:-1] + last


def list_names(text: str) -> list[str]:
    """Return the names in the placeholders of a text."""
    return [name.strip() for name in _PLACEHOLDER.findall(text)]


def find_only_name(text: str) -> str | None:
    """Return the name when a text is one placeholder and nothing else."""
    match = _PLACEHOLDER.fullmatch(text.strip())
    return match[1].strip() if match else None
