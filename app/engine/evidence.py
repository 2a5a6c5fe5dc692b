"""What is kept of a request and its answer: redacted first, cut afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

from app.engine.errors import Problem
from app.engine.json_values import JsonObject, JsonValue, render_json, render_text
from app.engine.redaction import MASK, BeginningFinder, Redactor
from app.engine.response import Response
from app.engine.results import AssertionResult, RequestEvidence, ResponseEvidence
from app.engine.transport import PreparedRequest

CREDENTIAL_HEADERS = frozenset({"authorization", "proxy-authorization", "x-api-key"})
SCHEMES = frozenset({"basic", "bearer", "digest", "token"})
MAXIMUM_VALUE_CHARACTERS = 10_000
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class EvidenceRecorder:
    """
    Turns what was exchanged into what may be shown; texts are cut at `limit` characters.

    Nearly nothing holds a secret, so everything of a request, of a response and of all assertions
    is looked at together first, and each text alone only when something was found.
    """

    redactor: Redactor
    limit: int

    def record_request(self, request: PreparedRequest) -> RequestEvidence:
        """The request as sent; credentials keep only their scheme."""
        headers = {name: _hide_credential(name, value) for name, value in request.headers}
        body = None if request.body is None else request.body.decode("utf-8", errors="replace")
        is_clean = self._is_clean([request.url, body or ""], headers, request.query)
        return RequestEvidence(
            method=request.method,
            url=self._record_text(request.url, is_clean),
            headers=headers if is_clean else self._redact_headers(headers),
            query=request.query if is_clean else self._record_object(request.query),
            body=None if body is None else self._record_text(body, is_clean),
        )

    def record_response(self, response: Response) -> ResponseEvidence:
        """The answer as received."""
        received = response.received
        headers = response.headers
        if not CREDENTIAL_HEADERS.isdisjoint(headers):
            headers = {name: _hide_credential(name, value) for name, value in headers.items()}
        body = self._get_answer(response)
        is_clean = self._is_clean([body], headers)
        return ResponseEvidence(
            status_code=received.status_code,
            headers=headers if is_clean else self._redact_headers(headers),
            body=self._record_text(body, is_clean),
            body_bytes=len(received.body),
            is_truncated=received.is_truncated,
            elapsed_ms=received.elapsed_ms,
            timing_phases=received.timing_phases,
        )

    def record_assertions(self, results: Sequence[AssertionResult]) -> tuple[AssertionResult, ...]:
        """The results with their texts and values redacted."""
        shown = [value for result in results for value in _list_shown(result)]
        whole = "\n".join([render_text(value) for value in shown if value is not None])
        is_short = len(whole) <= min(self.limit, MAXIMUM_VALUE_CHARACTERS)
        # What was cut already may have hidden half a secret.
        if is_short and BeginningFinder.MARK not in whole and self.redactor.is_clean(whole):
            return tuple(results)
        return tuple(map(self.record_assertion, results))

    def record_assertion(self, result: AssertionResult) -> AssertionResult:
        """The result with its texts and values redacted."""
        message, diff = result.message, result.diff
        return replace(
            result,
            name=self.redactor.redact(result.name),
            path=None if result.path is None else self.redactor.redact(result.path),
            expected=self.record_value(result.expected),
            actual=self.record_value(result.actual),
            message=None if message is None else self.redactor.redact_message(message, self.limit),
            diff=None if diff is None else self.redactor.redact_message(diff, self.limit),
        )

    def record_problem(self, problem: Problem) -> Problem:
        """The problem with its texts redacted."""
        location = problem.location
        return replace(
            problem,
            message=self.redactor.redact_message(problem.message, self.limit),
            suggested_fix=self.redactor.redact(problem.suggested_fix, self.limit),
            location=None if location is None else self.redactor.redact(location, self.limit),
        )

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
        if len(text) > MAXIMUM_VALUE_CHARACTERS:
            return f"{self.redactor.redact(text, MAXIMUM_VALUE_CHARACTERS)}..."
        return value if self.redactor.is_clean(text) else self.redactor.redact_value(value)

    def _is_clean(
        self,
        texts: list[str],
        headers: Mapping[str, str] = NOTHING,
        values: Mapping[str, JsonValue] = NOTHING,
    ) -> bool:
        """Whether all of it may be shown uncut, which one look at everything together tells."""
        shown = [*texts, *headers, *headers.values()]
        if values:
            shown.append(render_json(dict(values)))
            if len(shown[-1]) > MAXIMUM_VALUE_CHARACTERS:
                return False
        whole = "\n".join(shown)
        return len(whole) <= self.limit and self.redactor.is_clean(whole)

    def _record_text(self, text: str, is_clean: bool) -> str:
        return text if is_clean else self.redactor.redact(text, self.limit)

    def _redact_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {
            self.redactor.redact(name): self.redactor.redact(value, self.limit)
            for name, value in headers.items()
        }

    def _record_object(self, value: Mapping[str, JsonValue]) -> JsonObject:
        return {self.redactor.redact(name): self.record_value(item) for name, item in value.items()}

    def _get_answer(self, response: Response) -> str:
        text = response.text
        if response.received.is_truncated:
            # The cut may run through a secret, whose beginning could not be recognised.
            text = text[: max(0, len(text) - self.redactor.longest_form)]
        return text


def _hide_credential(name: str, value: str) -> str:
    if name.lower() not in CREDENTIAL_HEADERS:
        return value
    scheme = value.partition(" ")[0]
    return f"{scheme} {MASK}" if scheme.lower() in SCHEMES else MASK


def _list_shown(result: AssertionResult) -> tuple[JsonValue, ...]:
    return (
        result.name,
        result.path,
        result.expected,
        result.actual,
        result.message,
        result.diff,
    )
