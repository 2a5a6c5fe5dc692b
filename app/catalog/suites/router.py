"""Routes of suites."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.catalog.suites import service
from app.catalog.suites.schemas import Suite, SuiteCreate
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import ProjectId, SuiteId
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

CREATING = problem_responses(NotFoundError, ForbiddenError, AlreadyExistsError, RequestInvalidError)
READING = problem_responses(NotFoundError, RequestInvalidError)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)

PageQuery = Annotated[PageRequest, Query()]

router = APIRouter(tags=["suites"])


@router.post(
    "/projects/{project_id}/suites", status_code=status.HTTP_201_CREATED, responses=CREATING
)
async def create_suite(
    project_id: ProjectId, suite: SuiteCreate, session: UserSession, response: Response
) -> Suite:
    """Create a suite; needs the role editor."""
    created = await service.create_suite(session, project_id, suite)
    response.headers["Location"] = f"/api/v1/suites/{created.id}"
    return created


@router.get("/projects/{project_id}/suites", responses=LISTING)
async def list_suites(project_id: ProjectId, session: UserSession, page: PageQuery) -> Page[Suite]:
    """List the suites of a project in their order."""
    return await service.list_suites(session, project_id, page)


@router.get("/suites/{suite_id}", responses=READING)
async def get_suite(suite_id: SuiteId, session: UserSession) -> Suite:
    """Return one suite."""
    return await service.get_suite(session, suite_id)
