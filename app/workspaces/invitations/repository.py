"""What the database does with invitations in one transaction."""

from app.core.identifiers import InvitationId
from app.db.session import Session
from app.workspaces.members.schemas import Member


async def accept_invitation(session: Session, invitation_id: InvitationId) -> Member:
    """Make the caller a member; raises `NotFoundError` or `InvitationExpiredError`."""
    member = await session.call("accept_invitation", {"invitation_id": str(invitation_id)})
    return Member.model_validate(member)


async def decline_invitation(session: Session, invitation_id: InvitationId) -> None:
    """Forget an invitation of the caller; raises `NotFoundError`."""
    await session.call("decline_invitation", {"invitation_id": str(invitation_id)})
