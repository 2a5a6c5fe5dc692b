"""Cookies that an answer sets, read as browsers read them (RFC 6265, section 5.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app.engine.json_values import JsonValue

MAXIMUM_COOKIES = 500


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One cookie; names of attributes are in lower case, those without a value are true."""

    name: str
    value: str
    attributes: Mapping[str, JsonValue]


def parse_set_cookies(headers: Iterable[str]) -> dict[str, SetCookie]:
    """Cookies by name out of the values of Set-Cookie; the last of a name counts."""
    cookies: dict[str, SetCookie] = {}
    for header in headers:
        cookie = _parse(header)
        if cookie is not None:
            cookies[cookie.name] = cookie
        if len(cookies) == MAXIMUM_COOKIES:
            break
    return cookies


def _parse(header: str) -> SetCookie | None:
    pair, *parts = header.split(";")
    name, equals, value = pair.partition("=")
    if not equals or not name.strip():
        return None
    attributes = dict(_parse_attribute(part) for part in parts if part.strip())
    return SetCookie(name.strip(), value.strip().removeprefix('"').removesuffix('"'), attributes)


def _parse_attribute(part: str) -> tuple[str, JsonValue]:
    name, equals, text = part.partition("=")
    name, text = name.strip().lower(), text.strip()
    if name == "max-age" and text.removeprefix("-").isdecimal() and len(text) <= 15:
        return name, int(text)
    return name, text if equals else True
