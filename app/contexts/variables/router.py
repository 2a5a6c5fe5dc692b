"""Routes of variables."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status

from app.auth.dependencies import CallersSecretWriter, UserSession
from app.contexts.variables import service
from app.contexts.variables.schemas import (
    Variable,
    VariableKey,
    VariablePageRequest,
    VariablePut,
    VariablesPut,
)
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import EnvironmentId
from app.db.errors import SecretRejectedError
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page
from app.web.problems import problem_responses

READING = problem_responses(NotFoundError, RequestInvalidError)
LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)
CHANGES = (NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError)

Key = Annotated[VariableKey, Path(examples=["EMAIL"])]

router = APIRouter(prefix="/environments/{environment_id}/variables", tags=["environments"])


@router.get("", responses=LISTING)
async def list_variables(
    environment_id: EnvironmentId,
    session: UserSession,
    page: Annotated[VariablePageRequest, Query()],
) -> Page[Variable]:
    """List the variables of an environment by key; secret values are never shown."""
    return await service.list_variables(session, environment_id, page)


@router.put("", responses=problem_responses(*CHANGES, SecretRejectedError))
async def put_variables(
    environment_id: EnvironmentId,
    variables: VariablesPut,
    session: UserSession,
    secrets: CallersSecretWriter,
    precondition: IfMatch,
) -> Page[Variable]:
    """
    Make these the variables of an environment, all or nothing; needs the role admin.

    Variables that are not named are removed. A secret that is named without a value keeps its own.
    `If-Match` takes the tag of the list that holds all of them, read with `limit=500`, or of this
    answer, which is that list.
    """
    return await service.put_variables(session, secrets, environment_id, variables, precondition)


@router.get("/{key}", responses=READING)
async def get_variable(environment_id: EnvironmentId, key: Key, session: UserSession) -> Variable:
    """Return one variable; the value of a secret is never shown."""
    return await service.get_variable(session, environment_id, key)


@router.put("/{key}", responses=problem_responses(*CHANGES, SecretRejectedError))
async def put_variable(
    environment_id: EnvironmentId,
    key: Key,
    variable: VariablePut,
    session: UserSession,
    secrets: CallersSecretWriter,
    precondition: IfMatch,
) -> Variable:
    """Set a variable, secret or not, whatever it was before; needs the role admin."""
    return await service.put_variable(session, secrets, environment_id, key, variable, precondition)


@router.delete(
    "/{key}", status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(*CHANGES)
)
async def delete_variable(
    environment_id: EnvironmentId, key: Key, session: UserSession, precondition: IfMatch
) -> None:
    """Delete a variable with its secret; needs the role admin."""
    await service.delete_variable(session, environment_id, key, precondition)
