"""Who calls: the API key of the request, and the token of a user when it carries one."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import Headers

from scripts.local_supabase.keys import InvalidTokenError, KeyRing

BEARER = "bearer "
OPAQUE_KEY_PREFIX = "sb_"
BROWSER_MARK = "Mozilla/"
RawHeaders = list[tuple[bytes, bytes]]


class ApiKeyRefusedError(Exception):
    """A request without a valid API key."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Caller:
    """The role behind the API key, and the token that takes its place when a person is signed in."""

    role_jwt: str
    is_service: bool
    user_token: str | None

    @property
    def token(self) -> str:
        return self.user_token or self.role_jwt


def identify_caller(headers: Headers, query: bytes, keys: KeyRing) -> Caller:
    """Return who calls; raise ApiKeyRefusedError."""
    api_key = headers.get("apikey") or find_query_key(query)
    if not api_key:
        raise ApiKeyRefusedError(
            "No API key found in request",
            "Send it as the header `apikey` or the query parameter `apikey`.",
        )
    role_jwt = keys.resolve_api_key(api_key)
    if role_jwt is None:
        raise ApiKeyRefusedError(
            "Invalid API key", "It is not a key of this installation: see scripts/up --print-env."
        )
    is_service = role_jwt != keys.anon_jwt and keys.verify(role_jwt)["role"] == "service_role"
    if is_service and api_key == keys.secret_key and BROWSER_MARK in headers.get("user-agent", ""):
        raise ApiKeyRefusedError(
            "Secret API keys are refused in browsers", "Use the publishable key there."
        )
    return Caller(role_jwt, is_service, _find_user_token(headers, api_key))


def _find_user_token(headers: Headers, api_key: str) -> str | None:
    """Clients without a signed-in user repeat the API key as bearer token; that one is not a user's."""
    authorization = headers.get("authorization", "")
    if not authorization.lower().startswith(BEARER):
        return None
    token = authorization[len(BEARER) :].strip()
    if token == api_key:
        return None
    if token.startswith(OPAQUE_KEY_PREFIX):
        raise ApiKeyRefusedError(
            "Invalid API key",
            "An opaque key as bearer token must be the key that the header `apikey` carries.",
        )
    return token or None


def is_service_call(caller: Caller, keys: KeyRing) -> bool:
    """Whether the request acts as service_role: by its key alone, or by a service_role token."""
    if caller.user_token is None:
        return caller.is_service
    try:
        return keys.verify(caller.user_token)["role"] == "service_role"
    except InvalidTokenError:
        return False


def find_query_key(query: bytes) -> str | None:
    """Return the API key among the query parameters, where WebSocket clients put it."""
    return dict(parse_qsl(query.decode("latin-1"))).get("apikey")


def remove_query_key(query: bytes) -> bytes:
    """Leave every other parameter byte for byte as it was: PostgREST reads all of them as filters."""
    return b"&".join(part for part in query.split(b"&") if not part.startswith(b"apikey="))


def replace_headers(
    headers: RawHeaders, removed: Iterable[bytes], added: Iterable[tuple[bytes, bytes]]
) -> RawHeaders:
    """Return the headers without some and with others."""
    dropped = frozenset(removed)
    return [*(header for header in headers if header[0] not in dropped), *added]
