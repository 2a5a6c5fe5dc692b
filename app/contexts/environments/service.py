"""What can be done with environments."""

from app.contexts.environments.schemas import Environment, EnvironmentCreate
from app.core.errors import NotFoundError
from app.core.identifiers import EnvironmentId, ProjectId
from app.db.session import Session
from app.web.pagination import Listing, Page, PageRequest
from app.web.resources import Resource

ENVIRONMENTS = Resource(Listing("environments", Environment, order=("order_index", "id")))


async def create_environment(
    session: Session, project_id: ProjectId, environment: EnvironmentCreate
) -> Environment:
    """Create an environment; raises `NotFoundError`, `ForbiddenError` or `AlreadyExistsError`."""
    row = {"project_id": str(project_id), **environment.model_dump()}
    return await ENVIRONMENTS.create(session, row)


async def get_environment(session: Session, environment_id: EnvironmentId) -> Environment:
    """Return the environment; raises `NotFoundError` when the caller may not see it."""
    return await ENVIRONMENTS.get(session, environment_id)


async def list_environments(
    session: Session, project_id: ProjectId, page: PageRequest
) -> Page[Environment]:
    """Return the environments of a project; raises `NotFoundError`."""
    if await session.find("projects", "id", id=project_id) is None:
        raise NotFoundError
    return await ENVIRONMENTS.listing.select_page(session, page, project_id=project_id)
