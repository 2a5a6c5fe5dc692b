"""Where machines sign in; nobody is known yet on this route."""

from fastapi import APIRouter, Response

from app.auth.access_tokens import LIFETIME
from app.auth.dependencies import CallersTokenExchange
from app.auth.errors import AccessTokensUnavailableError, InvalidApiTokenError
from app.auth.token_exchange import ApiTokenSecret
from app.core.errors import TooManyRequestsError
from app.db.errors import DatabaseUnavailableError
from app.web.errors import RequestInvalidError
from app.web.problems import problem_responses
from app.workspaces.access_tokens.schemas import AccessTokenGrant, AccessTokenRequest

router = APIRouter(tags=["API tokens"])


@router.post(
    "/access-tokens",
    responses=problem_responses(
        InvalidApiTokenError,
        RequestInvalidError,
        TooManyRequestsError,
        AccessTokensUnavailableError,
        DatabaseUnavailableError,
    ),
)
async def create_access_token(
    request: AccessTokenRequest, exchange: CallersTokenExchange, response: Response
) -> AccessTokenGrant:
    """Exchange an API token for an access token of a few minutes; ask again when it expires."""
    granted = await exchange.exchange(ApiTokenSecret(request.api_token.get_secret_value()))
    response.headers["Cache-Control"] = "no-store"
    return AccessTokenGrant(
        access_token=granted.token,
        expires_in=int(LIFETIME.total_seconds()),
        expires_at=granted.expires_at,
    )
