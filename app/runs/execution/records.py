"""Engine events as the rows of `record_run_batch`."""

from typing import Any

from app.core.identifiers import create_identifier
from app.engine import AssertionResult, Attempt, TestEnded, TestResult, TestStarted, Timeline

Record = dict[str, Any]


def to_running_test(event: TestStarted) -> Record:
    """Return the entry of `running_tests` for a test in flight."""
    return {
        "test_case_id": event.test_case_id,
        "key": event.key,
        "name": event.name,
        "iteration": event.iteration,
        "iteration_name": event.iteration_name,
        "started_at": event.occurred_at.isoformat(),
    }


def to_result_records(event: TestEnded) -> list[Record]:
    """Return one row per attempt, the last one final; a skipped test has one row without evidence."""
    result = event.result
    if not result.attempts:
        return [_to_final_record(result, None)]
    earlier = [_to_attempt_record(result, attempt) for attempt in result.attempts[:-1]]
    return [*earlier, _to_final_record(result, result.attempts[-1])]


def _to_attempt_record(result: TestResult, attempt: Attempt) -> Record:
    return {
        **_identify(result),
        "status": "error" if attempt.error is not None else "failed",
        "category": attempt.category,
        "error_message": _explain(attempt.error_message, attempt.suggested_fix),
        "started_at": attempt.started_at.isoformat(),
        "completed_at": attempt.completed_at.isoformat(),
        "duration_ms": attempt.duration_ms,
        "attempt_number": attempt.number,
        "is_final": False,
        **_to_evidence(attempt),
    }


def _to_final_record(result: TestResult, attempt: Attempt | None) -> Record:
    return {
        **_identify(result),
        "status": result.status,
        "category": result.category,
        "reason": result.reason,
        "error_message": _explain(result.error_message, result.suggested_fix),
        "started_at": result.started_at.isoformat() if result.started_at else None,
        "completed_at": result.completed_at.isoformat(),
        "duration_ms": result.duration_ms,
        "attempt_number": attempt.number if attempt else 1,
        "is_final": True,
        "captured": list(result.captured.names),
        "timeline": _to_timeline(result.timeline) if result.timeline else None,
        **(_to_evidence(attempt) if attempt else {}),
    }


def _identify(result: TestResult) -> Record:
    return {
        "id": str(create_identifier()),
        "test_case_id": result.test_case_id,
        "iteration": result.iteration,
        "iteration_name": result.iteration_name,
        "key": result.key,
        "name": result.name,
        "test_revision": result.test_revision,
    }


def _to_timeline(timeline: Timeline) -> Record:
    return {
        "queued_at": timeline.queued_at.isoformat(),
        "ready_at": timeline.ready_at.isoformat() if timeline.ready_at else None,
        "started_at": timeline.started_at.isoformat() if timeline.started_at else None,
        "ended_at": timeline.ended_at.isoformat(),
        "held_by": [{"kind": hold.kind, "name": hold.name} for hold in timeline.held_by],
    }


def _explain(message: str | None, suggested_fix: str | None) -> str | None:
    """Return what went wrong and what its owner can do about it."""
    return f"{message}. {suggested_fix}" if message and suggested_fix else message


def _to_evidence(attempt: Attempt) -> Record:
    return {
        "details": _to_details(attempt),
        "assertions": [_to_assertion(assertion) for assertion in attempt.assertions],
    }


def _to_details(attempt: Attempt) -> Record:
    passed = sum(assertion.passed for assertion in attempt.assertions)
    details: Record = {
        "assertions_passed": passed,
        "assertions_failed": len(attempt.assertions) - passed,
        "captured_variables": attempt.captured_variables,
    }
    if (request := attempt.request) is not None:
        details |= {
            "request_method": request.method,
            "request_url": request.url,
            "request_headers": request.headers,
            "request_query": request.query,
            "request_body": request.body,
        }
    if (response := attempt.response) is not None:
        details |= {
            "response_status": response.status_code,
            "response_headers": response.headers,
            "response_body": response.body,
            "response_time_ms": response.elapsed_ms,
            "timing_phases": response.timing_phases,
        }
    return details


def _to_assertion(assertion: AssertionResult) -> Record:
    return {
        "assertion_name": assertion.name,
        "assertion_type": assertion.type,
        "operator": assertion.operator,
        "path": assertion.path,
        "expected_value": assertion.expected,
        "actual_value": assertion.actual,
        "diff": assertion.diff,
        "severity": assertion.severity,
        "passed": assertion.passed,
        "error_message": assertion.message,
    }
