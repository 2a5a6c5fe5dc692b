"""What can be done with a test case before it is run."""

import secrets
from datetime import timedelta

from app.catalog.cases.validation import check_case, to_planned_test
from app.core.identifiers import ProjectId, TestCaseId
from app.db.session import Session
from app.engine import JsonObject
from app.engine.errors import StepError
from app.trials import repository
from app.trials.answers import build_preview, build_try, refuse_preview, refuse_try
from app.trials.explaining import explain_gaps, explain_problem
from app.trials.laboratory import Laboratory
from app.trials.planning import Subject, open_trial
from app.trials.schemas import DraftTrial, Preview, TrialContext, Try
from app.trials.secret_reader import SecretReader
from app.web.errors import RequestInvalidError

CASE = "case"


async def preview_case(
    session: Session, laboratory: Laboratory, test_case_id: TestCaseId, context: TrialContext
) -> Preview:
    """Show the request of a stored case; raises `NotFoundError`."""
    subject = await _plan_case(session, test_case_id, context, sends=False)
    return await _preview(laboratory, subject)


async def preview_draft(
    session: Session, laboratory: Laboratory, project_id: ProjectId, draft: DraftTrial
) -> Preview:
    """Show the request of a case that is not stored; raises `NotFoundError`, `RequestInvalidError`."""
    subject = await _plan_draft(session, project_id, draft, sends=False)
    return await _preview(laboratory, subject)


async def try_case(
    session: Session,
    reader: SecretReader,
    laboratory: Laboratory,
    test_case_id: TestCaseId,
    context: TrialContext,
) -> Try:
    """Send a stored case once; raises `NotFoundError`, `ForbiddenError` or `TooManyTriesError`."""
    with laboratory.limits.admit(reader.user_id):
        subject = await _plan_case(session, test_case_id, context, sends=True)
        return await _try(reader, laboratory, subject)


async def try_draft(
    session: Session,
    reader: SecretReader,
    laboratory: Laboratory,
    project_id: ProjectId,
    draft: DraftTrial,
) -> Try:
    """Send a case that is not stored once; raises as `try_case`, or `RequestInvalidError`."""
    with laboratory.limits.admit(reader.user_id):
        subject = await _plan_draft(session, project_id, draft, sends=True)
        return await _try(reader, laboratory, subject)


async def _plan_case(
    session: Session, test_case_id: TestCaseId, context: TrialContext, *, sends: bool
) -> Subject:
    answer = await repository.get_plan_of_case(
        session, test_case_id, context.environment_id, sends=sends
    )
    return Subject(
        test=answer["tests"][0], context=context, surroundings=answer, test_case_id=test_case_id
    )


async def _plan_draft(
    session: Session, project_id: ProjectId, draft: DraftTrial, *, sends: bool
) -> Subject:
    _check_draft(draft)
    test = to_planned_test(draft.case)
    answer = await repository.get_plan_of_draft(
        session, project_id, test, draft.environment_id, sends=sends
    )
    if test["response_schemas"] is None:
        test["response_schemas"] = answer["response_schemas"]
    return Subject(test=test, context=draft, surroundings=answer)


def _check_draft(draft: DraftTrial) -> None:
    """Refuse what writing the case would refuse, naming the field within this request."""
    try:
        check_case(draft.case)
    except RequestInvalidError as error:
        field = f"{CASE}.{error.field}"
        detail = f"{CASE}.{error.detail}"
        problems = [{**each, "field": f"{CASE}.{each['field']}"} for each in error.errors]
        raise RequestInvalidError(detail, field=field, errors=problems) from error


async def _preview(laboratory: Laboratory, subject: Subject) -> Preview:
    # Nobody's secrets are needed to see where they would stand.
    stand_ins = {name: secrets.token_hex(16) for name in subject.secret_names}
    hidden = subject.secret_names
    try:
        trial = open_trial(subject, stand_ins, laboratory.transport, laboratory.options, hidden)
    except StepError as error:
        return refuse_preview(subject, explain_problem(error.problem))
    return build_preview(subject, await trial.preview())


async def _try(reader: SecretReader, laboratory: Laboratory, subject: Subject) -> Try:
    known = await _read_secrets(reader, subject)
    shortened = Subject(
        test=_shorten(subject.test, laboratory.longest_try),
        context=subject.context,
        surroundings=subject.surroundings,
        test_case_id=subject.test_case_id,
    )
    try:
        trial = open_trial(shortened, known, laboratory.transport, laboratory.options)
    except StepError as error:
        return refuse_try(subject, problem=explain_problem(error.problem))
    if gaps := trial.find_gaps():
        return refuse_try(subject, missing=explain_gaps(gaps, subject.surroundings))
    return build_try(subject, await trial.send())


async def _read_secrets(reader: SecretReader, subject: Subject) -> dict[str, str]:
    environment_id = subject.context.environment_id
    if environment_id is None or not subject.secret_names:
        return {}
    values = await reader.read(environment_id, subject.test_case_id)
    return {name: value for name, value in values.items() if name in subject.secret_names}


def _shorten(test: JsonObject, longest: timedelta) -> JsonObject:
    """The test with no more time than a try may take."""
    timeout = test["timeout_ms"]
    limit = round(longest.total_seconds() * 1000)
    return {**test, "timeout_ms": min(timeout, limit) if isinstance(timeout, int) else limit}
