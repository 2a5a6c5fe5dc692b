"""What a route declares to know its caller and to act for them."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from app.auth.access_tokens import AccessTokenIssuer
from app.auth.addresses import find_origin
from app.auth.errors import ApiTokenRefusedError, SigningKeysUnavailableError
from app.auth.principal import Principal
from app.auth.rate_limit import RateLimiter, count_request
from app.auth.secret_writer import SecretWriter
from app.auth.token_exchange import TokenExchange
from app.auth.tokens import TokenVerifier
from app.core.errors import (
    InvalidTokenError,
    MissingTokenError,
    TokenExpiredError,
    TooManyRequestsError,
)
from app.core.settings import Settings
from app.db.database import Database
from app.db.errors import DatabaseUnavailableError
from app.db.session import Session
from app.web.problems import problem_responses

bearer = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT",
    description="The access token that Supabase auth issued to a person, or that "
    "`POST /api/v1/access-tokens` gave for an API token.",
)

AUTHENTICATION_ERRORS = (
    MissingTokenError,
    TokenExpiredError,
    InvalidTokenError,
    TooManyRequestsError,
    SigningKeysUnavailableError,
    DatabaseUnavailableError,
)
AUTHENTICATION_PROBLEMS = problem_responses(*AUTHENTICATION_ERRORS)


# Everything here is asynchronous: the framework gives what is not to threads, for each request.
async def get_principal(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Principal:
    """Return the caller; raises an `UnauthorizedError` or `TooManyRequestsError`."""
    if credentials is None:
        raise MissingTokenError
    verifier: TokenVerifier = request.app.state.token_verifier
    principal = await verifier.verify(credentials.credentials)
    count_request(request.scope, principal)
    return principal


CurrentPrincipal = Annotated[Principal, Depends(get_principal)]


async def open_user_session(request: Request, principal: CurrentPrincipal) -> Session:
    """Return a session with the caller's rights."""
    database: Database = request.app.state.database
    return database.as_user(principal.token)


UserSession = Annotated[Session, Depends(open_user_session)]


async def open_secret_writer(request: Request, principal: CurrentPrincipal) -> SecretWriter:
    """Return what it takes to store a secret for the caller; raises `ForbiddenError` for a machine."""
    if principal.api_token_id is not None:
        # What stores it goes by the user, who may do more.
        raise ApiTokenRefusedError
    database: Database = request.app.state.database
    settings: Settings = request.app.state.settings
    previous = settings.secrets_encryption_key_previous
    return SecretWriter(
        database.as_service(),
        settings.secrets_encryption_key.get_secret_value(),
        principal.user_id,
        None if previous is None else previous.get_secret_value(),
    )


CallersSecretWriter = Annotated[SecretWriter, Depends(open_secret_writer)]


async def open_token_exchange(request: Request) -> TokenExchange:
    """Return what signs machines in; raises `TooManyRequestsError` for an address that asks too often."""
    rate_limiter: RateLimiter = request.app.state.rate_limiter
    rate_limiter.take(f"address {find_origin(request)}")
    database: Database = request.app.state.database
    issuer: AccessTokenIssuer = request.app.state.access_tokens
    return TokenExchange(database.as_service(), issuer)


CallersTokenExchange = Annotated[TokenExchange, Depends(open_token_exchange)]
