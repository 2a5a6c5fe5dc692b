"""Routes of the signed-in person."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.auth.dependencies import CurrentPrincipal, UserSession
from app.core.errors import ForbiddenError, NotFoundError
from app.web.entity_tags import IfMatch
from app.web.errors import PreconditionFailedError, RequestInvalidError
from app.web.problems import problem_responses
from app.workspaces.users import service
from app.workspaces.users.schemas import User, UserParts, UserUpdate

router = APIRouter(prefix="/users/me", tags=["users"])


@router.get(
    "",
    response_model_exclude_unset=True,
    responses=problem_responses(NotFoundError, RequestInvalidError),
)
async def get_current_user(
    session: UserSession, principal: CurrentPrincipal, parts: Annotated[UserParts, Query()]
) -> User:
    """Return who you are; for an API token, for whom it acts."""
    return await service.get_user(session, principal.user_id, parts)


@router.patch(
    "",
    response_model_exclude_unset=True,
    responses=problem_responses(
        NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError
    ),
)
async def update_current_user(
    changes: UserUpdate, session: UserSession, principal: CurrentPrincipal, precondition: IfMatch
) -> User:
    """Change your name."""
    return await service.update_user(session, principal.user_id, changes, precondition)
