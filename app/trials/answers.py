"""What the engine found out, as the API shows it."""

from collections.abc import Sequence
from dataclasses import asdict

from app.catalog.assertion_results import AssertionResult
from app.engine import Attempt, Category
from app.engine.errors import Problem as EngineProblem
from app.engine.results import AssertionResult as EngineAssertionResult
from app.engine.results import RequestEvidence
from app.engine.running.trial import Preview as EnginePreview
from app.trials.explaining import explain_gaps, explain_problem
from app.trials.planning import Subject
from app.trials.schemas import (
    MissingValue,
    Preview,
    ShownAuthentication,
    ShownRequest,
    ShownResponse,
    TrialProblem,
    Try,
    TryStatus,
)

EXPLANATIONS = {
    "digest": "The proof answers a challenge of the target, which nobody asks for here.",
    "mtls": "The connection shows the certificate of transfer.tls.",
}
NO_BASE_URL = TrialProblem(
    category=Category.ENVIRONMENT,
    detail="there is no base URL, since no environment is chosen",
    suggested_fix="Give an environment_id, or write the whole address into the path.",
    field="environment_id",
)


def build_preview(subject: Subject, preview: EnginePreview) -> Preview:
    """Return the answer to a preview."""
    problem = None if preview.problem is None else explain_problem(preview.problem)
    return Preview(
        key=str(subject.test["key"]),
        request=_show_request(preview.request),
        authentication=_show_authentication(subject, preview),
        missing=explain_gaps(preview.gaps, subject.surroundings),
        problem=problem or _find_absent_origin(subject, preview),
        timeout_ms=_get_timeout(subject),
    )


def refuse_preview(subject: Subject, problem: TrialProblem) -> Preview:
    """Return the answer to a preview of a test that cannot even be read."""
    return build_preview(subject, EnginePreview()).model_copy(update={"problem": problem})


def build_try(subject: Subject, attempt: Attempt) -> Try:
    """Return the answer to a try whose request was built, and sent if nothing kept it from that."""
    return Try(
        key=str(subject.test["key"]),
        status=_find_status(attempt),
        request=_show_request(attempt.request),
        response=ShownResponse(**asdict(attempt.response)) if attempt.response else None,
        assertions=[_show_assertion(result) for result in attempt.assertions],
        captured=dict(attempt.captured_variables),
        missing=[],
        problem=_explain_attempt(attempt),
        started_at=attempt.started_at,
        duration_ms=attempt.duration_ms,
    )


def refuse_try(
    subject: Subject, *, problem: TrialProblem | None = None, missing: Sequence[MissingValue] = ()
) -> Try:
    """Return the answer to a try that was not made."""
    return Try(
        key=str(subject.test["key"]),
        status="error",
        request=None,
        response=None,
        assertions=[],
        captured={},
        missing=list(missing),
        problem=problem,
        started_at=None,
        duration_ms=0,
    )


def _find_status(attempt: Attempt) -> TryStatus:
    if attempt.error is not None:
        return "error"
    return "passed" if attempt.passed else "failed"


def _explain_attempt(attempt: Attempt) -> TrialProblem | None:
    if attempt.error is not None:
        return explain_problem(attempt.error)
    if attempt.category is None:
        return None
    problem = EngineProblem(
        category=attempt.category,
        message=attempt.error_message or "",
        suggested_fix=attempt.suggested_fix or "",
    )
    return explain_problem(problem)


def _show_assertion(result: EngineAssertionResult) -> AssertionResult:
    return AssertionResult(
        assertion_name=result.name,
        assertion_type=result.type,
        operator=result.operator,
        path=result.path,
        severity=result.severity,
        expected_value=result.expected,
        actual_value=result.actual,
        diff=result.diff,
        passed=result.passed,
        error_message=result.message,
    )


def _show_request(request: RequestEvidence | None) -> ShownRequest | None:
    return None if request is None else ShownRequest(**asdict(request))


def _show_authentication(subject: Subject, preview: EnginePreview) -> ShownAuthentication:
    type_ = str(subject.test.get("auth_type") or "none")
    explanation = EXPLANATIONS.get(type_) if preview.is_authenticated else None
    if preview.asked_first:
        asked = ", ".join(preview.asked_first)
        explanation = f"A token would be asked for at {asked} first. Here a stand-in is shown."
    return ShownAuthentication(
        type=type_, applied=preview.is_authenticated, explanation=explanation
    )


def _find_absent_origin(subject: Subject, preview: EnginePreview) -> TrialProblem | None:
    is_absent = preview.request is not None and preview.request.url.startswith("/")
    return NO_BASE_URL if is_absent and subject.context.environment_id is None else None


def _get_timeout(subject: Subject) -> int:
    timeout = subject.test["timeout_ms"]
    return timeout if isinstance(timeout, int) else 0
