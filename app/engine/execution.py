"""Carries out one test: build, send, check, capture, and try again if it may."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_result,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from app.core.clock import Clock
from app.engine.assertions.checks import Check, build_checks
from app.engine.authentication.authenticator import Authenticator
from app.engine.captures import Capture, compile_captures, take_captures
from app.engine.errors import Problem, StepError
from app.engine.evidence import EvidenceRecorder
from app.engine.json_values import JsonObject
from app.engine.options import RunOptions
from app.engine.plan import Plan, PlannedTest
from app.engine.redaction import Redactor
from app.engine.requests.build import build_request
from app.engine.response import Response
from app.engine.results import (
    AssertionResult,
    Attempt,
    ContextDelta,
    ResultStatus,
    TestResult,
)
from app.engine.scope import Scope
from app.engine.templates import PathStep, ValuePath
from app.engine.templates.roots import CAPTURED_DATA, SHARED_AUTH_TOKENS, SHARED_VARIABLES
from app.engine.transport import PreparedRequest, Transport
from app.engine.verdict import find_problem

CANCELLED = "cancelled"

# Told of a failed attempt and of the seconds until the next one.
RetryListener: TypeAlias = Callable[[Attempt, float], Awaitable[None]]


class Workbench:
    """What the tests of one run share."""

    def __init__(self, plan: Plan, scope: Scope, transport: Transport, options: RunOptions) -> None:
        self.base_url = plan.base_url
        self.scope = scope
        self.options = options
        self.redactor = Redactor(scope.iter_secret_values())
        self.authenticator = Authenticator(transport, options.clock, self.redactor.add)
        self.evidence = EvidenceRecorder(self.redactor, options.evidence_characters)
        self._credentials = _group_by_place(plan.credential_paths)
        for path in plan.credential_paths:
            self.redactor.add(scope.find(path))

    def learn_secrets(self, delta: ContextDelta) -> None:
        """Captured tokens are secrets, and so is all else captured that some test sends as one."""
        for token in delta.shared_auth_tokens.values():
            self.redactor.add(token)
        captured = Scope()
        captured.apply(delta)
        places = [
            *((CAPTURED_DATA, key) for key in delta.captured_data),
            *((SHARED_VARIABLES, name) for name in delta.shared_variables),
        ]
        for place in places:
            for path in self._credentials.get(place, ()):
                self.redactor.add(captured.find(path))


def _group_by_place(paths: Iterable[ValuePath]) -> dict[tuple[str, PathStep], list[ValuePath]]:
    """By root and first step, so that a capture looks only at the paths that may name it."""
    places: defaultdict[tuple[str, PathStep], list[ValuePath]] = defaultdict(list)
    for path in paths:
        if path.steps:
            places[path.root, path.steps[0]].append(path)
    return places


@dataclass(frozen=True, slots=True)
class _Preparation:
    """Everything that is the same for every attempt."""

    request: PreparedRequest
    checks: tuple[Check, ...]
    captures: tuple[Capture, ...]


@dataclass(frozen=True, slots=True)
class _Exchange:
    """What happened in one attempt, not yet redacted."""

    request: PreparedRequest | None = None
    response: Response | None = None
    assertions: tuple[AssertionResult, ...] = ()
    captured: ContextDelta = field(default_factory=ContextDelta)
    problem: Problem | None = None
    is_carried_out: bool = True


class _Start:
    """The moment an attempt began, on both clocks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._monotonic = clock.monotonic()
        self.at = clock.now()

    def get_elapsed_ms(self) -> float:
        return _to_milliseconds(self._clock.monotonic() - self._monotonic)


