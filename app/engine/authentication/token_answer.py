"""Reads what a token endpoint answered (RFC 6749, section 5)."""

from dataclasses import dataclass, field

from app.engine.authentication.errors import AuthenticationError
from app.engine.json_values import JsonObject, JsonValue, parse_json
from app.engine.transport import ReceivedResponse

# Longer answers are not quoted: what is cut could hide the beginning of a secret.
QUOTED_BYTES = 1_000
CHECK_CLIENT = "Check client_id, client_secret and scope in the settings of the authentication."
CHECK_ENDPOINT = "Check token_url in the settings of the authentication, and that its server works."

_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """A token, how many seconds it is valid (None when not said), and what renews it."""

    access_token: str = field(repr=False)
    lifetime_seconds: float | None
    refresh_token: str | None = field(repr=False)

    @classmethod
    def read(cls, response: ReceivedResponse, url: str) -> "TokenAnswer":
        """Raise AuthenticationError, which quotes the answer, when there is no token in it."""
        if not 200 <= response.status_code < 300:
            raise _explain_refusal(response, url)
        answer = _find_object(response)
        access_token = _find_text(answer, "access_token")
        if access_token is None:
            raise _explain_absence(response, answer, url)
        lifetime = _read_seconds(answer.get("expires_in"))
        return cls(access_token, lifetime, _find_text(answer, "refresh_token"))


def _find_object(response: ReceivedResponse) -> JsonObject:
    try:
        answer = parse_json(response.body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _find_text(answer: JsonObject, name: str) -> str | None:
    value = answer.get(name)
    return value if isinstance(value, str) and value else None


def _read_seconds(value: JsonValue) -> float | None:
    """Servers send a number, or its digits in a text."""
    if isinstance(value, str) and value.isdecimal() and len(value) < 12:
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return max(0.0, float(value))


def _explain_refusal(response: ReceivedResponse, url: str) -> AuthenticationError:
    status = response.status_code
    is_transient = status >= 500 or status in _LATER
    return AuthenticationError(
        f"the token endpoint {url} answered {status}{_quote(response)}",
        CHECK_CLIENT if 400 <= status < 500 and not is_transient else CHECK_ENDPOINT,
        "status" if is_transient else None,
    )


def _quote(response: ReceivedResponse) -> str:
    size = len(response.body)
    if size > QUOTED_BYTES:
        return f" with {size} bytes of {_get_content_type(response)}"
    text = response.body.decode(errors="replace").strip()
    return f": {text}" if text else " with an empty body"


def _explain_absence(
    response: ReceivedResponse, answer: JsonObject, url: str
) -> AuthenticationError:
    """A successful answer may hold a token under another name: it is never quoted."""
    said = f"the token endpoint {url} answered {response.status_code}"
    error = _find_text(answer, "error")
    if error is not None:
        description = _find_text(answer, "error_description") or "no description"
        return AuthenticationError(f"{said}, but says {error}: {description}", CHECK_CLIENT)
    if answer:
        names = ", ".join(sorted(answer)[:20])
        return AuthenticationError(
            f"{said} without a text as access_token; it has {names}", CHECK_ENDPOINT
        )
    size = len(response.body)
    content_type = _get_content_type(response)
    return AuthenticationError(
        f"{said} with {size} bytes of {content_type}, which is not a JSON object", CHECK_ENDPOINT
    )


def _get_content_type(response: ReceivedResponse) -> str:
    found = (value for name, value in response.headers if name.lower() == "content-type")
    return next(found, "no content type").partition(";")[0]
