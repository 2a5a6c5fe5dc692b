"""From what the database answered and the caller said to a trial that the engine can make."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from app.core.errors import InvalidError
from app.core.identifiers import TestCaseId
from app.engine import InvalidPlanError, Iterate, Iteration, JsonObject, Plan, RunOptions, Scope
from app.engine.document import Document
from app.engine.iterations import expand
from app.engine.running.trial import Trial
from app.engine.transport import Transport
from app.trials.schemas import TrialContext
from app.web.errors import RequestInvalidError

NO_RUN = "trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """
    What is tried: the planned test, what its templates see, and what surrounds it.

    `surroundings` is what `get_trial_plan` answered; the id is None for a draft.
    """

    test: JsonObject
    context: TrialContext
    surroundings: Mapping[str, Any]
    test_case_id: TestCaseId | None = None

    @property
    def environment(self) -> Mapping[str, Any]:
        """The environment; empty without one."""
        return self.surroundings["environment"] or {}

    @property
    def secret_names(self) -> Set[str]:
        """The secret variables that the caller has not replaced."""
        return {*self.environment.get("secret_keys", ())} - {*self.context.variables}

    def to_document(self) -> JsonObject:
        """Return the plan as that of a run would come from the database."""
        environment, context = self.environment, self.context
        return {
            "run": {"id": NO_RUN},
            "tests": [self.test],
            "environment": {
                "base_url": environment.get("base_url", ""),
                "variables": {**environment.get("variables", {}), **context.variables},
            },
            "context": context.captured.model_dump(mode="json"),
            "fixtures": self.surroundings["fixtures"],
            "network_policy": self.surroundings["network_policy"],
        }


def open_trial(
    subject: Subject,
    secrets: Mapping[str, str],
    transport: Transport,
    options: RunOptions,
    hidden: Set[str] = frozenset(),
) -> Trial:
    """
    Return the trial of a subject with its secret variables.

    Raises `InvalidError` for a test that cannot be planned, `RequestInvalidError` for an iteration
    that it does not have, and `StepError` when its iterations cannot be read.
    """
    document = subject.to_document()
    try:
        plan = Plan.from_document(document)
    except InvalidPlanError as error:
        message = f"The test case cannot be carried out: {error}"
        raise InvalidError(message) from error
    context = subject.context
    return Trial(
        plan,
        Document(subject.test),
        Scope.from_document(document, {name: secrets[name] for name in secrets}),
        transport,
        options if context.seed is None else replace(options, seed=context.seed),
        iteration=_choose_iteration(plan, context),
        hidden=hidden,
    )


def _choose_iteration(plan: Plan, context: TrialContext) -> Iteration | None:
    iterate = plan.tests[0].iterate
    if "row" in context.model_fields_set:
        name = iterate.name if iterate else None
        (row,) = expand(Iterate(items=[context.row], name=name), plan.fixtures)
        return Iteration(context.iteration, row.name, row.value)
    if iterate is None:
        return None
    iterations = expand(iterate, plan.fixtures)
    if context.iteration >= len(iterations):
        message = f"the test has {len(iterations)} iterations, numbered from 0"
        raise RequestInvalidError(f"iteration: {message}", field="iteration")
    return iterations[context.iteration]
