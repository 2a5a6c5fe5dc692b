"""JSONPaths of hooks: compiled by the engine, with far less to spend than a test has."""

from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from app.engine.errors import InvalidExpectationError
from app.engine.json_path import PathLimitError, QueryLimits, compile_path, limiting_queries
from app.engine.json_values import JsonValue
from app.hooks.errors import HookMappingError

# A delivery is answered by the process that answers everybody else.
LIMITS: Final = QueryLimits(steps=10_000, pattern_seconds=0.02)
MAXIMUM_QUERIES: Final = 5


def _check_path(text: str) -> str:
    try:
        compile_path(text, "path")
    except InvalidExpectationError as error:
        raise ValueError(str(error)) from error
    return text


Path = Annotated[
    str,
    Field(min_length=1, max_length=500, examples=["$.release.tag_name"]),
    AfterValidator(_check_path),
]


def check_query_count(paths: Iterable[str]) -> None:
    """Raise `ValueError` for more queries than one delivery may cost; plain paths cost nothing."""
    queries = [text for text in paths if not compile_path(text, "path").is_singular]
    if len(queries) > MAXIMUM_QUERIES:
        message = f"at most {MAXIMUM_QUERIES} paths may have filters, wildcards, slices or '..'"
        raise ValueError(message)


def select_values(path: str, payload: JsonValue, field: str) -> list[JsonValue]:
    """Return what the path finds; raises `HookMappingError` naming the field it is for."""
    try:
        with limiting_queries(LIMITS):
            return compile_path(path, field).select(payload)
    except (InvalidExpectationError, PathLimitError) as error:
        raise HookMappingError(f"{field}: {path}: {error}.", field=field) from error
