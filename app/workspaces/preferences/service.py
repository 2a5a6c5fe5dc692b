"""What people can do with their preferences."""

from datetime import datetime

from app.core.errors import AlreadyExistsError
from app.core.identifiers import UserId
from app.db.session import Row, Session
from app.web.entity_tags import Precondition
from app.web.errors import PreconditionFailedError
from app.workspaces.preferences.schemas import Preferences, PreferencesUpdate

TABLE = "user_preferences"
COLUMNS = ",".join(Preferences.model_fields)


async def get_preferences(session: Session, user_id: UserId) -> Preferences:
    """Return the caller's preferences; the defaults before they chose any."""
    row = await session.find(TABLE, COLUMNS, user_id=user_id)
    return Preferences.model_validate(row or {})


async def update_preferences(
    session: Session, user_id: UserId, changes: PreferencesUpdate, precondition: Precondition
) -> Preferences:
    """
    Change the caller's preferences.

    Raises `ForbiddenError` for an environment not visible, or `PreconditionFailedError`.
    """
    row = {"user_id": str(user_id), **changes.to_row()}
    if precondition.is_given:
        stored = await _change_known(session, row, precondition)
    else:
        stored = await session.upsert(TABLE, row, COLUMNS, on_conflict=("user_id",))
    return Preferences.model_validate(stored)


async def _change_known(session: Session, row: Row, precondition: Precondition) -> Row:
    known = await session.find(TABLE, f"id,updated_at,{COLUMNS}", user_id=row["user_id"])
    precondition.check(Preferences.model_validate(known or {}))
    if known is None:
        try:
            return await session.insert(TABLE, row, COLUMNS)
        except AlreadyExistsError as error:
            raise PreconditionFailedError from error
    since = datetime.fromisoformat(known["updated_at"])
    stored = await session.update(TABLE, known["id"], row, COLUMNS, unchanged_since=since)
    if stored is None:
        raise PreconditionFailedError
    return stored
