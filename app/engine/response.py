"""A received response as assertions and captures read it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from app.core.lazy import lazy
from app.engine.cookies import SetCookie, parse_set_cookies
from app.engine.json_values import JsonValue, find_repeated_name, parse_json
from app.engine.transport import ReceivedResponse

UTF_8 = "utf-8"
MAXIMUM_SEARCHED_BYTES = 1_000_000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# Beginnings of names of encodings of texts; Python knows others, which are none or take long.
CHARSETS = (
    *("utf-16", "utf-32", "us-ascii", "iso-8859-", "windows-125", "koi8-"),
    *("shift_jis", "euc-", "iso-2022-jp", "gb2312", "gbk", "gb18030", "big5"),
)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class BodyProblem:
    """Why a body cannot be read as what a check needs, and what can be done about it."""

    message: str
    suggested_fix: str
    is_empty: bool = False


class Response:
    """Reads headers without regard to case and parses the body at most once."""

    def __init__(self, received: ReceivedResponse) -> None:
        self.received = received
        # The first that a check met, if any.
        self.problem: BodyProblem | None = None
        self._interpretations: dict[Callable[..., Any], Any] = {}

    @property
    def status_code(self) -> int:
        return self.received.status_code

    @property
    def elapsed_ms(self) -> float:
        return self.received.elapsed_ms

    @lazy
    def headers(self) -> dict[str, str]:
        """Lower-case names; values of a repeated header are joined by commas."""
        headers: dict[str, str] = {}
        for name, value in self.received.headers:
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        return headers

    def list_header(self, name: str) -> list[str]:
        """Every value of a header, in the order they came."""
        wanted = name.lower()
        return [value for key, value in self.received.headers if key.lower() == wanted]

    @lazy
    def cookies(self) -> dict[str, SetCookie]:
        """What the answer sets, by name."""
        return parse_set_cookies(self.list_header("set-cookie"))

    @lazy
    def media_type(self) -> str:
        """Content-Type in lower case without its parameters; empty when there is none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @lazy
    def text(self) -> str:
        """The body as text; bytes that cannot be decoded become replacement characters."""
        return self._content.decode(self.charset or UTF_8, errors="replace")

    @lazy
    def is_text(self) -> bool:
        """Whether every byte of the body could be decoded."""
        try:
            self._content.decode(self.charset or UTF_8)
        except UnicodeDecodeError:
            return False
        return True

    @property
    def _content(self) -> bytes:
        """The body without the mark of its byte order; Python's own codec for both is slow."""
        return self.received.body.removeprefix(BYTE_ORDER_MARK)

    @property
    def charset(self) -> str | None:
        """The encoding that Content-Type names, when it is one of texts; None otherwise."""
        parameters = self.headers.get("content-type", "").lower().split(";")[1:]
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            charset = value.strip().strip('"')
            if name.strip() == "charset" and charset.startswith(CHARSETS):
                return charset if _is_known(charset) else None
        return None

    @property
    def json_problem(self) -> BodyProblem | None:
        """Why the body cannot be used as JSON, or None when it can."""
        return self._parsed[1]

    @property
    def json(self) -> JsonValue:
        """The parsed body; null when there is a `json_problem`."""
        return self._parsed[0]

    @lazy
    def _parsed(self) -> tuple[JsonValue, BodyProblem | None]:
        problem = self.find_obstacle()
        if problem is None:
            try:
                return parse_json(self._content), None
            except ValueError as error:
                problem = self._explain_parsing(error)
        self.note(problem)
        return None, problem

    def find_repeated_name(self) -> str | None:
        """A name that an object of the JSON body has twice, if that is not too large to be searched."""
        is_large = len(self.received.body) > MAXIMUM_SEARCHED_BYTES
        if is_large or self.json_problem is not None:
            return None
        return find_repeated_name(self._content)

    def find_obstacle(self) -> BodyProblem | None:
        """Why the body cannot be parsed as anything at all."""
        body = self.received.body
        if self.received.is_truncated:
            return BodyProblem(
                f"the body was cut after {len(body)} bytes",
                "Raise transfer.maximum_body_bytes of the test, or ask the target for less.",
            )
        if not body:
            return BodyProblem(
                "the body is empty",
                "Find out why the target answers without a body, or expect none.",
                is_empty=True,
            )
        return None

    def _explain_parsing(self, error: ValueError) -> BodyProblem:
        if "json" in self.media_type or not self.media_type:
            advice = "The target sends malformed JSON: correct it there."
        else:
            advice = (
                f"The target says that this is {self.media_type}: "
                "check the address, the Accept header, and what stands before the target."
            )
        return BodyProblem(f"the body is not JSON: {error}", advice)

    def note(self, problem: BodyProblem) -> None:
        """Remember the first problem, so that the verdict can tell what to do about it."""
        self.problem = self.problem or problem

    def interpret(self, reader: Callable[["Response"], _T]) -> _T:
        """What a reader makes of the response, worked out at most once."""
        if reader not in self._interpretations:
            self._interpretations[reader] = reader(self)
        return self._interpretations[reader]


def _is_known(charset: str) -> bool:
    try:
        "".encode(charset)
    except (LookupError, ValueError):
        return False
    return True
