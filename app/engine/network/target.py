"""The host and port that an address leads to, read so that nobody can read it otherwise."""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TypeAlias
from urllib.parse import quote

IpAddress: TypeAlias = IPv4Address | IPv6Address

# Whatever different readers of addresses understand differently is refused: backslashes, spaces,
# encoded hosts. (WHATWG and RFC 3986 disagree on them, and so would a check and a connection.)
_ADDRESS = re.compile(
    r"""(?P<scheme>https?)://
        (?:[^/?\#\\@\s]*@)?
        (?:\[(?P<bracketed>[0-9a-f:.]+)\]|(?P<host>[^/?\#\\@:%\s\[\]]+))
        (?::(?P<port>[0-9]{1,5}))?
        (?P<path>[/?][^\#]*)?
        (?:\#.*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_HOST_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\.?")
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
_USER = re.compile(r"//.*@")
_UNPRINTABLE = re.compile(r"[^\x21-\x7e]")
_PATH_SAFE = "!$%&'()*+,/:;=?@[]~|^`{}<>\\\""

PORTS = {"http": 80, "https": 443}


class UnusableAddressError(ValueError):
    """The text is no http or https address of a host."""


@dataclass(frozen=True, slots=True)
class Target:
    """
    `host` is a name in lower case or an IP address in its usual spelling; `path` has the query.

    `authority` is what the Host header has: without the usual port of the scheme.
    """

    scheme: str
    host: str
    port: int
    authority: str
    path: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What must be the same for credentials to be sent along."""
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        """The same address in the only spelling that is passed on."""
        return f"{self.scheme}://{self.authority}{self.path}"

    def find_ip_address(self) -> IpAddress | None:
        """The address when the host is one, None when it is a name."""
        return find_ip_address(self.host)


def parse_target(url: str) -> Target:
    """Raise UnusableAddressError saying what cannot be used."""
    match = _ADDRESS.fullmatch(url)
    if match is None:
        shown = _USER.sub("//", url, count=1)
        raise UnusableAddressError(f"'{shown}' is not an http or https address")
    scheme, bracketed, name, port, path = match.groups()
    return Target(*_read_origin(scheme.lower(), bracketed, name, port), _read_path(path))


@lru_cache(1024)
def _read_origin(
    scheme: str, bracketed: str | None, name: str, port_text: str | None
) -> tuple[str, str, int, str]:
    """Scheme, host, port and authority, which most requests of a run have in common."""
    host = _read_name(name) if bracketed is None else _read_ip_6(bracketed)
    port = _read_port(port_text, scheme)
    shown = f"[{host}]" if bracketed else host
    return scheme, host, port, shown if port == PORTS[scheme] else f"{shown}:{port}"


def _read_port(text: str | None, scheme: str) -> int:
    port = PORTS[scheme] if text is None else int(text)
    if not 0 < port < 65536:
        raise UnusableAddressError(f"{port} is not a port")
    return port


def _read_name(text: str) -> str:
    host = _to_ascii(text)
    if _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return str(_read_ip_4(host))
    if not _HOST_NAME.fullmatch(host):
        raise UnusableAddressError(f"'{text}' is not a host name")
    return host


def _to_ascii(host: str) -> str:
    """International names as the network spells them; other digits and dots become the usual ones."""
    if host.isascii():
        return host.lower()
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError as error:
        raise UnusableAddressError(f"'{host}' is not a host name") from error


def _read_ip_6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except ValueError as error:
        raise UnusableAddressError(f"'{text}' is not an IPv6 address") from error


def _read_ip_4(text: str) -> IPv4Address:
    """Also the spellings that the C library takes: 0x7f.1, 0177.0.0.1, 2130706433."""
    *first, last = [_read_number(part, text) for part in text.removesuffix(".").split(".")]
    if len(first) > 3 or any(number > 255 for number in first) or last >= 256 ** (4 - len(first)):
        raise UnusableAddressError(f"'{text}' is not an IPv4 address")
    return IPv4Address(sum(number << 8 * (3 - i) for i, number in enumerate(first)) + last)


def _read_number(part: str, text: str) -> int:
    try:
        if part.startswith("0x"):
            return int(part[2:] or "0", 16)
        return int(part, 8 if len(part) > 1 and part.startswith("0") else 10)
    except ValueError as error:
        raise UnusableAddressError(f"'{text}' is not an IPv4 address") from error


def _read_path(path: str | None) -> str:
    if path is None:
        return "/"
    path = path if path.startswith("/") else f"/{path}"
    return quote(path, safe=_PATH_SAFE) if _UNPRINTABLE.search(path) else path


def find_ip_address(host: str) -> IpAddress | None:
    """The address that a text is; None when it is a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None
