"""The results of a run whose plan cannot be executed at all: everything open says why."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from app.core.clock import Clock
from app.engine import (
    Category,
    Event,
    InvalidPlanError,
    Iterate,
    Iteration,
    ResultStatus,
    TestFailed,
    TestResult,
)
from app.engine.document import Document
from app.engine.errors import StepError
from app.engine.iterations import expand


async def refuse_plan(
    document: Mapping[str, Any], problem: str, clock: Clock
) -> AsyncGenerator[Event, None]:
    """Yield one error per test or iteration of the plan document that has no result yet."""
    recorded = {(result["test_case_id"], result["iteration"]) for result in document["recorded"]}
    for test in document["tests"]:
        for iteration in _list_iterations(test, document["fixtures"]):
            if (test["test_case_id"], iteration.index if iteration else 0) not in recorded:
                result = _build_result(test, iteration, problem, clock)
                yield TestFailed(
                    run_id=document["run"]["id"], occurred_at=result.completed_at, result=result
                )


def _build_result(
    test: Mapping[str, Any], iteration: Iteration | None, problem: str, clock: Clock
) -> TestResult:
    return TestResult(
        test_case_id=test["test_case_id"],
        key=test["key"],
        name=test["name"],
        iteration=iteration.index if iteration else 0,
        iteration_name=iteration.name if iteration else None,
        status=ResultStatus.ERROR,
        completed_at=clock.now(),
        test_revision=test["revision"],
        category=Category.ENVIRONMENT,
        error_message=problem,
    )


def _list_iterations(
    test: Mapping[str, Any], fixtures: Mapping[str, Any]
) -> Sequence[Iteration | None]:
    """The iterations of a test; one without a name when there are none or they cannot be read."""
    if not test["iterate"]:
        return (None,)
    try:
        return expand(Iterate.from_document(Document(test["iterate"], "iterate")), fixtures)
    except (InvalidPlanError, StepError):
        return (None,)
