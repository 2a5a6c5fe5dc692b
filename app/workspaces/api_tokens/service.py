"""What can be done with API tokens."""

from typing import Any

from app.auth.token_exchange import ApiTokenSecret
from app.core.identifiers import ApiTokenId, OrganizationId
from app.db.conditions import any_of
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.pagination import Listing, Page
from app.web.resources import Resource
from app.workspaces.api_tokens import repository
from app.workspaces.api_tokens.schemas import (
    ApiToken,
    ApiTokenCreate,
    ApiTokenPageRequest,
    ApiTokenUpdate,
    ApiTokenWithSecret,
)
from app.workspaces.organizations.service import get_organization

TOKENS = Resource(Listing("api_tokens", ApiToken, order=("created_at", "id")))


async def create_api_token(
    session: Session, organization_id: OrganizationId, token: ApiTokenCreate
) -> ApiTokenWithSecret:
    """Make a token of the caller; raises `NotFoundError`, or `ForbiddenError` for who is no editor."""
    return await repository.insert_api_token(
        session, organization_id, token, ApiTokenSecret.create()
    )


async def list_api_tokens(
    session: Session, organization_id: OrganizationId, page: ApiTokenPageRequest
) -> Page[ApiToken]:
    """Return the caller's tokens in an organization, for its admins everybody's; raises `NotFoundError`."""
    await get_organization(session, organization_id)
    where: dict[str, Any] = {"organization_id": organization_id}
    if page.user_id is not None:
        where["user_id"] = page.user_id
    if page.project_id is not None:
        where["project_id"] = page.project_id
    if page.scope:
        where["scope"] = any_of(page.scope)
    return await TOKENS.listing.select_page(session, page, sort=page.sort, **where)


async def get_api_token(session: Session, token_id: ApiTokenId) -> ApiToken:
    """Return a token of the caller or of an organization of which they are an admin."""
    return await TOKENS.get(session, token_id)


async def update_api_token(
    session: Session, token_id: ApiTokenId, changes: ApiTokenUpdate, precondition: Precondition
) -> ApiToken:
    """Give a token another name."""
    return await TOKENS.change(session, token_id, changes.to_row(), precondition)


async def delete_api_token(
    session: Session, token_id: ApiTokenId, precondition: Precondition
) -> None:
    """Revoke a token at once and for good; the audit log keeps what it was."""
    await TOKENS.remove(session, token_id, precondition)
