"""User and password, in an address or in a header."""

import base64
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit


@dataclass(frozen=True, slots=True)
class UserInformation:
    """Taken out of `https://user:password@host`, because not every transport sends it alike."""

    url: str
    authorization: str
    credentials: tuple[str, ...]


def find_user_information(url: str) -> UserInformation | None:
    """What stands before the host, decoded; None when there is nothing."""
    if "@" not in url:
        return None
    parts = urlsplit(url)
    written, separator, host = parts.netloc.rpartition("@")
    if not separator:
        return None
    user, _, password = written.partition(":")
    encoded = encode_user(unquote(user), unquote(password))
    secrets = (password, unquote(password), encoded) if password else ()
    return UserInformation(
        urlunsplit(parts._replace(netloc=host)), f"Basic {encoded}", tuple(dict.fromkeys(secrets))
    )


def encode_user(user: str, password: str) -> str:
    """User and password as basic authentication writes them (RFC 7617, UTF-8)."""
    return base64.b64encode(f"{user}:{password}".encode()).decode()
