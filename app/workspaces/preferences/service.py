"""What people can do with their preferences."""

from app.core.identifiers import UserId
from app.db.session import Session
from app.workspaces.preferences.schemas import Preferences, PreferencesUpdate

TABLE = "user_preferences"
COLUMNS = ",".join(Preferences.model_fields)


async def get_preferences(session: Session, user_id: UserId) -> Preferences:
    """Return the caller's preferences; the defaults before they chose any."""
    row = await session.find(TABLE, COLUMNS, user_id=user_id)
    return Preferences.model_validate(row or {})


async def update_preferences(
    session: Session, user_id: UserId, changes: PreferencesUpdate
) -> Preferences:
    """Change the caller's preferences; raises `ForbiddenError` for an environment not visible."""
    row = {"user_id": str(user_id), **changes.to_row()}
    stored = await session.upsert(TABLE, row, COLUMNS, on_conflict=("user_id",))
    return Preferences.model_validate(stored)
