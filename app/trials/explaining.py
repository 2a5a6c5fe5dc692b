"""Why a test cannot be carried out as it is, for who can change that."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.catalog.cases.validation import to_field
from app.engine import CaptureSpec, InvalidPlanError
from app.engine.errors import Problem as EngineProblem
from app.engine.mending import Gap
from app.engine.templates import ValuePath
from app.engine.templates.roots import (
    CAPTURED_DATA,
    ENVIRONMENT,
    FIXTURE,
    ITERATION,
    ROOTS,
    SHARED_AUTH_TOKENS,
    SHARED_VARIABLES,
)
from app.trials.schemas import CapturingCase, MissingValue, TrialProblem

CAPTURES = frozenset({CAPTURED_DATA, SHARED_AUTH_TOKENS, SHARED_VARIABLES})


def explain_gaps(gaps: Sequence[Gap], surroundings: Mapping[str, Any]) -> list[MissingValue]:
    """Return what is missing, each with where it could come from."""
    return [_explain(gap, surroundings) for gap in gaps]


def explain_problem(problem: EngineProblem) -> TrialProblem:
    """Return a problem with its place in the case."""
    return TrialProblem(
        category=problem.category,
        detail=problem.message,
        suggested_fix=problem.suggested_fix,
        field=None if problem.location is None else to_field(problem.location),
    )


def _explain(gap: Gap, surroundings: Mapping[str, Any]) -> MissingValue:
    makers = [] if gap.path is None else _list_makers(gap.path, surroundings["capturing_tests"])
    is_fixture = gap.path is not None and _names_no_fixture(gap.path, surroundings["fixtures"])
    names = surroundings["fixture_names"]
    return MissingValue(
        field=to_field(gap.location),
        expression=gap.expression,
        detail=f"{{{{{gap.expression}}}}}: there is no such fixture" if is_fixture else gap.message,
        suggested_fix=_suggest(gap.path, makers),
        existing=names if is_fixture else list(gap.existing),
        captured_by=makers,
    )


def _names_no_fixture(path: ValuePath, fixtures: Mapping[str, Any]) -> bool:
    return path.root == FIXTURE and bool(path.steps) and path.steps[0] not in fixtures


def _list_makers(path: ValuePath, tests: Sequence[Mapping[str, Any]]) -> list[CapturingCase]:
    if path.root not in CAPTURES:
        return []
    return [CapturingCase.model_validate(test) for test in tests if _captures(test, path)]


def _captures(test: Mapping[str, Any], path: ValuePath) -> bool:
    made = (spec.get_path(test["key"]) for spec in _iter_captures(test["capture_vars"]))
    return any(
        path.root == each.root and path.steps[: len(each.steps)] == each.steps for each in made
    )


def _iter_captures(captures: Mapping[str, Any]) -> Iterator[CaptureSpec]:
    for name, value in captures.items():
        try:
            yield CaptureSpec.from_document(name, value, name)
        except InvalidPlanError:
            continue  # what cannot be read captures nothing


def _suggest(path: ValuePath | None, makers: Sequence[CapturingCase]) -> str:
    if path is None or path.root not in ROOTS:
        return "Correct the expression."
    if path.root == ENVIRONMENT:
        return "Add the variable to the environment, or give it in variables."
    if path.root == FIXTURE:
        return "Create the fixture, or correct its name and what is named in it."
    if path.root == ITERATION:
        return "Let the test iterate, or give a row."
    if not makers:
        return "No test of the project captures it: give it in captured, or add the capture."
    names = ", ".join(f"'{maker.key}'" for maker in makers)
    return f"It is captured by {names}, and is there in a run with it. Here give it in captured."
