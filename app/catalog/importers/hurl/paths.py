"""JSONPaths of Hurl as RFC 9535 has them."""

import re
from typing import Final

from app.catalog.importers.hurl.scope import UnmappedError
from app.engine.errors import InvalidExpectationError
from app.engine.json_path import CompiledPath, compile_path

_LONGEST: Final = 2_000
# Texts and brackets stay; a name that is no shorthand is put in brackets.
_TOKEN: Final = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\[[^\[\]'\"]*\]|\.(?=\[)|(\.{1,2})([^\s.\[\]()'\"*?@=<>!&|,]+)"
)
_PLACEHOLDER: Final = re.compile(r"\{\{[^{}]{1,200}\}\}")
# Fits where a number does and where a text does.
_ANY_VALUE: Final = "7"
_SHORTHAND: Final = re.compile(r"[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*")


def convert_path(written: str) -> str:
    """
    Return the path in the words of RFC 9535, placeholders in it.

    Raises `UnmappedError` when there are none.
    """
    text = written.strip()
    if len(text) > _LONGEST:
        message = f"A JSONPath of more than {_LONGEST} characters."
        raise UnmappedError(message)
    converted = _TOKEN.sub(_convert, text if text.startswith("$") else f"$.{text}")
    compile_converted(converted)
    return converted


def compile_converted(path: str) -> CompiledPath:
    """Compile a path; raise `UnmappedError` when it is none, whatever its placeholders are."""
    try:
        return compile_path(_PLACEHOLDER.sub(_ANY_VALUE, path), "path")
    except InvalidExpectationError as error:
        message = "A JSONPath that RFC 9535 does not know."
        raise UnmappedError(message) from error


def append_path(path: str, rest: str) -> str:
    """Return the path of what a second path finds in the value of the first."""
    joined = path + convert_path(rest)[1:]
    compile_converted(joined)
    return joined


def append_index(path: str, index: int) -> str | None:
    """Return the path of one of the entries of a list; None when a path finds many values."""
    return f"{path}[{index}]" if compile_converted(path).is_singular else None


def _convert(match: re.Match[str]) -> str:
    if match[0] == ".":
        return ""
    if match[2] is None or _SHORTHAND.fullmatch(match[2]):
        return match[0]
    descent = ".." if match[1] == ".." else ""
    return f"{descent}['{match[2]}']"
