"""Routes of imports."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response, status

from app.auth.dependencies import AUTHENTICATION_PROBLEMS, UserSession
from app.catalog.importers import service
from app.catalog.importers.errors import DocumentInvalidError, DocumentUnreachableError
from app.catalog.importers.intake import Intake
from app.catalog.importers.schemas import Import, ImportCreate, ImportPreview, ImportSummary
from app.core.errors import AlreadyExistsError, ConflictError, ForbiddenError, NotFoundError
from app.core.identifiers import ImportId, ProjectId
from app.db.errors import DependencyCycleError
from app.web.errors import BodyTooLargeError, InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

IMPORTING = problem_responses(
    NotFoundError,
    ForbiddenError,
    ConflictError,
    AlreadyExistsError,
    BodyTooLargeError,
    RequestInvalidError,
    DocumentInvalidError,
    DocumentUnreachableError,
    DependencyCycleError,
)
READING = problem_responses(NotFoundError, RequestInvalidError)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)

router = APIRouter(tags=["imports"], responses=AUTHENTICATION_PROBLEMS)


async def get_intake(request: Request) -> Intake:
    """Return what documents come in through."""
    return request.app.state.intake


@router.post(
    "/projects/{project_id}/imports",
    status_code=status.HTTP_201_CREATED,
    responses=IMPORTING
    | {
        status.HTTP_200_OK: {
            "model": ImportPreview,
            "description": "A dry run: nothing is written.",
        }
    },
)
async def create_import(
    project_id: ProjectId,
    wanted: ImportCreate,
    session: UserSession,
    intake: Annotated[Intake, Depends(get_intake)],
    response: Response,
) -> Import | ImportPreview:
    """
    Import a document: cases for all that it describes, in suites; needs the role editor.

    A later version of the same document updates the cases; what people have changed stays.
    """
    answer = await service.import_document(session, intake, project_id, wanted)
    if isinstance(answer, ImportPreview):
        response.status_code = status.HTTP_200_OK
    else:
        response.headers["Location"] = f"/api/v1/imports/{answer.id}"
    return answer


@router.get("/projects/{project_id}/imports", responses=LISTING)
async def list_imports(
    project_id: ProjectId, session: UserSession, page: Annotated[PageRequest, Query()]
) -> Page[ImportSummary]:
    """List the imports into a project, newest first, without their reports."""
    return await service.list_imports(session, project_id, page)


@router.get("/imports/{import_id}", responses=READING)
async def get_import(import_id: ImportId, session: UserSession) -> Import:
    """Return one import with its report."""
    return await service.get_import(session, import_id)
