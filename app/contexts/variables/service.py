"""What can be done with variables."""

from app.auth.secret_writer import SecretWriter
from app.contexts.variables import repository
from app.contexts.variables.schemas import (
    Variable,
    VariablePageRequest,
    VariablePut,
    VariablesPut,
)
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import EnvironmentId
from app.db.session import Row, Session
from app.web.entity_tags import Precondition
from app.web.errors import PreconditionFailedError
from app.web.pagination import Page


async def list_variables(
    session: Session, environment_id: EnvironmentId, page: VariablePageRequest
) -> Page[Variable]:
    """Return the variables of an environment without secret values; raises `NotFoundError`."""
    if not await repository.has_environment(session, environment_id):
        raise NotFoundError
    return await repository.list_variables(session, environment_id, page)


async def get_variable(session: Session, environment_id: EnvironmentId, key: str) -> Variable:
    """Return a variable, without the value of a secret; raises `NotFoundError`."""
    variable = await repository.find_variable(session, environment_id, key)
    if variable is None:
        raise NotFoundError
    return variable


async def put_variable(
    session: Session,
    secrets: SecretWriter,
    environment_id: EnvironmentId,
    key: str,
    variable: VariablePut,
    precondition: Precondition,
) -> Variable:
    """
    Set a variable; raises `NotFoundError`, `ForbiddenError` or `PreconditionFailedError`.

    The row is written with the caller's rights first, which decides whether they may; a secret
    value follows with the service's. Repeating the request after a failure completes it.
    """
    if precondition.is_given:
        stored = await _replace_known(session, environment_id, key, variable, precondition)
    else:
        stored = await repository.put_variable(session, environment_id, key, variable)
    if not variable.is_secret:
        return stored
    shown = await repository.store_secret_value(secrets, stored.id, variable.value)
    parts = {
        "value_last_four": shown["last_four"],
        "value_set_at": shown["set_at"],
        "updated_at": shown["updated_at"],
    }
    return Variable.model_validate(stored.model_dump() | parts)


async def delete_variable(
    session: Session, environment_id: EnvironmentId, key: str, precondition: Precondition
) -> None:
    """Delete a variable with its secret; raises as `Resource.remove`."""
    known = await get_variable(session, environment_id, key)
    precondition.check(known)
    listing = repository.VARIABLES.listing
    since = known.updated_at if precondition.is_given else None
    if not await session.delete(listing.table, known.id, unchanged_since=since):
        raise await _explain(session, known)


async def put_variables(
    session: Session,
    secrets: SecretWriter,
    environment_id: EnvironmentId,
    variables: VariablesPut,
    precondition: Precondition,
) -> Page[Variable]:
    """
    Make these the variables of an environment, all or nothing; the list of all is answered.

    Raises `NotFoundError`, `ForbiddenError`, `PreconditionFailedError`, or `SecretRejectedError`
    for a new secret without a value. Whether the caller may is asked with their own rights first.
    """
    rows = await repository.read_for_change(session, environment_id)
    precondition.check(_list_all(rows))
    known = {row["id"]: row["updated_at"] for row in rows} if precondition.is_given else None
    stored = await repository.replace_variables(secrets, environment_id, variables, known)
    if stored is None:
        raise PreconditionFailedError
    return _list_all(stored)


def _list_all(rows: list[Row]) -> Page[Variable]:
    """Return the same document, thus the same tag, as the list that holds all of them."""
    return Page(items=[Variable.model_validate(row) for row in rows], next_cursor=None)


async def _replace_known(
    session: Session,
    environment_id: EnvironmentId,
    key: str,
    variable: VariablePut,
    precondition: Precondition,
) -> Variable:
    known = await repository.find_variable(session, environment_id, key)
    if known is None:
        if not await repository.has_environment(session, environment_id):
            raise NotFoundError
        # What is not there is not what the caller knows.
        raise PreconditionFailedError
    precondition.check(known)
    stored = await repository.replace_variable(session, known, variable)
    if stored is None:
        raise await _explain(session, known)
    return stored


async def _explain(
    session: Session, known: Variable
) -> ForbiddenError | NotFoundError | PreconditionFailedError:
    """Tell why nothing was written."""
    present = await repository.find_variable(session, known.environment_id, known.key)
    if present is None:
        return NotFoundError()
    changed = present.updated_at != known.updated_at
    return PreconditionFailedError() if changed else ForbiddenError()
