"""XPath 1.0 over XML and HTML bodies: no entities, no network, bounded work."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from lxml import etree

from app.engine.errors import InvalidExpectationError
from app.engine.json_path import PathLimitError
from app.engine.json_values import JsonValue
from app.engine.reading import Reader, Reading, give_up, meet_problem, read_found
from app.engine.response import BodyProblem, Response

MAXIMUM_PATH_CHARACTERS = 500

# Of elements for one answer: as many as take about a second, or some seconds at the very worst.
MAXIMUM_VISITS = 10_000_000
MAXIMUM_MERGED = 30_000

# The prefix of the names that a document leaves without one.
DEFAULT_PREFIX = "_"

HTML_TYPES = ("text/html",)

_QUOTED = re.compile(r"""'[^']*'|"[^"]*\"""")
_BESIDE = re.compile(r"\b(?:following|preceding)-sibling\s*::")
_SIDEWAYS = re.compile(r"\b(?:following|preceding)\s*::")
_DOCUMENT_WIDE = re.compile(r"//|\b(?:descendant|ancestor)(?:-or-self)?\s*::")
_UPWARDS = re.compile(r"\.\.|\||\b(?:parent|ancestor|ancestor-or-self)\s*::")
_COUNT_ELEMENTS = etree.XPath("count(//*)")
_READ_TEXT = etree.XPath("string()")


@dataclass(frozen=True, slots=True)
class XmlBody:
    """A parsed document; `namespaces` are those it declares, by prefix."""

    root: Any
    namespaces: tuple[tuple[str, str], ...]
    elements: int


@dataclass(frozen=True, slots=True)
class XmlPath:
    """An XPath; prefixes are those of the document it is asked about, `_` for names without one."""

    text: str
    weight: int
    merges: bool

    def select(self, response: Response) -> tuple[list[JsonValue], bool]:
        """
        The values found, and whether the path names one value at most (as `count(//a)` does).

        Raises BodyProblemError when the body is not XML, PathLimitError for too much work.
        """
        body = response.interpret(read_xml)
        if isinstance(body, BodyProblem):
            raise BodyProblemError(body)
        is_heavy = body.elements ** (1 + self.weight) > MAXIMUM_VISITS
        if is_heavy or (self.merges and body.elements > MAXIMUM_MERGED):
            raise PathLimitError(f"the XPath takes too long in a body of {body.elements} elements")
        try:
            found: Any = _compile(self.text, body.namespaces)(body.root)
        except etree.XPathError as error:
            known = ", ".join(prefix for prefix, _ in body.namespaces) or "none"
            raise PathLimitError(f"{error} (prefixes of the document: {known})") from error
        if isinstance(found, list):
            return list(map(_to_value, cast("list[Any]", found))), False
        return _to_single(found), True


class BodyProblemError(Exception):
    """The body cannot be read as XML."""

    def __init__(self, problem: BodyProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def compile_xml_path(text: str, location: str) -> XmlPath:
    """Raise InvalidExpectationError for what is not an XPath."""
    if len(text) > MAXIMUM_PATH_CHARACTERS:
        raise InvalidExpectationError(
            f"an XPath may have {MAXIMUM_PATH_CHARACTERS} characters", location
        )
    try:
        _compile(text, ())
    except (etree.XPathError, ValueError) as error:
        raise InvalidExpectationError(f"'{text}' is not an XPath: {error}", location) from error
    bare = _QUOTED.sub("''", text)
    return XmlPath(text, _weigh(bare), _merges(bare))


@lru_cache(maxsize=1024)
def _compile(text: str, namespaces: tuple[tuple[str, str], ...]) -> etree.XPath:
    # EXSLT would bring regular expressions without a time limit.
    return etree.XPath(text, namespaces=dict(namespaces), regexp=False, smart_strings=False)


def _weigh(text: str) -> int:
    """How often the path looks at the whole document for one element, as a power of its size."""
    in_predicates = re.sub(r"^[^\[]*|\][^\[\]]*(?=\[|$)", "", text)
    beside, sideways = len(_BESIDE.findall(text)), len(_SIDEWAYS.findall(text))
    return beside + 2 * sideways + len(_DOCUMENT_WIDE.findall(in_predicates))


def _merges(text: str) -> bool:
    """Whether it joins sets of elements, which takes the square of their number."""
    return len(_DOCUMENT_WIDE.findall(text)) > 1 or _UPWARDS.search(text) is not None


def read_xml(response: Response) -> XmlBody | BodyProblem:
    """Parse the body, HTML where the target says so; a problem is noted in the response."""
    outcome = response.find_obstacle() or _parse(response)
    if isinstance(outcome, BodyProblem):
        response.note(outcome)
    return outcome


def _parse(response: Response) -> XmlBody | BodyProblem:
    body = response.received.body
    is_html = response.media_type in HTML_TYPES
    if not is_html and b"<!ENTITY" in body.replace(b"\x00", b""):
        return BodyProblem(
            "the body declares XML entities, which are not read",
            "Let the target send its XML without a DTD.",
        )
    try:
        root = etree.fromstring(body, _build_parser(response.charset, is_html=is_html))
    except (etree.XMLSyntaxError, ValueError) as error:
        return BodyProblem(
            f"the body is not XML: {str(error).partition(chr(10))[0]}",
            "The target sends malformed XML, or something else: look at its Content-Type.",
        )
    return XmlBody(root, _find_namespaces(root), int(_COUNT_ELEMENTS(root)))


def _build_parser(charset: str | None, *, is_html: bool) -> Any:
    if is_html:
        return etree.HTMLParser(encoding=charset, no_network=True, huge_tree=False)
    return etree.XMLParser(
        encoding=charset,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
    )


def _find_namespaces(root: Any) -> tuple[tuple[str, str], ...]:
    """Every prefix that the document declares; the outermost declaration counts."""
    namespaces: dict[str, str] = {}
    events = cast("Iterable[tuple[str, tuple[str, str]]]", etree.iterwalk(root, ("start-ns",)))
    for _, (prefix, uri) in events:
        if uri:
            namespaces.setdefault(prefix or DEFAULT_PREFIX, uri)
    return tuple(namespaces.items())


def _to_value(item: Any) -> JsonValue:
    """Elements as the text in them, all others as they are."""
    if isinstance(item, str):
        return item
    if isinstance(item, tuple):  # a namespace: its prefix and its URI
        return str(cast("tuple[Any, ...]", item)[-1])
    return str(_READ_TEXT(item))


def _to_single(found: Any) -> list[JsonValue]:
    """Whole numbers as such; what is not a number is nothing."""
    if isinstance(found, bool):
        return [found]
    if isinstance(found, float):
        if not math.isfinite(found):
            return []
        return [int(found) if found.is_integer() else found]
    return [str(found)]


def compile_xml_reader(text: str, location: str) -> Reader:
    """What a capture takes by XPath: a value, or a list when the path finds several."""
    path = compile_xml_path(text, location)

    def read(response: Response) -> Reading:
        try:
            found, is_single = path.select(response)
        except BodyProblemError as error:
            return meet_problem(error.problem)
        except PathLimitError as error:
            return give_up(str(error))
        return read_found(found, is_single=is_single, takes_list=False)

    return read
