"""Where variables are kept."""

from typing import Any

from app.auth.secret_writer import SecretWriter
from app.contexts.variables.schemas import (
    Variable,
    VariablePageRequest,
    VariablePut,
    VariablesPut,
)
from app.core.identifiers import EnvironmentId, VariableId
from app.db.conditions import containing
from app.db.session import Row, Session
from app.web.pagination import Listing, Page
from app.web.resources import Resource

VARIABLES = Resource(Listing("environment_variables", Variable, order=("key",)))
_TABLE = VARIABLES.listing.table
_COLUMNS = VARIABLES.listing.selected


async def list_variables(
    session: Session, environment_id: EnvironmentId, page: VariablePageRequest
) -> Page[Variable]:
    """Return the variables of an environment that fulfil the filters, by key."""
    where: dict[str, object] = {"environment_id": environment_id}
    if page.is_secret is not None:
        where["is_secret"] = page.is_secret
    if page.text is not None:
        where["key"] = containing(page.text)
    return await VARIABLES.listing.select_page(session, page, sort=page.sort, include=(), **where)


async def has_environment(session: Session, environment_id: EnvironmentId) -> bool:
    """Tell whether the caller may see the environment."""
    return await session.find("environments", "id", id=environment_id) is not None


async def find_variable(
    session: Session, environment_id: EnvironmentId, key: str
) -> Variable | None:
    """Return the variable if the caller may see it."""
    row = await session.find(_TABLE, _COLUMNS, environment_id=environment_id, key=key)
    return Variable.model_validate(row) if row else None


async def put_variable(
    session: Session, environment_id: EnvironmentId, key: str, variable: VariablePut
) -> Variable:
    """Insert or replace a variable; the value of a secret one is left out."""
    row = {"environment_id": str(environment_id), "key": key, **_to_row(variable)}
    stored = await session.upsert(_TABLE, row, _COLUMNS, on_conflict=("environment_id", "key"))
    return Variable.model_validate(stored)


async def replace_variable(
    session: Session, known: Variable, variable: VariablePut
) -> Variable | None:
    """Replace a variable that still is the known one; None when it is not, or may not be."""
    row = await session.update(
        _TABLE, known.id, _to_row(variable), _COLUMNS, unchanged_since=known.updated_at
    )
    return Variable.model_validate(row) if row else None


async def store_secret_value(secrets: SecretWriter, variable_id: VariableId, value: str) -> Row:
    """Encrypt and store the value of a secret variable; return what may be shown of it."""
    request = {"variable_id": str(variable_id), "value": value}
    return await secrets.call("store_secret_value", request)


async def read_for_change(session: Session, environment_id: EnvironmentId) -> list[Row]:
    """Return the variables as they are; raises `NotFoundError`, `ForbiddenError` for who may not."""
    request = {"environment_id": str(environment_id)}
    return (await session.call("get_environment_for_change", request, idempotent=True))["variables"]


async def replace_variables(
    secrets: SecretWriter,
    environment_id: EnvironmentId,
    variables: VariablesPut,
    known: dict[str, Any] | None,
) -> list[Row] | None:
    """Make these the variables, all or nothing; None when they are not the `known` ones any more."""
    request = {
        "environment_id": str(environment_id),
        "variables": variables.to_entries(),
        "known": known,
    }
    return (await secrets.call("replace_environment_variables", request))["variables"]


def _to_row(variable: VariablePut) -> Row:
    return {
        "value": None if variable.is_secret else variable.value,
        "is_secret": variable.is_secret,
    }
