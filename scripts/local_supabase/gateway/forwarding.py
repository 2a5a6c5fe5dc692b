"""What the upstream services receive: keys of the gateway turned into what each of them understands."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from scripts.local_supabase.gateway.api_keys import (
    RawHeaders,
    identify_caller,
    remove_query_key,
    replace_headers,
)
from scripts.local_supabase.gateway.proxy import Forwarding
from scripts.local_supabase.keys import KeyRing

REST_PREFIX = b"/rest/v1"
# Links in e-mails, redirects of providers and key discovery come without an API key.
OPEN_AUTH_PATHS = (
    "/auth/v1/verify",
    "/auth/v1/callback",
    "/auth/v1/authorize",
    "/auth/v1/.well-known/jwks.json",
)


@dataclass(frozen=True, slots=True)
class RestForwarding:
    """PostgREST knows JWTs only: the caller's own, else the one of the key's role."""

    keys: KeyRing

    def __call__(self, scope: Scope) -> Forwarding:
        caller = identify_caller(Headers(scope=scope), scope["query_string"], self.keys)
        authorization = (b"authorization", f"Bearer {caller.token}".encode())
        headers = replace_headers(scope["headers"], (b"apikey", b"authorization"), (authorization,))
        path: bytes = scope["raw_path"]
        return Forwarding(_join(path.removeprefix(REST_PREFIX) or b"/", scope), headers)


@dataclass(frozen=True, slots=True)
class AuthForwarding:
    """The auth service knows opaque keys only, and a bearer token only when it is a user's."""

    keys: KeyRing

    def __call__(self, scope: Scope) -> Forwarding:
        return Forwarding(_join(scope["raw_path"], scope), self._build_headers(scope))

    def _build_headers(self, scope: Scope) -> RawHeaders:
        headers: RawHeaders = scope["headers"]
        if scope["path"] in OPEN_AUTH_PATHS:
            added = [(b"apikey", self.keys.publishable_key.encode())]
            return replace_headers(headers, (b"apikey", b"authorization"), added)
        caller = identify_caller(Headers(scope=scope), scope["query_string"], self.keys)
        key = self.keys.secret_key if caller.is_service else self.keys.publishable_key
        added = [(b"apikey", key.encode())]
        if caller.user_token is not None and self.keys.resolve_api_key(caller.user_token) is None:
            added.append((b"authorization", f"Bearer {caller.user_token}".encode()))
        return replace_headers(headers, (b"apikey", b"authorization"), added)


def _join(path: bytes, scope: Scope) -> bytes:
    query = remove_query_key(scope["query_string"])
    return path + b"?" + query if query else path
