"""Addresses of requests: what they share is the base URL of the environment."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_plus

_ORIGIN: Final = re.compile(r"(https?://[^/?#]*|\{\{[^{}]{1,200}\}\}(?=[/?#]|$))", re.IGNORECASE)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}://")
_PLACEHOLDER: Final = re.compile(r"(\{\{[^{}]{1,200}\}\})")
LONGEST_ADDRESS: Final = 20_000


class UnusableAddressError(Exception):
    """Nothing that a test can be sent to."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a request goes; `path` is a whole URL when it is elsewhere than most requests."""

    path: str
    query: tuple[tuple[str, str], ...] = ()
    user: str | None = None
    password: str | None = None


class AddressBook:
    """Reads the addresses of one document; the first one says where its API is."""

    def __init__(self) -> None:
        self._base: str | None = None

    def read(self, url: str) -> Address:
        """Return the parts of an address, placeholders in them; raise `UnusableAddressError`."""
        url = url.strip()
        if not url or len(url) > LONGEST_ADDRESS:
            message = f"An address has 1 to {LONGEST_ADDRESS} characters."
            raise UnusableAddressError(message)
        rest, _, query = url.partition("#")[0].partition("?")
        match = _ORIGIN.match(rest)
        if match is None:
            return Address(self._read_relative(rest), split_query(query))
        origin, user, password = _split_user(match[1])
        path = rest[match.end() :] or "/"
        self._base = self._base or origin
        is_elsewhere = origin != self._base
        whole = f"{origin}{path}" if is_elsewhere else path
        return Address(whole, split_query(query), user, password)

    def find_base_url(self, find_value: Callable[[str], str | None]) -> str | None:
        """Return where the API is, as far as the values of variables tell."""
        parts = _PLACEHOLDER.split(self._base or "")
        texts = [find_value(part[2:-2].strip()) if "{{" in part else part for part in parts]
        base = "".join(text or "{{" for text in texts if text != "")
        is_known = base.startswith(("http://", "https://")) and "{{" not in base
        return base.rstrip("/") if is_known else None

    @property
    def base_name(self) -> str | None:
        """The name of the variable that is the base URL, if it is one."""
        base = self._base or ""
        return base[2:-2].strip() if base.startswith("{{") else None

    def _read_relative(self, path: str) -> str:
        if _SCHEME.match(path):
            message = "Only http and https addresses can be tested."
            raise UnusableAddressError(message)
        return path if path.startswith("/") else f"/{path}"


def split_query(query: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a query or an encoded form, decoded but for placeholders."""
    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    return tuple((_decode(name), _decode(value)) for name, _, value in pairs)


def _decode(text: str) -> str:
    parts = _PLACEHOLDER.split(text)
    return "".join(part if part.startswith("{{") else unquote_plus(part) for part in parts)


def _split_user(origin: str) -> tuple[str, str | None, str | None]:
    scheme, separator, rest = origin.partition("://")
    written, at, host = rest.rpartition("@")
    if not at:
        return origin, None, None
    user, _, password = written.partition(":")
    return f"{scheme}{separator}{host}", _decode(user), _decode(password)
