"""The results of a run whose plan cannot be executed at all: every open test says why."""

from collections.abc import AsyncGenerator, Mapping
from typing import Any

from app.core.clock import Clock
from app.engine import Category, Event, ResultStatus, TestFailed, TestResult


async def refuse_plan(
    document: Mapping[str, Any], problem: str, clock: Clock
) -> AsyncGenerator[Event, None]:
    """Yield one error per test of the plan document that has no result yet."""
    recorded = {result["test_case_id"] for result in document["recorded"]}
    for test in document["tests"]:
        if test["test_case_id"] in recorded:
            continue
        now = clock.now()
        result = TestResult(
            test_case_id=test["test_case_id"],
            key=test["key"],
            name=test["name"],
            status=ResultStatus.ERROR,
            completed_at=now,
            test_revision=test["revision"],
            category=Category.ENVIRONMENT,
            error_message=problem,
        )
        yield TestFailed(run_id=document["run"]["id"], occurred_at=now, result=result)
