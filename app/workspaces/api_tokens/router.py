"""Routes of API tokens; only people come through, whatever the scope of a token."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from app.auth.dependencies import UserSession
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import ApiTokenId, OrganizationId
from app.web.entity_tags import IfMatch
from app.web.errors import InvalidCursorError, PreconditionFailedError, RequestInvalidError
from app.web.pagination import Page
from app.web.problems import problem_responses
from app.workspaces.api_tokens import service
from app.workspaces.api_tokens.schemas import (
    ApiToken,
    ApiTokenCreate,
    ApiTokenPageRequest,
    ApiTokenUpdate,
    ApiTokenWithSecret,
)

CHANGING = problem_responses(
    NotFoundError, ForbiddenError, PreconditionFailedError, RequestInvalidError
)

router = APIRouter(tags=["API tokens"])


@router.post(
    "/organizations/{organization_id}/api-tokens",
    status_code=status.HTTP_201_CREATED,
    responses=problem_responses(NotFoundError, ForbiddenError, RequestInvalidError),
)
async def create_api_token(
    organization_id: OrganizationId,
    token: ApiTokenCreate,
    session: UserSession,
    response: Response,
) -> ApiTokenWithSecret:
    """Make an API token that acts for you; editors may. Its secret is never shown again."""
    created = await service.create_api_token(session, organization_id, token)
    response.headers["Location"] = f"/api/v1/api-tokens/{created.id}"
    response.headers["Cache-Control"] = "no-store"
    return created


@router.get(
    "/organizations/{organization_id}/api-tokens",
    responses=problem_responses(NotFoundError, RequestInvalidError, InvalidCursorError),
)
async def list_api_tokens(
    organization_id: OrganizationId,
    session: UserSession,
    page: Annotated[ApiTokenPageRequest, Query()],
) -> Page[ApiToken]:
    """List your API tokens in an organization; admins see those of all members."""
    return await service.list_api_tokens(session, organization_id, page)


@router.get(
    "/api-tokens/{token_id}", responses=problem_responses(NotFoundError, RequestInvalidError)
)
async def get_api_token(token_id: ApiTokenId, session: UserSession) -> ApiToken:
    """Return one API token, without its secret."""
    return await service.get_api_token(session, token_id)


@router.patch("/api-tokens/{token_id}", responses=CHANGING)
async def update_api_token(
    token_id: ApiTokenId, changes: ApiTokenUpdate, session: UserSession, precondition: IfMatch
) -> ApiToken:
    """Give an API token another name."""
    return await service.update_api_token(session, token_id, changes, precondition)


@router.delete("/api-tokens/{token_id}", status_code=status.HTTP_204_NO_CONTENT, responses=CHANGING)
async def delete_api_token(
    token_id: ApiTokenId, session: UserSession, precondition: IfMatch
) -> None:
    """Revoke an API token at once, with the access tokens it was exchanged for; admins may revoke all."""
    await service.delete_api_token(session, token_id, precondition)
