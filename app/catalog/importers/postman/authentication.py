"""Authentication of requests, folders and collections; what is secret in it becomes variables."""

from typing import Any, Final

import orjson

from app.catalog.importers.building import CaseDraft
from app.catalog.importers.model import Notice
from app.catalog.importers.placeholders import find_only_name, list_names
from app.catalog.importers.postman.parts import read_settings, to_text
from app.catalog.importers.postman.scope import Scope
from app.engine.json_values import JsonObject, JsonValue

NONE: Final = ("noauth", "")


class AuthenticationWriter:
    """Writes who sends a request; what cannot be done becomes a notice, once for each place."""

    def __init__(self, scope: Scope, notices: list[Notice]) -> None:
        self._scope = scope
        self._notices = notices
        self._told: set[str] = set()

    def write(self, draft: CaseDraft, auth: JsonValue, place: str) -> None:
        """Put the authentication into the draft; `place` is where the collection declares it."""
        if not isinstance(auth, dict):
            return
        kind = to_text(auth.get("type"))
        if kind in NONE:
            return
        settings = read_settings(auth.get(kind))
        config = self._write_kind(kind, settings, place)
        if config is not None:
            draft.request |= {"auth_token_ref": None, "auth": {}, **config}

    def _write_kind(self, kind: str, settings: dict[str, str], place: str) -> JsonObject | None:
        if kind == "bearer":
            return self.write_bearer(settings.get("token", ""))
        if kind in ("basic", "digest"):
            return {"auth_type": kind, "auth": self._write_user(settings)}
        if kind == "apikey":
            return self._write_api_key(settings)
        if kind == "oauth2":
            return self._write_oauth2(settings, place)
        if kind == "awsv4":
            return self._write_aws(settings)
        if kind == "jwt":
            return self._write_jwt(settings, place)
        self._tell(place, f"The authentication {kind[:50]} is not known here.")
        return None

    def write_bearer(self, token: str) -> JsonObject:
        """Return the fields for a bearer token, a placeholder or a literal."""
        return {"auth_type": "bearer", "auth_token_ref": self._refer(token, "BEARER_TOKEN")}

    def write_basic(self, user: str, password: str) -> JsonObject:
        """Return the fields for a user with a password."""
        settings = self._write_user({"username": user, "password": password})
        return {"auth_type": "basic", "auth_token_ref": None, "auth": settings}

    def _refer(self, text: str, name: str) -> str:
        """A path for what is one placeholder or a literal, a template for what has more in it."""
        secret = self._hide(text, name)
        only = find_only_name(secret)
        expression = self._scope.resolve(only) if only else None
        return expression or self._scope.render(secret)

    def _hide(self, text: str, name: str) -> str:
        """The text with placeholders alone; a literal becomes a secret variable."""
        expanded = self._scope.expand(text)
        for inner in list_names(expanded):
            if not inner.startswith("$") and not self._scope.is_captured(inner):
                self._scope.resolve(inner)
                self._scope.book.declare(inner, is_secret=True)
        if list_names(expanded):
            return expanded
        return f"{{{{{self._scope.book.hide(expanded, name).removeprefix('env.')}}}}}"

    def _render_hidden(self, text: str, name: str) -> str:
        return self._scope.render(self._hide(text, name))

    def _write_user(self, settings: dict[str, str]) -> JsonObject:
        return {
            "username": self._scope.render(settings.get("username", "")),
            "password": self._render_hidden(settings.get("password", ""), "PASSWORD"),
        }

    def _write_api_key(self, settings: dict[str, str]) -> JsonObject:
        name = self._scope.render(settings.get("key", "")) or "X-API-Key"
        place = "query" if settings.get("in") == "query" else "header"
        return {
            "auth_type": "api-key",
            "auth_token_ref": self._refer(settings.get("value", ""), "API_KEY"),
            "auth": {"in": place, "name": name},
        }

    def _write_oauth2(self, settings: dict[str, str], place: str) -> JsonObject | None:
        token_url = self._scope.render(settings.get("accessTokenUrl", ""))
        if settings.get("grant_type") != "client_credentials" or not token_url:
            text = "Only the client credentials flow needs no person: a token is sent as it is."
            self._tell(place, text, "changed")
            token = settings.get("accessToken", "")
            return {"auth_type": "bearer", "auth_token_ref": self._refer(token, "ACCESS_TOKEN")}
        written: JsonObject = {
            "grant": "client_credentials",
            "token_url": token_url,
            "client_id": self._scope.render(settings.get("clientId", "")) or "{{env.CLIENT_ID}}",
            "client_secret": self._render_hidden(settings.get("clientSecret", ""), "CLIENT_SECRET"),
        }
        if written["client_id"] == "{{env.CLIENT_ID}}":
            self._scope.resolve("CLIENT_ID")
        if settings.get("client_authentication") == "body":
            written["client_authentication"] = "body"
        for name, ours in (("scope", "scope"), ("audience", "audience")):
            if settings.get(name):
                written[ours] = self._scope.render(settings[name])
        return {"auth_type": "oauth2", "auth": written}

    def _write_aws(self, settings: dict[str, str]) -> JsonObject:
        written: JsonObject = {
            "access_key_id": self._render_hidden(
                settings.get("accessKey", ""), "AWS_ACCESS_KEY_ID"
            ),
            "secret_access_key": self._render_hidden(
                settings.get("secretKey", ""), "AWS_SECRET_ACCESS_KEY"
            ),
            "region": self._scope.render(settings.get("region", "")) or "us-east-1",
            "service": self._scope.render(settings.get("service", "")) or "execute-api",
        }
        if settings.get("sessionToken"):
            written["session_token"] = self._render_hidden(
                settings["sessionToken"], "AWS_SESSION_TOKEN"
            )
        return {"auth_type": "aws-sigv4", "auth": written}

    def _write_jwt(self, settings: dict[str, str], place: str) -> JsonObject | None:
        if settings.get("algorithm", "HS256") != "HS256" or (
            settings.get("addTokenTo", "header") != "header"
        ):
            self._tell(place, "Tokens are signed with HS256 and sent in the header, not otherwise.")
            return None
        claims = _parse_claims(settings.get("payload", ""))
        issuer = claims.pop("iss", "")
        return {
            "auth_type": "jwt-hs256",
            "auth": {
                "api_key": self._scope.render(to_text(issuer)) or "postman",
                "api_secret": self._render_hidden(settings.get("secret", ""), "JWT_SECRET"),
                "claims": {
                    name: self._scope.render(item) if isinstance(item, str) else item
                    for name, item in claims.items()
                },
            },
        }

    def _tell(self, place: str, text: str, kind: Any = "not_imported") -> None:
        if place not in self._told:
            self._told.add(place)
            self._notices.append(Notice(kind, place, text))


def _parse_claims(payload: str) -> JsonObject:
    try:
        value: JsonValue = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
