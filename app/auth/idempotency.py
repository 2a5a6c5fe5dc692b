"""Whose idempotency keys a request uses: those of the person whose token it carries."""

from cryptography.fernet import MultiFernet
from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers
from starlette.types import Scope

from app.auth.rate_limit import count_request
from app.auth.tokens import TokenVerifier
from app.core.errors import UnauthorizedError
from app.db.database import Database
from app.web.idempotency import KeyStore, OpenKeyStore
from app.web.idempotency_keys import DatabaseKeys


def keys_of_callers(cipher: MultiFernet) -> OpenKeyStore:
    """Return what finds the keys of a request's caller; none for one whom the routes will refuse."""

    async def open_keys(scope: Scope) -> KeyStore | None:
        authorization = Headers(scope=scope).get("authorization")
        scheme, token = get_authorization_scheme_param(authorization)
        verifier: TokenVerifier = scope["app"].state.token_verifier
        database: Database = scope["app"].state.database
        try:
            principal = await verifier.verify(token)
        except UnauthorizedError:
            return None
        if scheme.lower() != "bearer":
            return None
        count_request(scope, principal)
        return DatabaseKeys(database.as_user(principal.token), cipher, str(principal.rights))

    return open_keys
