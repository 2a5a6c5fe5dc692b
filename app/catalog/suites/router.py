"""Routes of suites."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.catalog.suites import service
from app.catalog.suites.schemas import (
    Suite,
    SuiteCreate,
    SuiteOrder,
    SuitePageRequest,
    SuiteParts,
    SuiteUpdate,
)
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import ProjectId, SuiteId
from app.db.errors import CaseInUseError, HasResultsError, OrderIncompleteError, UsersChangedError
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page
from app.web.problems import problem_responses
from app.web.removal import WithResults

CHANGING = (NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError)

router = APIRouter(tags=["suites"])


@router.post(
    "/projects/{project_id}/suites",
    status_code=status.HTTP_201_CREATED,
    response_model_exclude_unset=True,
    responses=problem_responses(
        NotFoundError, ForbiddenError, AlreadyExistsError, RequestInvalidError
    ),
)
async def create_suite(
    project_id: ProjectId, suite: SuiteCreate, session: UserSession, response: Response
) -> Suite:
    """Create a suite; editors may."""
    created = await service.create_suite(session, project_id, suite)
    response.headers["Location"] = f"/api/v1/suites/{created.id}"
    return created


@router.get(
    "/projects/{project_id}/suites",
    response_model_exclude_unset=True,
    responses=problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError),
)
async def list_suites(
    project_id: ProjectId, session: UserSession, page: Annotated[SuitePageRequest, Query()]
) -> Page[Suite]:
    """List the suites of a project, in their order unless sorted otherwise."""
    return await service.list_suites(session, project_id, page)


@router.get(
    "/projects/{project_id}/suites/order",
    responses=problem_responses(NotFoundError, RequestInvalidError),
)
async def get_suite_order(project_id: ProjectId, session: UserSession) -> SuiteOrder:
    """Return all suites of a project in their order; its tag is for a new one."""
    return await service.get_suite_order(session, project_id)


@router.put(
    "/projects/{project_id}/suites/order",
    responses=problem_responses(*CHANGING, OrderIncompleteError),
)
async def reorder_suites(
    project_id: ProjectId, order: SuiteOrder, session: UserSession, precondition: IfMatch
) -> SuiteOrder:
    """
    Put all suites of a project into an order; each must be named once. Editors may.

    `If-Match` takes the tag that GET answers here, or of this answer.
    """
    return await service.reorder_suites(session, project_id, order, precondition)


@router.get(
    "/suites/{suite_id}",
    response_model_exclude_unset=True,
    responses=problem_responses(NotFoundError, RequestInvalidError),
)
async def get_suite(
    suite_id: SuiteId,
    session: UserSession,
    parts: Annotated[SuiteParts, Query()],
) -> Suite:
    """Return one suite."""
    return await service.get_suite(session, suite_id, parts.include)


@router.patch(
    "/suites/{suite_id}",
    response_model_exclude_unset=True,
    responses=problem_responses(*CHANGING, AlreadyExistsError),
)
async def update_suite(
    suite_id: SuiteId, changes: SuiteUpdate, session: UserSession, precondition: IfMatch
) -> Suite:
    """Change a suite; editors may."""
    return await service.update_suite(session, suite_id, changes, precondition)


@router.delete(
    "/suites/{suite_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(*CHANGING, CaseInUseError, UsersChangedError, HasResultsError),
)
async def delete_suite(
    suite_id: SuiteId,
    session: UserSession,
    precondition: IfMatch,
    cascade: Annotated[
        bool, Query(description="Also when tests of other suites need tests of this one.")
    ] = False,
    with_results: WithResults = False,
) -> None:
    """
    Delete a suite with its tests; editors may.

    Refused when tests of other suites depend on its tests or use what they capture, unless with
    `cascade`: then these lose those dependencies. Refused when its tests have results, unless with
    `with_results`: these then go as well. To keep them, disable the suite instead.
    """
    await service.delete_suite(
        session, suite_id, precondition, cascade=cascade, with_results=with_results
    )
