"""Why an attempt that got an answer did not pass."""

from collections.abc import Sequence

from app.engine.errors import Category, Problem
from app.engine.response import Response
from app.engine.results import AssertionResult

MESSAGES_SHOWN = 3
REFUSALS = (401, 403)
CHECK_CREDENTIALS = "Check the credentials of the test: absent, wrong, expired or too weak."


def find_problem(
    response: Response, checks: Sequence[AssertionResult], missing: Sequence[AssertionResult]
) -> Problem | None:
    """None when every check but warnings passed and no required capture is missing."""
    failed = [check for check in checks if not check.passed and check.severity == "error"]
    if not failed and not missing:
        return None
    message = _summarise([*failed, *missing])
    category, suggested_fix = _explain(response, failed, message)
    return Problem(category=category, message=message, suggested_fix=suggested_fix)


def _explain(
    response: Response, failed: Sequence[AssertionResult], message: str
) -> tuple[Category, str]:
    """The category, and what can be done about it."""
    has_wrong_status = any(check.type == "status-code" for check in failed)
    if has_wrong_status and response.status_code in REFUSALS:
        return Category.AUTHENTICATION, CHECK_CREDENTIALS
    problem = response.problem
    if not has_wrong_status and problem and problem.message in message:
        return Category.DATA_VALIDATION, problem.suggested_fix
    if failed:
        return Category.ASSERTION, _advise(response)
    return Category.DATA_VALIDATION, "Correct the capture, or mark it as not required."


def _advise(response: Response) -> str:
    name = response.find_repeated_name()
    if name is None:
        return "Compare the answer with what the test expects; one of them is wrong."
    return f"The body has the name '{name}' twice in one object; the last value was compared."


def _summarise(failed: Sequence[AssertionResult]) -> str:
    messages = [check.message or check.name for check in failed]
    text = "; ".join(messages[:MESSAGES_SHOWN])
    more = len(messages) - MESSAGES_SHOWN
    return f"{text}; and {more} more" if more > 0 else text
