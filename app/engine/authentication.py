"""How a request proves who sends it."""

import base64
from dataclasses import dataclass

from app.engine.auth import AuthSpec
from app.engine.errors import InvalidRequestError
from app.engine.json_values import JsonValue, get_type_name, render_text
from app.engine.templates import ValueSource, render_value

LOCATION = "auth_token_ref"
API_KEY_HEADER = "X-API-Key"
SUPPORTED_TYPES = ("none", "bearer", "basic", "api-key")


@dataclass(frozen=True, slots=True)
class Authorization:
    """A header to add, and the credentials in it, which evidence must not show."""

    header: tuple[str, str]
    credentials: tuple[str, ...]


def build_authorization(auth: AuthSpec, source: ValueSource) -> Authorization | None:
    """The header for this kind of authentication; raise TemplateError or InvalidRequestError."""
    if auth.type not in SUPPORTED_TYPES:
        raise InvalidRequestError(
            f"authentication of type '{auth.type}' is not supported yet",
            "auth_type",
            f"Use one of {', '.join(SUPPORTED_TYPES)}.",
        )
    if auth.template is None:
        return None
    credential = render_value(auth.template, source, LOCATION)
    if auth.type == "basic":
        return _build_basic(credential)
    token = _read_token(credential)
    if auth.type == "api-key":
        return Authorization((API_KEY_HEADER, token), (token,))
    return Authorization(("Authorization", f"Bearer {token}"), (token,))


def _read_token(credential: JsonValue) -> str:
    if isinstance(credential, str | int) and not isinstance(credential, bool) and credential != "":
        return str(credential)
    raise InvalidRequestError(
        f"the token must be a text that is not empty, not {get_type_name(credential)}",
        LOCATION,
        "Point auth_token_ref at the token itself.",
    )


def _build_basic(credential: JsonValue) -> Authorization:
    if isinstance(credential, dict):
        user = render_text(credential.get("username", ""))
        password = render_text(credential.get("password", ""))
    else:
        user, separator, password = _read_token(credential).partition(":")
        if not separator:
            raise InvalidRequestError(
                "basic authentication wants user:password",
                LOCATION,
                "Separate user and password by a colon.",
            )
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    return Authorization(("Authorization", f"Basic {encoded}"), (password, encoded))
