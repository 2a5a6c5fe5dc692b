"""What people can do with themselves."""

from app.core.identifiers import UserId
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.pagination import Listing
from app.web.resources import Resource
from app.workspaces.users.schemas import User, UserParts, UserUpdate

MEMBERSHIPS = (
    "memberships:organization_members(id,role,created_at,organization:organizations(id,name,slug))"
)
USERS = Resource(
    Listing(
        "users",
        User,
        order=("id",),
        includes={"memberships": MEMBERSHIPS},
        orders={"memberships": ("created_at", "id")},
    )
)


async def get_user(session: Session, user_id: UserId, parts: UserParts) -> User:
    """Return the caller; raises `NotFoundError` when the account is gone."""
    return await USERS.get(session, user_id, include=parts.include)


async def update_user(
    session: Session, user_id: UserId, changes: UserUpdate, precondition: Precondition
) -> User:
    """Change the caller; raises `ForbiddenError` for a machine that acts for them."""
    return await USERS.change(session, user_id, changes.to_row(), precondition)
