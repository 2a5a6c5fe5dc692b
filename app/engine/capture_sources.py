"""Where captures take their values from."""

from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias, get_args

from app.engine.deferred import Deferred
from app.engine.errors import InvalidExpectationError
from app.engine.json_path import PathLimitError, compile_path
from app.engine.json_values import JsonValue
from app.engine.reading import NOTHING_THERE, Reader, Reading, find_nothing, give_up, meet_problem
from app.engine.response import Response

CaptureSource: TypeAlias = Literal[
    "body", "xpath", "regex", "header", "cookie", "status", "duration", "text"
]
CAPTURE_SOURCES: tuple[CaptureSource, ...] = get_args(CaptureSource)

# They need no expression that says what to take.
WHOLE_SOURCES: tuple[CaptureSource, ...] = ("status", "duration", "text")

_find_pattern_fault: Callable[[str], str | None] = Deferred(
    "app.engine.patterns", "find_pattern_fault"
)
_find_group: Callable[[str, str], str | None] = Deferred("app.engine.patterns", "find_group")
_compile_xml_reader: Callable[[str, str], Reader] = Deferred(
    "app.engine.xml_path", "compile_xml_reader"
)


def build_reader(source: CaptureSource, expression: str, location: str) -> Reader:
    """Raise InvalidExpectationError for an expression that the source does not understand."""
    return _BUILDERS[source](expression, location)


def _read_body(expression: str, location: str) -> Reader:
    path = compile_path(expression, location)

    def read(response: Response) -> Reading:
        problem = response.json_problem
        if problem is not None:
            return meet_problem(problem)
        try:
            found = path.select(response.json)
        except PathLimitError as error:
            return give_up(str(error))
        if not found:
            return find_nothing(NOTHING_THERE)
        return Reading(True, found[0] if path.is_singular else found)

    return read


def _read_regex(expression: str, location: str) -> Reader:
    fault = _find_pattern_fault(expression)
    if fault is not None:
        raise InvalidExpectationError(fault, location)

    def read(response: Response) -> Reading:
        try:
            found = _find_group(expression, response.text)
        except TimeoutError:
            return give_up("the pattern takes too long in this body")
        return Reading(found is not None, found, "the pattern matches nothing in the body")

    return read


def _read_header(expression: str, _: str) -> Reader:
    def read(response: Response) -> Reading:
        value = response.headers.get(expression.lower())
        return Reading(value is not None, value, f"the answer has no header {expression}")

    return read


def _read_cookie(expression: str, _: str) -> Reader:
    def read(response: Response) -> Reading:
        cookie = response.cookies.get(expression)
        if cookie is None:
            return find_nothing(f"the answer sets no cookie {expression}")
        return Reading(True, cookie.value)

    return read


def _read_status(_: str, __: str) -> Reader:
    return lambda response: Reading(True, response.status_code)


def _read_duration(_: str, __: str) -> Reader:
    return lambda response: Reading(True, response.elapsed_ms)


def _read_text(_: str, __: str) -> Reader:
    def read(response: Response) -> Reading:
        problem = response.find_obstacle()
        return Reading(True, response.text) if problem is None else meet_problem(problem)

    return read


_BUILDERS: Mapping[CaptureSource, Callable[[str, str], Reader]] = {
    "body": _read_body,
    "xpath": _compile_xml_reader,
    "regex": _read_regex,
    "header": _read_header,
    "cookie": _read_cookie,
    "status": _read_status,
    "duration": _read_duration,
    "text": _read_text,
}


def holds_nul(value: JsonValue) -> bool:
    """Whether a NUL character, which the context cannot store, is in a text of the value."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, list):
        return any(map(holds_nul, value))
    if isinstance(value, dict):
        return any(holds_nul(name) or holds_nul(item) for name, item in value.items())
    return False
