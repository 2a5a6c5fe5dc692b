"""What can be done with environments."""

from collections.abc import Collection

from app.auth.secret_writer import SecretWriter
from app.contexts.environments import repository
from app.contexts.environments.schemas import (
    Environment,
    EnvironmentCreate,
    EnvironmentDuplicate,
    EnvironmentOrder,
    EnvironmentPageRequest,
    EnvironmentUpdate,
)
from app.core.errors import AppError, NotFoundError
from app.core.identifiers import EnvironmentId, ProjectId
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.orders import Order
from app.web.pagination import Page
from app.web.removal import call_removal, read_known

ENVIRONMENTS = repository.ENVIRONMENTS
ORDER = Order(
    EnvironmentOrder, "project_id", reader="get_environment_order", writer="order_environments"
)


async def create_environment(
    session: Session, project_id: ProjectId, environment: EnvironmentCreate
) -> Environment:
    """Create an environment; raises `NotFoundError`, `ForbiddenError` or `AlreadyExistsError`."""
    row = {"project_id": str(project_id), **environment.model_dump()}
    return await ENVIRONMENTS.create(session, row)


async def get_environment(
    session: Session, environment_id: EnvironmentId, include: Collection[str] = ()
) -> Environment:
    """Return the environment; raises `NotFoundError` when the caller may not see it."""
    return await ENVIRONMENTS.get(session, environment_id, include)


async def list_environments(
    session: Session, project_id: ProjectId, page: EnvironmentPageRequest
) -> Page[Environment]:
    """Return the environments of a project; raises `NotFoundError`."""
    if await session.find("projects", "id", id=project_id) is None:
        raise NotFoundError
    return await repository.list_environments(session, project_id, page)


async def update_environment(
    session: Session,
    environment_id: EnvironmentId,
    changes: EnvironmentUpdate,
    precondition: Precondition,
) -> Environment:
    """Change an environment; raises as `Resource.change`, or `AlreadyExistsError`."""
    return await ENVIRONMENTS.change(session, environment_id, changes.to_row(), precondition)


async def delete_environment(
    session: Session,
    environment_id: EnvironmentId,
    precondition: Precondition,
    *,
    with_results: bool,
) -> None:
    """
    Delete an environment with its variables and hooks.

    Raises `HasResultsError` when it has runs unless `with_results`, and then `RunNotFinishedError`
    while one of them goes on.
    """
    read_at = await read_known(session, ENVIRONMENTS, environment_id, precondition)
    await call_removal(
        session,
        "delete_environment",
        read_at,
        environment_id=str(environment_id),
        with_results=with_results,
    )


async def get_environment_order(session: Session, project_id: ProjectId) -> EnvironmentOrder:
    """Return all environments of a project in their order; raises `NotFoundError`."""
    return await ORDER.read(session, project_id)


async def reorder_environments(
    session: Session, project_id: ProjectId, order: EnvironmentOrder, precondition: Precondition
) -> EnvironmentOrder:
    """Put all environments of a project into an order; raises as `Order.write`."""
    return await ORDER.write(session, project_id, order, precondition)


async def duplicate_environment(
    session: Session,
    secrets: SecretWriter,
    environment_id: EnvironmentId,
    duplicate: EnvironmentDuplicate,
) -> Environment:
    """
    Copy an environment with its variables.

    The copy is made with the caller's rights, which decides whether they may; the values of secrets
    follow with the service's. A copy whose secrets could not be copied does not stay.
    """
    copy = await repository.duplicate_environment(session, environment_id, duplicate)
    if duplicate.copy_secrets:
        try:
            await repository.copy_secrets(secrets, environment_id, copy.id)
        except AppError:
            await session.delete(ENVIRONMENTS.listing.table, copy.id)
            raise
    return copy
