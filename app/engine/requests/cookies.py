"""The cookies that a test sends of its own, beside those that the run collected."""

import re
from collections.abc import Mapping

from app.engine.errors import InvalidRequestError
from app.engine.json_values import JsonValue, render_text
from app.engine.templates import ValueSource, render_string, render_value

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f;]")


def render_cookies(cookies: Mapping[str, JsonValue], source: ValueSource) -> str:
    """The value of the Cookie header, empty without cookies; null leaves a cookie out."""
    return "; ".join(
        text
        for template, value in cookies.items()
        if (text := _render_cookie(template, value, source)) is not None
    )


def _render_cookie(template: str, value: JsonValue, source: ValueSource) -> str | None:
    name = render_string(template, source, "cookies")
    content = render_value(value, source, f"cookies.{name}")
    return None if content is None else format_cookie(name, render_text(content))


def format_cookie(name: str, value: str) -> str:
    """One `name=value`; raise InvalidRequestError where it would be more than one cookie."""
    if not _NAME.fullmatch(name):
        raise InvalidRequestError(
            "this is not a cookie name", f"cookies.{name!r}", "Correct the name of the cookie."
        )
    if _FORBIDDEN.search(value):
        raise InvalidRequestError(
            "a cookie cannot hold semicolons, line breaks or control characters",
            f"cookies.{name}",
            "Encode the value, for example with the filter urlencode.",
        )
    return f"{name}={value.strip()}"


def join_cookies(*texts: str) -> str:
    """Cookie headers as one."""
    return "; ".join(text for text in texts if text)
