"""What is kept of a request and its answer: redacted first, cut afterwards."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from app.engine.errors import Problem
from app.engine.json_values import JsonObject, JsonValue, render_json
from app.engine.redaction import MASK, Redactor
from app.engine.response import Response
from app.engine.results import AssertionResult, RequestEvidence, ResponseEvidence
from app.engine.transport import PreparedRequest

CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "x-api-key"})
SCHEMES = frozenset({"basic", "bearer", "digest", "token"})
MAXIMUM_VALUE_CHARACTERS = 10_000


@dataclass(frozen=True, slots=True)
class EvidenceRecorder:
    """Turns what was exchanged into what may be shown; texts are cut at `limit` characters."""

    redactor: Redactor
    limit: int

    def record_request(self, request: PreparedRequest) -> RequestEvidence:
        """The request as sent; credentials keep only their scheme."""
        return RequestEvidence(
            method=request.method,
            url=self.redactor.redact(request.url, self.limit),
            headers=self._record_headers(request.headers),
            query=self._record_object(request.query),
            body=None if request.body is None else self._record_body(request.body),
        )

    def record_response(self, response: Response) -> ResponseEvidence:
        """The answer as received."""
        received = response.received
        return ResponseEvidence(
            status_code=received.status_code,
            headers=self._record_headers(response.headers.items()),
            body=self._record_answer(response),
            body_bytes=len(received.body),
            is_truncated=received.is_truncated,
            elapsed_ms=received.elapsed_ms,
            timing_phases=received.timing_phases,
        )

    def record_assertion(self, result: AssertionResult) -> AssertionResult:
        """The result with its texts and values redacted."""
        message = result.message
        return replace(
            result,
            name=self.redactor.redact(result.name),
            path=None if result.path is None else self.redactor.redact(result.path),
            expected=self.record_value(result.expected),
            actual=self.record_value(result.actual),
            message=None if message is None else self.redactor.redact(message, self.limit),
            diff=None if result.diff is None else self.redactor.redact(result.diff, self.limit),
        )

    def record_problem(self, problem: Problem) -> Problem:
        """The problem with its message redacted."""
        return replace(problem, message=self.redactor.redact(problem.message, self.limit))

    def record_captured(self, captured: Mapping[str, JsonObject]) -> dict[str, JsonValue]:
        """Captured values by `part.name`."""
        return {
            f"{part}.{name}": self.record_value(value)
            for part, values in captured.items()
            for name, value in values.items()
        }

    def record_value(self, value: JsonValue) -> JsonValue:
        """A value; one that is too large becomes the beginning of its JSON text."""
        if not isinstance(value, list | dict):
            return self.redactor.redact_value(value, MAXIMUM_VALUE_CHARACTERS)
        text = render_json(value)
        if len(text) <= MAXIMUM_VALUE_CHARACTERS:
            return self.redactor.redact_value(value)
        return f"{self.redactor.redact(text, MAXIMUM_VALUE_CHARACTERS)}..."

    def _record_headers(self, headers: Iterable[tuple[str, str]]) -> dict[str, str]:
        return {name: self._record_header(name, value) for name, value in headers}

    def _record_header(self, name: str, value: str) -> str:
        if name.lower() in CREDENTIAL_HEADERS:
            scheme = value.partition(" ")[0]
            return f"{scheme} {MASK}" if scheme.lower() in SCHEMES else MASK
        return self.redactor.redact(value, self.limit)

    def _record_object(self, value: Mapping[str, JsonValue]) -> JsonObject:
        return {self.redactor.redact(name): self.record_value(item) for name, item in value.items()}

    def _record_body(self, body: bytes) -> str:
        return self.redactor.redact(body.decode("utf-8", errors="replace"), self.limit)

    def _record_answer(self, response: Response) -> str:
        text = response.text
        if response.received.is_truncated:
            # The cut may run through a secret, whose beginning could not be recognised.
            text = text[: max(0, len(text) - self.redactor.longest_form)]
        return self.redactor.redact(text, self.limit)
