"""One attempt after the other: build, send, check, capture, and the evidence of each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from app.core.clock import Clock, to_milliseconds
from app.engine.assertions.checks import build_checks, build_declared_checks
from app.engine.assertions.declaration import Check
from app.engine.captures import Capture, compile_captures, take_captures
from app.engine.errors import Category, Problem, StepError, TransportError
from app.engine.json_values import JsonObject
from app.engine.requests.build import build_request
from app.engine.response import Response
from app.engine.results import NO_CAPTURES, AssertionResult, Attempt, ContextDelta
from app.engine.retries.outcome import Outcome
from app.engine.retries.policies import PollPolicy
from app.engine.retries.retry_after import read_retry_after
from app.engine.running.unit import Unit
from app.engine.running.workbench import Workbench
from app.engine.scope import AttemptScope
from app.engine.templates.roots import CAPTURED_DATA, SHARED_AUTH_TOKENS, SHARED_VARIABLES
from app.engine.transport import PreparedRequest
from app.engine.verdict import find_problem

SHORTEST_TIMEOUT = 0.001
SETTLED = Outcome(is_settled=True)


@dataclass(slots=True)
class Preparation:
    """A request and what is expected of the answer; `awaited` is what a poll waits for."""

    request: PreparedRequest
    awaited: tuple[Check, ...]
    checks: tuple[Check, ...]
    captures: tuple[Capture, ...]


@dataclass(slots=True)
class Exchange:
    """
    What happened in one attempt, as far as it came, not yet redacted.

    With an `error` it was not carried out; a hopeless one will be there again. `has_come` tells
    that a poll need not go on.
    """

    request: PreparedRequest | None = None
    response: Response | None = None
    assertions: tuple[AssertionResult, ...] = ()
    captured: ContextDelta = NO_CAPTURES
    problem: Problem | None = None
    error: Problem | None = None
    is_hopeless: bool = False
    has_come: bool = False


class Attempts:
    """The attempts of one unit: each fills in the templates anew, and each is kept."""

    def __init__(self, unit: Unit, workbench: Workbench) -> None:
        self._unit = unit
        self._test = unit.test
        self._bench = workbench
        self._clock = workbench.options.clock
        self._deadline = _find_deadline(unit.test.poll, self._clock)
        self.made: list[Attempt] = []
        self.captured = NO_CAPTURES

    async def make(self) -> Outcome:
        """Make one more; raises nothing but cancellation and defects."""
        started_at, started = self._clock.now(), self._clock.monotonic()
        exchange = Exchange()
        try:
            await self._carry_out(exchange)
        except StepError as error:
            exchange.error = exchange.problem = error.problem
            exchange.is_hopeless = _is_hopeless(error)
        seconds = self._clock.monotonic() - started
        self.captured = exchange.captured
        self.made.append(self._describe(exchange, started_at, to_milliseconds(seconds)))
        return self._judge(exchange)

    async def _carry_out(self, exchange: Exchange) -> None:
        """Raise StepError where it cannot go on; the exchange has what came before."""
        test, bench = self._test, self._bench
        source = bench.scope.for_iteration(self._unit.iteration, test.key, len(self.made) + 1)
        preparation = self.prepare(source)
        request = exchange.request = preparation.request
        received = await bench.authenticator.send(test, request, self._get_timeout(), source)
        exchange.request = received.request or request
        self._examine(exchange, preparation, Response(received))

    def prepare(self, source: AttemptScope) -> Preparation:
        """Fill in the templates; raise StepError naming the part that cannot be used."""
        if self._unit.problem is not None:
            raise StepError(self._unit.problem)
        test, clock = self._test, self._clock
        request = build_request(test, self._bench.base_url, source)
        for credential in request.credentials:
            self._bench.redactor.add(credential)
        return Preparation(
            replace(request, is_detailed=True) if self._needs_details() else request,
            self._build_awaited(source),
            build_checks(test.expectations, source, clock),
            compile_captures(test.captures),
        )

    def _build_awaited(self, source: AttemptScope) -> tuple[Check, ...]:
        if self._test.poll is None:
            return ()
        return build_declared_checks(
            self._test.poll.until,
            source,
            clock=self._clock,
            expectations=self._test.expectations,
            location="poll.until",
        )

    def _needs_details(self) -> bool:
        if self._bench.options.timing == "full":
            return True
        poll, declared = self._test.poll, self._test.expectations.assertions
        awaited = () if poll is None else poll.until
        return any(spec.type == "certificate" for spec in (*awaited, *declared))

    def _get_timeout(self) -> float:
        """Seconds for the whole exchange; no longer than a poll may go on."""
        timeout = self._test.timeout_ms / 1000
        if self._deadline is None:
            return timeout
        return min(timeout, max(SHORTEST_TIMEOUT, self._deadline - self._clock.monotonic()))

    def _examine(self, exchange: Exchange, preparation: Preparation, response: Response) -> None:
        exchange.response = response
        captured = take_captures(preparation.captures, self._test.key, response)
        if captured.delta:
            is_iterated = self._unit.iteration is not None
            self._bench.learn_secrets(captured.delta, is_iterated=is_iterated)
        exchange.captured = captured.delta
        results, missing = _evaluate(preparation.awaited, response), captured.missing
        if results and any(map(_is_failure, results)):
            missing = ()
        else:
            results = (*results, *_evaluate(preparation.checks, response))
            exchange.has_come = bool(preparation.awaited)
        exchange.assertions = (*results, *missing)
        exchange.problem = find_problem(response, results, missing)

    def _describe(self, exchange: Exchange, started_at: datetime, milliseconds: float) -> Attempt:
        evidence = self._bench.evidence
        problem = evidence.record_problem(exchange.problem) if exchange.problem else None
        return Attempt(
            number=len(self.made) + 1,
            started_at=started_at,
            completed_at=self._clock.now(),
            duration_ms=milliseconds,
            passed=problem is None,
            request=evidence.record_request(exchange.request) if exchange.request else None,
            response=evidence.record_response(exchange.response) if exchange.response else None,
            assertions=evidence.record_assertions(exchange.assertions),
            error=problem if exchange.error else None,
            category=problem.category if problem else None,
            error_message=problem.message if problem else None,
            suggested_fix=problem.suggested_fix if problem else None,
            captured_variables=evidence.record_captured(_get_parts(exchange.captured))
            if exchange.captured
            else {},
        )

    def _judge(self, exchange: Exchange) -> Outcome:
        if exchange.error is not None:
            failure = exchange.error.transport_failure
            return Outcome(is_settled=exchange.is_hopeless, failure=failure)
        if exchange.response is None or exchange.problem is None or exchange.has_come:
            return SETTLED
        wish = exchange.response.headers.get("retry-after")
        return Outcome(
            is_settled=False,
            status_code=exchange.response.status_code,
            retry_after=read_retry_after(wish, self._clock.now()),
        )


def _find_deadline(poll: PollPolicy | None, clock: Clock) -> float | None:
    return None if poll is None else clock.monotonic() + poll.deadline_ms / 1000


def _is_hopeless(error: StepError) -> bool:
    """Whether it comes from the test or its environment, not from the target or the way to it."""
    if error.problem.transport_failure is not None:
        return False
    return not isinstance(error, TransportError) or error.problem.category is Category.ENVIRONMENT


def _evaluate(checks: Iterable[Check], response: Response) -> tuple[AssertionResult, ...]:
    return tuple(result for check in checks for result in check.evaluate(response))


def _is_failure(result: AssertionResult) -> bool:
    return not result.passed and result.severity == "error"


def _get_parts(delta: ContextDelta) -> dict[str, JsonObject]:
    own = {name: value for values in delta.captured_data.values() for name, value in values.items()}
    return {
        CAPTURED_DATA: own,
        SHARED_AUTH_TOKENS: delta.shared_auth_tokens,
        SHARED_VARIABLES: delta.shared_variables,
    }
