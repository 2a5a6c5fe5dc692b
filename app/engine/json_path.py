"""JSONPath (RFC 9535), compiled once per text."""

from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from jsonpath import CompoundJSONPath, JSONPath, JSONPathEnvironment
from jsonpath.exceptions import JSONPathError

from app.engine.errors import InvalidExpectationError
from app.engine.json_values import JsonValue, render_json
from app.engine.patterns import BoundedMatch, BoundedSearch

MAXIMUM_PATH_CHARACTERS = 2_000

_ENVIRONMENT = JSONPathEnvironment(strict=True)
_ENVIRONMENT.function_extensions["match"] = BoundedMatch()
_ENVIRONMENT.function_extensions["search"] = BoundedSearch()


@dataclass(frozen=True, slots=True)
class CompiledPath:
    """A query; a singular one names at most one value whatever the document holds."""

    query: JSONPath | CompoundJSONPath
    text: str
    is_singular: bool

    def select(self, document: JsonValue) -> list[JsonValue]:
        """The values found, in document order; nothing when the document defeats the query."""
        # The library would parse a text as JSON, so a document that is a text is handed over as such.
        subject = render_json(document) if isinstance(document, str) else document
        try:
            return cast("list[JsonValue]", self.query.findall(subject))
        except (JSONPathError, RecursionError):
            return []


@lru_cache(maxsize=4096)
def _compile(text: str) -> CompiledPath:
    query = _ENVIRONMENT.compile(text)
    return CompiledPath(query, text, isinstance(query, JSONPath) and query.singular_query())


def compile_path(text: str, location: str) -> CompiledPath:
    """Compile a JSONPath; InvalidExpectationError says what is wrong with it."""
    if len(text) > MAXIMUM_PATH_CHARACTERS:
        raise InvalidExpectationError(
            f"a JSONPath may have {MAXIMUM_PATH_CHARACTERS} characters", location
        )
    try:
        return _compile(text)
    except (JSONPathError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise InvalidExpectationError(f"'{text}' is not a JSONPath: {reason}", location) from error
