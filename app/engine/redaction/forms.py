"""The forms in which a secret may appear in a text."""

import base64
import html
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from app.engine.requests.address import PATH_SAFE

# What no encoding but base64 and hexadecimal changes.
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+")
_JWT = re.compile(r"eyJ[\w-]+\.([\w-]+)\.([\w-]+)", re.ASCII)
_UNICODE_ESCAPE = re.compile(r"\\u[0-9a-f]{4}")
_HTML_ESCAPES = {"&quot;": "&#34;", "&#x27;": "&#39;"}


# Shorter lines of a secret are found in any text.
_MINIMUM_LINE_LENGTH = 8


def iter_forms(secret: str) -> Iterator[str]:
    """The secret and everything that encoding makes of it; some forms come more than once."""
    yield secret
    # A diff shows the lines of a text, such as those of a private key, one by one.
    yield from (line for line in secret.splitlines() if len(line) >= _MINIMUM_LINE_LENGTH)
    yield secret.lower()  # as names of headers and hosts
    yield from _iter_encoded(secret.encode(errors="replace"))
    if not _PLAIN.fullmatch(secret):
        yield from _iter_escaped(secret)
    elif token := _JWT.fullmatch(secret):
        # The first part says how a token is signed: it is no secret and many tokens share it.
        yield from token.groups()


def _iter_escaped(secret: str) -> Iterator[str]:
    """Escaped in one way, and that as a text within JSON."""
    for escaped in {secret, repr(secret)[1:-1], *_iter_json(secret), *_iter_html(secret)}:
        yield escaped
        yield from _iter_json(escaped)
    for escaped in {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}:
        yield from _iter_encoded(escaped.encode(errors="replace"))
        yield from _iter_url(escaped)
    for encoded in _iter_encoded(secret.encode(errors="replace")):
        yield quote(encoded, safe="")


def _iter_json(text: str) -> Iterator[str]:
    for is_ascii in (True, False):
        escaped = json.dumps(text, ensure_ascii=is_ascii)[1:-1]
        yield escaped
        yield escaped.replace("/", "\\/")
        yield "".join(f"\\u{ord(c):04x}" if c in "<>&'" else c for c in escaped)
        yield _UNICODE_ESCAPE.sub(lambda escape: escape[0].upper().replace("U", "u", 1), escaped)


def _iter_html(secret: str) -> Iterator[str]:
    for has_quotes in (True, False):
        escaped = html.escape(secret, quote=has_quotes)
        yield escaped
        yield escaped.replace("&#x27;", "&apos;")
        for name, number in _HTML_ESCAPES.items():
            escaped = escaped.replace(name, number)
        yield escaped


def _iter_url(secret: str) -> Iterator[str]:
    for encode in (quote, quote_plus):
        for safe in ("", "/", PATH_SAFE):
            encoded = encode(secret, safe=safe, errors="replace")
            yield encoded
            yield encoded.replace("%", "%25")
            yield _lower_escapes(encoded)


def _lower_escapes(encoded: str) -> str:
    head, *tail = encoded.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in tail)])


def _iter_encoded(content: bytes) -> Iterator[str]:
    """The content alone, and the characters it determines inside a longer encoded text."""
    yield content.hex()
    yield content.hex().upper()
    for encoded in _iter_alone_and_within(content):
        yield encoded
        if "+" in encoded or "/" in encoded:
            yield encoded.replace("+", "-").replace("/", "_")


def _iter_alone_and_within(content: bytes) -> Iterator[str]:
    alone = base64.b64encode(content).decode()
    yield alone
    yield alone.rstrip("=")
    for before in range(3):
        encoded = base64.b64encode(b"\x00" * before + content).decode()
        yield encoded[-(-before * 8 // 6) : (before + len(content)) * 8 // 6]
