"""Routes of dependencies."""

from fastapi import APIRouter, Response, status

from app.auth.dependencies import UserSession
from app.catalog.dependencies import service
from app.catalog.dependencies.schemas import Dependency, DependencyCreate, DependencyGraph
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import DependencyId, ProjectId
from app.db.errors import DependencyCycleError, RequiredTestNotFoundError
from app.web.entity_tags import IfMatch
from app.web.errors import PreconditionFailedError, RequestInvalidError
from app.web.problems import problem_responses

router = APIRouter(tags=["dependencies"])


@router.get(
    "/projects/{project_id}/dependencies",
    responses=problem_responses(NotFoundError, RequestInvalidError),
)
async def get_dependency_graph(project_id: ProjectId, session: UserSession) -> DependencyGraph:
    """
    Return the graph of a project: its tests, and which come before which.

    Beside declared dependencies it has those that templates imply, as a run derives them. One that
    would close a cycle is ignored in runs; `cycle` then names the tests.
    """
    return await service.get_dependency_graph(session, project_id)


@router.post(
    "/projects/{project_id}/dependencies",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(
        NotFoundError,
        ForbiddenError,
        AlreadyExistsError,
        RequestInvalidError,
        RequiredTestNotFoundError,
        DependencyCycleError,
    ),
)
async def create_dependency(
    project_id: ProjectId, dependency: DependencyCreate, session: UserSession, response: Response
) -> Dependency:
    """Declare that a test comes before another one; editors may. Cycles are refused and named."""
    created = await service.create_dependency(session, project_id, dependency)
    response.headers["Location"] = f"/api/v1/dependencies/{created.id}"
    return created


@router.get(
    "/dependencies/{dependency_id}",
    responses=problem_responses(NotFoundError, RequestInvalidError),
)
async def get_dependency(dependency_id: DependencyId, session: UserSession) -> Dependency:
    """Return one declared dependency."""
    return await service.get_dependency(session, dependency_id)


@router.delete(
    "/dependencies/{dependency_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problem_responses(
        NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError
    ),
)
async def delete_dependency(
    dependency_id: DependencyId, session: UserSession, precondition: IfMatch
) -> None:
    """Remove a declared dependency; editors may. What templates imply stays."""
    await service.delete_dependency(session, dependency_id, precondition)
