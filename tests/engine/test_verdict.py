"""Why an attempt did not pass, and what can be done about it."""

import pytest

from app.engine import AssertionSpec, Category, Expectations, ReceivedResponse, Scope
from app.engine.assertions.checks import build_checks
from app.engine.errors import Problem
from app.engine.response import Response
from app.engine.verdict import find_problem


def judge(
    *assertions: AssertionSpec, status: int = 200, body: bytes = b"{}", content_type: str = ""
) -> Problem | None:
    headers = (("Content-Type", content_type),)
    response = Response(ReceivedResponse(status_code=status, headers=headers, body=body))
    checks = build_checks(Expectations(assertions=assertions), Scope())
    results = [result for check in checks for result in check.evaluate(response)]
    return find_problem(response, results, ())


ID = AssertionSpec(type="jsonpath", path="$.id", expected=1)
ANY_TEXT = AssertionSpec(type="body", operator="contains", expected="x")


@pytest.mark.parametrize(
    ("assertions", "status", "body", "category", "suggested_fix"),
    [
        ((ID,), 200, b"{}", Category.ASSERTION, "Compare the answer with what the test expects"),
        ((ID,), 200, b'{"x":[{"id":1,"id":1}]}', Category.ASSERTION, "has the name 'id' twice"),
        ((ID,), 200, b"<p>", Category.DATA_VALIDATION, "says that this is text/html"),
        ((ID,), 200, b"", Category.DATA_VALIDATION, "expect none"),
        ((ID,), 502, b"<p>", Category.ASSERTION, "Compare the answer"),
        ((ID,), 401, b"<p>", Category.AUTHENTICATION, "Check the credentials"),
        ((ANY_TEXT,), 200, b"<p>", Category.ASSERTION, "Compare the answer"),
    ],
)
def test_categories(
    assertions: tuple[AssertionSpec, ...],
    status: int,
    body: bytes,
    category: Category,
    suggested_fix: str,
) -> None:
    problem = judge(*assertions, status=status, body=body, content_type="text/html")
    assert problem is not None
    assert problem.category is category
    assert suggested_fix in problem.suggested_fix


def test_warnings_do_not_fail() -> None:
    warning = AssertionSpec(type="jsonpath", path="$.id", expected=1, severity="warning")
    assert judge(warning) is None
    problem = judge(warning, ID)
    assert problem is not None
    assert problem.message == "$.id: nothing is there in the body"