class TestExecution:
    """One test on its way to a result; every attempt is kept."""

    __test__: ClassVar[bool] = False  # pytest must not collect it

    def __init__(self, test: PlannedTest, workbench: Workbench, on_retry: RetryListener) -> None:
        self._test = test
        self._bench = workbench
        self._clock = workbench.options.clock
        self._on_retry = on_retry
        self._attempts: list[Attempt] = []
        self._captured = ContextDelta()
        self._started_at = self._clock.now()
        self._started = self._clock.monotonic()

    async def run(self) -> TestResult:
        """Make as many attempts as are needed and allowed."""
        try:
            preparation = self._prepare()
        except StepError as error:
            self._keep(_Exchange(problem=error.problem, is_carried_out=False), _Start(self._clock))
            return self._conclude()
        if self._test.retry_count == 0:
            await self._attempt(preparation)
        else:
            await self._build_retrying()(self._attempt, preparation)
        return self._conclude()

    def abandon(self) -> TestResult:
        """The result of a test whose run was cancelled under it."""
        return self._build_result(ResultStatus.SKIPPED, None, reason=CANCELLED)

    def _prepare(self) -> _Preparation:
        scope = self._bench.scope
        request = build_request(self._test, self._bench.base_url, scope)
        for credential in request.credentials:
            self._bench.redactor.add(credential)
        checks = build_checks(self._test.expectations, scope, self._clock)
        return _Preparation(request, checks, compile_captures(self._test.captures))

    def _build_retrying(self) -> AsyncRetrying:
        options = self._bench.options
        return AsyncRetrying(
            stop=stop_after_attempt(self._test.retry_count + 1),
            wait=wait_exponential(
                multiplier=options.retry_initial_seconds, max=options.retry_maximum_seconds
            )
            + wait_random(0, options.retry_jitter_seconds),
            retry=retry_if_result(_is_not_passed),
            before_sleep=self._announce_retry,
            retry_error_callback=_get_last_attempt,
        )

    async def _announce_retry(self, state: RetryCallState) -> None:
        await self._on_retry(self._attempts[-1], state.upcoming_sleep)

    async def _attempt(self, preparation: _Preparation) -> Attempt:
        start = _Start(self._clock)
        timeout = self._test.timeout_ms / 1000
        try:
            received = await self._bench.authenticator.send(
                self._test, preparation.request, timeout, self._bench.scope
            )
        except StepError as error:
            exchange = _Exchange(preparation.request, problem=error.problem, is_carried_out=False)
        else:
            exchange = self._examine(preparation, Response(received))
        return self._keep(exchange, start)

    def _examine(self, preparation: _Preparation, response: Response) -> _Exchange:
        checks = tuple(
            result for check in preparation.checks for result in check.evaluate(response)
        )
        captured = take_captures(preparation.captures, self._test.key, response)
        self._bench.learn_secrets(captured.delta)
        return _Exchange(
            response.received.request or preparation.request,
            response=response,
            assertions=(*checks, *captured.missing),
            captured=captured.delta,
            problem=find_problem(response, checks, captured.missing),
        )

    def _keep(self, exchange: _Exchange, start: _Start) -> Attempt:
        evidence = self._bench.evidence
        problem = evidence.record_problem(exchange.problem) if exchange.problem else None
        attempt = Attempt(
            number=len(self._attempts) + 1,
            started_at=start.at,
            completed_at=self._clock.now(),
            duration_ms=start.get_elapsed_ms(),
            passed=problem is None,
            request=evidence.record_request(exchange.request) if exchange.request else None,
            response=evidence.record_response(exchange.response) if exchange.response else None,
            assertions=tuple(map(evidence.record_assertion, exchange.assertions)),
            error=None if exchange.is_carried_out else problem,
            category=problem.category if problem else None,
            error_message=problem.message if problem else None,
            suggested_fix=problem.suggested_fix if problem else None,
            captured_variables=evidence.record_captured(_get_parts(exchange.captured)),
        )
        self._attempts.append(attempt)
        self._captured = exchange.captured
        return attempt

    def _conclude(self) -> TestResult:
        last = self._attempts[-1]
        if last.passed:
            return self._build_result(ResultStatus.PASSED, last, captured=self._captured)
        status = ResultStatus.FAILED if last.error is None else ResultStatus.ERROR
        return self._build_result(status, last)

    def _build_result(
        self,
        status: ResultStatus,
        last: Attempt | None,
        *,
        captured: ContextDelta | None = None,
        reason: str | None = None,
    ) -> TestResult:
        return TestResult(
            test_case_id=self._test.test_case_id,
            key=self._test.key,
            name=self._test.name,
            status=status,
            started_at=self._started_at,
            completed_at=self._clock.now(),
            duration_ms=_to_milliseconds(self._clock.monotonic() - self._started),
            test_revision=self._test.revision,
            attempts=tuple(self._attempts),
            captured=captured or ContextDelta(),
            category=last.category if last else None,
            reason=reason,
            error_message=last.error_message if last else None,
            suggested_fix=last.suggested_fix if last else None,
        )


def _is_not_passed(attempt: Attempt) -> bool:
    return not attempt.passed


def _get_last_attempt(state: RetryCallState) -> Attempt | None:
    return state.outcome.result() if state.outcome else None


def _get_parts(delta: ContextDelta) -> dict[str, JsonObject]:
    own = {name: value for values in delta.captured_data.values() for name, value in values.items()}
    return {
        CAPTURED_DATA: own,
        SHARED_AUTH_TOKENS: delta.shared_auth_tokens,
        SHARED_VARIABLES: delta.shared_variables,
    }


def _to_milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
