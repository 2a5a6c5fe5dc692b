"""Where environments and variables are kept."""

from typing import Any

from app.auth.secret_writer import SecretWriter
from app.contexts.schemas import Environment, EnvironmentCreate, Variable, VariablePut
from app.core.identifiers import EnvironmentId, ProjectId, VariableId
from app.db.session import Session
from app.web.pagination import Listing, Page, PageRequest

_ENVIRONMENTS = Listing("environments", Environment, order=("order_index", "id"))
_VARIABLES = Listing("environment_variables", Variable, order=("key",))
_ENVIRONMENT_COLUMNS = ",".join(Environment.model_fields)
_VARIABLE_COLUMNS = ",".join(Variable.model_fields)


async def create_environment(
    session: Session, project_id: ProjectId, environment: EnvironmentCreate
) -> Environment:
    """Insert an environment; the database gives it the tenant of the project."""
    row = {"project_id": str(project_id), **environment.model_dump()}
    stored = await session.insert("environments", row, _ENVIRONMENT_COLUMNS)
    return Environment.model_validate(stored)


async def find_environment(session: Session, environment_id: EnvironmentId) -> Environment | None:
    """Return the environment if the caller may see it."""
    row = await session.find("environments", _ENVIRONMENT_COLUMNS, id=environment_id)
    return Environment.model_validate(row) if row else None


async def has_project(session: Session, project_id: ProjectId) -> bool:
    """Tell whether the caller may see the project."""
    return await session.find("projects", "id", id=project_id) is not None


async def list_environments(
    session: Session, project_id: ProjectId, page: PageRequest
) -> Page[Environment]:
    """Return the environments of a project in their order."""
    return await _ENVIRONMENTS.select_page(session, page, project_id=project_id)


async def list_variables(
    session: Session, environment_id: EnvironmentId, page: PageRequest
) -> Page[Variable]:
    """Return the variables of an environment by key."""
    return await _VARIABLES.select_page(session, page, environment_id=environment_id)


async def put_variable(
    session: Session, environment_id: EnvironmentId, key: str, variable: VariablePut
) -> Variable:
    """Insert or replace a variable; the value of a secret one is left out."""
    row = {
        "environment_id": str(environment_id),
        "key": key,
        "value": None if variable.is_secret else variable.value,
        "is_secret": variable.is_secret,
    }
    stored = await session.upsert(
        "environment_variables", row, _VARIABLE_COLUMNS, on_conflict=("environment_id", "key")
    )
    return Variable.model_validate(stored)


async def store_secret_value(
    secrets: SecretWriter, variable_id: VariableId, value: str
) -> dict[str, Any]:
    """Encrypt and store the value of a secret variable; return what may be shown of it."""
    return await secrets.call(
        "store_secret_value", {"variable_id": str(variable_id), "value": value}
    )
