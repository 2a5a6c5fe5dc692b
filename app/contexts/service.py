"""What can be done with environments and variables."""

from app.auth.secret_writer import SecretWriter
from app.contexts import repository
from app.contexts.schemas import Environment, EnvironmentCreate, Variable, VariablePut
from app.core.errors import NotFoundError
from app.core.identifiers import EnvironmentId, ProjectId
from app.db.session import Session
from app.web.pagination import Page, PageRequest


async def create_environment(
    session: Session, project_id: ProjectId, environment: EnvironmentCreate
) -> Environment:
    """Create an environment; raises `NotFoundError`, `ForbiddenError` or `AlreadyExistsError`."""
    return await repository.create_environment(session, project_id, environment)


async def get_environment(session: Session, environment_id: EnvironmentId) -> Environment:
    """Return the environment; raises `NotFoundError` when the caller may not see it."""
    environment = await repository.find_environment(session, environment_id)
    if environment is None:
        raise NotFoundError
    return environment


async def list_environments(
    session: Session, project_id: ProjectId, page: PageRequest
) -> Page[Environment]:
    """Return the environments of a project; raises `NotFoundError`."""
    if not await repository.has_project(session, project_id):
        raise NotFoundError
    return await repository.list_environments(session, project_id, page)


async def list_variables(
    session: Session, environment_id: EnvironmentId, page: PageRequest
) -> Page[Variable]:
    """Return the variables of an environment without secret values; raises `NotFoundError`."""
    await get_environment(session, environment_id)
    return await repository.list_variables(session, environment_id, page)


async def put_variable(
    session: Session,
    secrets: SecretWriter,
    environment_id: EnvironmentId,
    key: str,
    variable: VariablePut,
) -> Variable:
    """
    Set a variable; raises `NotFoundError` or `ForbiddenError`.

    The row is written with the caller's rights first, which decides whether they may; a secret
    value follows with the service's. Repeating the request after a failure completes it.
    """
    stored = await repository.put_variable(session, environment_id, key, variable)
    if not variable.is_secret:
        return stored
    shown = await repository.store_secret_value(secrets, stored.id, variable.value)
    return Variable.model_validate(
        {
            **stored.model_dump(),
            "value_last_four": shown["last_four"],
            "value_set_at": shown["set_at"],
        }
    )
