"""Routes of preferences."""

from fastapi import APIRouter

from app.auth.dependencies import CurrentPrincipal, UserSession
from app.core.errors import ForbiddenError
from app.web.entity_tags import IfMatch
from app.web.errors import PreconditionFailedError, RequestInvalidError
from app.web.problems import problem_responses
from app.workspaces.preferences import service
from app.workspaces.preferences.schemas import Preferences, PreferencesUpdate

router = APIRouter(prefix="/preferences", tags=["preferences"])


@router.get("")
async def get_preferences(session: UserSession, principal: CurrentPrincipal) -> Preferences:
    """Return your preferences."""
    return await service.get_preferences(session, principal.user_id)


@router.patch(
    "", responses=problem_responses(ForbiddenError, PreconditionFailedError, RequestInvalidError)
)
async def update_preferences(
    changes: PreferencesUpdate,
    session: UserSession,
    principal: CurrentPrincipal,
    precondition: IfMatch,
) -> Preferences:
    """Change your preferences."""
    return await service.update_preferences(session, principal.user_id, changes, precondition)
