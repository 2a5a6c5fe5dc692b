"""Where variables are kept."""

from typing import Any

from app.auth.secret_writer import SecretWriter
from app.contexts.variables.schemas import Variable, VariablePut
from app.core.identifiers import EnvironmentId, VariableId
from app.db.session import Session
from app.web.pagination import Listing, Page, PageRequest

_VARIABLES = Listing("environment_variables", Variable, order=("key",))


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
        _VARIABLES.table, row, _VARIABLES.selected, on_conflict=("environment_id", "key")
    )
    return Variable.model_validate(stored)


async def store_secret_value(
    secrets: SecretWriter, variable_id: VariableId, value: str
) -> dict[str, Any]:
    """Encrypt and store the value of a secret variable; return what may be shown of it."""
    return await secrets.call(
        "store_secret_value", {"variable_id": str(variable_id), "value": value}
    )
