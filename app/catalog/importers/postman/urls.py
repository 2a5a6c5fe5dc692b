"""Addresses of requests: what they begin with, their path and their query."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from app.catalog.importers.postman.parts import Entry, iter_entries, to_text
from app.engine.json_values import JsonValue

_PREFIX: Final = re.compile(
    r"(?:[A-Za-z][A-Za-z0-9+.-]{0,20}://)?(?:\{\{[^{}]{1,200}\}\}|[^/?#{])*"
)
_SCHEME: Final = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]{0,20}|\{\{[^{}]{1,200}\}\})://")
_MOST_EXPANSIONS: Final = 10
_LONGEST_BASE: Final = 2_048


@dataclass(frozen=True, slots=True)
class Address:
    """`prefix` is scheme, host and port, or the variable for them; `variables` fill in `:name`."""

    prefix: str
    path: str
    query: tuple[Entry, ...]
    variables: dict[str, str] = field(default_factory=dict[str, str])
    user: str = ""


def read_address(value: JsonValue, place: str) -> Address:
    """Return the address, which is a text, or an object with the parts of one."""
    if not isinstance(value, dict):
        return _split(to_text(value), place)
    raw = value.get("raw")
    address = _split(raw if isinstance(raw, str) and raw else _join(value), place)
    query = tuple(iter_entries(value.get("query"), f"{place}/query"))
    variables = {
        entry.name: entry.value
        for entry in iter_entries(value.get("variable"), f"{place}/variable")
    }
    return replace(address, query=query or address.query, variables=variables)


def _split(raw: str, place: str) -> Address:
    text = raw.strip().partition("#")[0]
    match = _PREFIX.match(text)
    prefix = match[0] if match else ""
    path, _, query = text[len(prefix) :].partition("?")
    # User and password are no part of where a request goes; they are its authentication.
    scheme, separator, rest = prefix.rpartition("://")
    user, _, host = rest.rpartition("@")
    prefix = f"{scheme}{separator}{host}"
    entries = [
        Entry(name, value, True, place, {})
        for name, _, value in (part.partition("=") for part in query.split("&") if part)
    ]
    return Address(prefix, path, tuple(entries), user=user)


def _join(parts: dict[str, JsonValue]) -> str:
    """The text that an address without `raw` would have."""
    protocol, port = to_text(parts.get("protocol")), to_text(parts.get("port"))
    host, path = parts.get("host"), parts.get("path")
    text = ".".join(map(to_text, host)) if isinstance(host, list) else to_text(host)
    if protocol and text:
        text = f"{protocol.removesuffix('://')}://{text}"
    if port:
        text = f"{text}:{port}"
    steps = path if isinstance(path, list) else to_text(path).lstrip("/").split("/")
    # A step can be an object with a value, too.
    words = (to_text(step.get("value") if isinstance(step, dict) else step) for step in steps)
    return f"{text}/{'/'.join(words)}"


class Base:
    """Where most of the requests go: their paths are relative to it."""

    def __init__(self, addresses: Iterable[Address], values: dict[str, str]) -> None:
        self._values = values
        counts = Counter(address.prefix for address in addresses if address.prefix)
        self._prefix = counts.most_common(1)[0][0] if counts else ""
        self.url = self._find_url(self._prefix)

    def is_base(self, prefix: str) -> bool:
        """Say whether requests that begin like this go there."""
        if prefix in ("", self._prefix):
            return True
        return self.url is not None and self._find_url(prefix) == self.url

    def is_named(self, name: str) -> bool:
        """Say whether a variable is the base and nothing else."""
        return self._prefix == f"{{{{{name}}}}}"

    def to_absolute(self, prefix: str) -> str:
        """Return what requests begin with that do not go there."""
        known = _fill(prefix, self._values)
        # A variable that nobody knows is taken for a whole address.
        return prefix if known.startswith("{{") or _SCHEME.match(known) else f"http://{prefix}"

    def _find_url(self, prefix: str) -> str | None:
        text = prefix
        for _ in range(_MOST_EXPANSIONS):
            if "{{" not in text or len(text) > _LONGEST_BASE:
                break
            text = _fill(text, self._values)
        if not text or "{{" in text or len(text) > _LONGEST_BASE:
            return None
        url = _complete(text).rstrip("/")
        return url if url.startswith(("http://", "https://")) else None


def _fill(text: str, values: dict[str, str]) -> str:
    return re.sub(
        r"\{\{([^{}]{1,200})\}\}", lambda match: values.get(match[1].strip(), match[0]), text
    )


def _complete(prefix: str) -> str:
    """Return it with the scheme that Postman takes when there is none."""
    return prefix if _SCHEME.match(prefix) else f"http://{prefix}"
