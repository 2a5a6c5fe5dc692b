"""Routes of variables."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.auth.dependencies import CallersSecretWriter, UserSession
from app.contexts.variables import service
from app.contexts.variables.schemas import Variable, VariableKey, VariablePut
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import EnvironmentId
from app.web.errors import InvalidCursorError, RequestInvalidError
from app.web.pagination import Page, PageRequest
from app.web.problems import problem_responses

LISTING = problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError)
CHANGING = problem_responses(NotFoundError, ForbiddenError, RequestInvalidError)

PageQuery = Annotated[PageRequest, Query()]

router = APIRouter(tags=["environments"])


@router.get("/environments/{environment_id}/variables", responses=LISTING)
async def list_variables(
    environment_id: EnvironmentId, session: UserSession, page: PageQuery
) -> Page[Variable]:
    """List the variables of an environment by key; secret values are never shown."""
    return await service.list_variables(session, environment_id, page)


@router.put("/environments/{environment_id}/variables/{key}", responses=CHANGING)
async def put_variable(
    environment_id: EnvironmentId,
    key: Annotated[VariableKey, Path(examples=["EMAIL"])],
    variable: VariablePut,
    session: UserSession,
    secrets: CallersSecretWriter,
) -> Variable:
    """Set a variable, secret or not; needs the role admin."""
    return await service.put_variable(session, secrets, environment_id, key, variable)
