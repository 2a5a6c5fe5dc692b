"""A received response as assertions and captures read it."""

from functools import cached_property

from app.engine.json_values import JsonValue, parse_json
from app.engine.transport import ReceivedResponse


class Response:
    """Reads headers without regard to case and parses the body at most once."""

    def __init__(self, received: ReceivedResponse) -> None:
        self.received = received

    @property
    def status_code(self) -> int:
        return self.received.status_code

    @property
    def elapsed_ms(self) -> float:
        return self.received.elapsed_ms

    @cached_property
    def headers(self) -> dict[str, str]:
        """Lower-case names; values of a repeated header are joined by commas."""
        headers: dict[str, str] = {}
        for name, value in self.received.headers:
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        return headers

    @cached_property
    def text(self) -> str:
        """The body as UTF-8; bytes that are not become replacement characters."""
        return self.received.body.decode("utf-8", errors="replace")

    @cached_property
    def json_problem(self) -> str | None:
        """Why the body cannot be used as JSON, or None when it can."""
        return self._parsed[1]

    @property
    def json(self) -> JsonValue:
        """The parsed body; null when there is a `json_problem`."""
        return self._parsed[0]

    @cached_property
    def _parsed(self) -> tuple[JsonValue, str | None]:
        body = self.received.body
        if self.received.is_truncated:
            return None, f"the body was cut after {len(body)} bytes"
        if not body:
            return None, "the body is empty"
        try:
            return parse_json(body), None
        except ValueError as error:
            return None, f"the body is not JSON: {error}"
