"""How requests of Bruno prove who sends them."""

from collections.abc import Mapping
from typing import Final

from app.catalog.importers.bruno.model import Auth
from app.catalog.importers.composing.requests import RequestComposer

_PLACES: Final = {"header": "header", "queryparams": "query", "query": "query"}
_CLIENTS: Final = {"basic_auth_header": "basic", "header": "basic"}
_PLACES_OF_MORE: Final = ("body:", "headers:", "header:", "query:", "queryparams:")
_NOTHING: Final = frozenset(("none", "inherit", ""))


def write_auth(composer: RequestComposer, auth: Auth) -> None:
    """Write the authentication; a kind that has no equal is told by name."""
    settings = auth.settings
    if auth.mode == "bearer":
        composer.set_bearer(settings.get("token", ""))
    elif auth.mode in ("basic", "digest"):
        user, password = settings.get("username", ""), settings.get("password", "")
        composer.set_user(auth.mode, user, password)
    elif auth.mode == "apikey":
        place = _PLACES.get(settings.get("placement", "header").lower(), "header")
        composer.set_api_key(place, settings.get("key", ""), settings.get("value", ""))
    elif auth.mode == "awsv4":
        _write_aws(composer, settings)
    elif auth.mode == "oauth2":
        _write_oauth2(composer, settings)
    elif auth.mode not in _NOTHING:
        composer.tell("not_imported", f"The authentication {auth.mode[:50]}.")


def _write_aws(composer: RequestComposer, settings: Mapping[str, str]) -> None:
    written = {
        "access_key_id": settings.get("accessKeyId", ""),
        "secret_access_key": settings.get("secretAccessKey", ""),
        "session_token": settings.get("sessionToken", ""),
        "region": settings.get("region", ""),
        "service": settings.get("service", ""),
    }
    if all(written[name] for name in written if name != "session_token"):
        composer.set_auth("aws-sigv4", written)
    else:
        composer.tell("not_imported", "AWS Signature Version 4 without all of its settings.")


def _write_oauth2(composer: RequestComposer, settings: Mapping[str, str]) -> None:
    grant = settings.get("grantType", "")
    url, client = settings.get("accessTokenUrl", ""), settings.get("clientId", "")
    if grant != "client_credentials" or not url or not client:
        text = "Only OAuth 2.0 client credentials need no person: a bearer token is sent instead."
        composer.tell("changed", text)
        composer.set_bearer("{{access_token}}")
        return
    _tell_rest(composer, settings)
    written = {
        "grant": grant,
        "token_url": url,
        "client_id": client,
        "client_secret": settings.get("clientSecret", ""),
        "scope": settings.get("scope", ""),
        "audience": settings.get("body:audience", ""),
        # Bruno sends them in the body unless it is told otherwise.
        "client_authentication": _CLIENTS.get(settings.get("credentialsPlacement", ""), "body"),
    }
    composer.set_auth("oauth2", written)


def _tell_rest(composer: RequestComposer, settings: Mapping[str, str]) -> None:
    if settings.get("tokenPlacement") in ("query", "url"):
        composer.tell("changed", "The token is sent in the header, not in the address.")
    for name in settings:
        if name.startswith(_PLACES_OF_MORE) and name != "body:audience":
            text = f"The parameter {name.partition(':')[2][:100]} of the request for a token."
            composer.tell("not_imported", text)
