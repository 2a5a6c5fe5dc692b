"""Routes of trials."""

from typing import Final

from fastapi import APIRouter, Request, Response

from app.auth.dependencies import AUTHENTICATION_PROBLEMS, UserSession
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import ProjectId, TestCaseId
from app.db.errors import SecretRejectedError
from app.trials import service
from app.trials.dependencies import CallersSecretReader, CurrentLaboratory
from app.trials.disconnection import unless_disconnected
from app.trials.errors import TooManyTriesError
from app.trials.schemas import DraftTrial, Preview, TrialContext, Try
from app.web.errors import RequestInvalidError
from app.web.problems import problem_responses

PREVIEWING = problem_responses(NotFoundError, RequestInvalidError)
TRYING = problem_responses(
    NotFoundError, ForbiddenError, RequestInvalidError, SecretRejectedError, TooManyTriesError
)
CLIENT_LEFT: Final = 499
"""What the log tells of a try whose caller did not wait for the answer; nobody receives it."""

router = APIRouter(tags=["trials"], responses=AUTHENTICATION_PROBLEMS)


@router.post("/cases/{case_id}/preview", responses=PREVIEWING)
async def preview_case(
    case_id: TestCaseId,
    context: TrialContext,
    session: UserSession,
    laboratory: CurrentLaboratory,
) -> Preview:
    """
    Show the request of a test case without sending anything.

    Every value that is missing is explained. Secrets are masked; no token endpoint is asked.
    """
    return await service.preview_case(session, laboratory, case_id, context)


@router.post("/projects/{project_id}/preview", responses=PREVIEWING)
async def preview_draft(
    project_id: ProjectId,
    draft: DraftTrial,
    session: UserSession,
    laboratory: CurrentLaboratory,
) -> Preview:
    """Show the request of a test case that is not stored, without sending anything."""
    return await service.preview_draft(session, laboratory, project_id, draft)


@router.post("/cases/{case_id}/try", responses=TRYING, response_model=Try)
async def try_case(
    case_id: TestCaseId,
    context: TrialContext,
    request: Request,
    session: UserSession,
    reader: CallersSecretReader,
    laboratory: CurrentLaboratory,
) -> Try | Response:
    """
    Send the request of a test case once, and check the answer; needs the role editor.

    Nothing is recorded, retried or kept, apart from an entry in the audit log when secrets are
    read. The try ends when you close the connection.
    """
    work = service.try_case(session, reader, laboratory, case_id, context)
    return await unless_disconnected(request.receive, work) or Response(status_code=CLIENT_LEFT)


@router.post("/projects/{project_id}/try", responses=TRYING, response_model=Try)
async def try_draft(
    project_id: ProjectId,
    draft: DraftTrial,
    request: Request,
    session: UserSession,
    reader: CallersSecretReader,
    laboratory: CurrentLaboratory,
) -> Try | Response:
    """Send the request of a test case that is not stored once; as for a stored one."""
    work = service.try_draft(session, reader, laboratory, project_id, draft)
    return await unless_disconnected(request.receive, work) or Response(status_code=CLIENT_LEFT)
