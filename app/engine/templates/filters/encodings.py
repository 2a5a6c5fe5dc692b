"""Filters that encode, decode and hash."""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from app.engine.json_values import JsonValue, parse_json, render_json
from app.engine.templates.functions import (
    Filter,
    Function,
    InvalidArgumentError,
    check_size,
    read_any,
    read_text,
)

ALGORITHMS = ("md5", "sha1", "sha256", "sha384", "sha512")
ENCODINGS = ("hex", "base64", "base64url")

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]*={0,2}")
_WHITE_SPACE = re.compile(r"\s+")


def _encode_base64(text: str) -> str:
    return base64.b64encode(_to_bytes(text)).decode()


def _encode_base64url(text: str) -> str:
    return base64.urlsafe_b64encode(_to_bytes(text)).decode().rstrip("=")


def _decode_base64(text: str) -> str:
    """Both alphabets, with or without padding, broken into lines or not."""
    compact = _WHITE_SPACE.sub("", text)
    if not _BASE64.fullmatch(compact):
        raise InvalidArgumentError("wants base64, not another text")
    body = compact.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4)).decode()
    except UnicodeDecodeError:
        raise InvalidArgumentError("finds bytes that are not UTF-8 text") from None
    except binascii.Error:
        raise InvalidArgumentError("wants base64, and this one is cut off") from None


def _encode_url(text: str) -> str:
    check_size(9 * len(text))
    return quote(text, safe="", errors="replace")


def _decode_url(text: str) -> str:
    return unquote(text)


def _to_json(value: JsonValue) -> str:
    return render_json(value)


def _from_json(text: str) -> JsonValue:
    try:
        return parse_json(_to_bytes(text))
    except ValueError:
        raise InvalidArgumentError("wants JSON, not another text") from None


def _encode_hex(text: str) -> str:
    return _to_bytes(text).hex()


def _hash(text: str, algorithm: str = "sha256", encoding: str = "hex") -> str:
    digest = hashlib.new(_check_algorithm(algorithm), _to_bytes(text), usedforsecurity=False)
    return _write_digest(digest.digest(), encoding)


def _sign(text: str, algorithm: str, key: str, encoding: str = "hex") -> str:
    digest = hmac.digest(_to_bytes(key), _to_bytes(text), _check_algorithm(algorithm))
    return _write_digest(digest, encoding)


def _check_algorithm(name: str) -> str:
    if name not in ALGORITHMS:
        raise InvalidArgumentError(f"knows {', '.join(ALGORITHMS)}, and not this algorithm")
    return name


def _write_digest(digest: bytes, encoding: str) -> str:
    if encoding == "hex":
        return digest.hex()
    if encoding == "base64":
        return base64.b64encode(digest).decode()
    if encoding == "base64url":
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
    raise InvalidArgumentError(f"writes {', '.join(ENCODINGS)}, and not this encoding")


def _to_bytes(text: str) -> bytes:
    return text.encode(errors="replace")


ENCODING_FILTERS: Final[Mapping[str, Filter]] = {
    "base64": Filter(read_text, Function("base64", _encode_base64)),
    "base64url": Filter(read_text, Function("base64url", _encode_base64url)),
    "base64decode": Filter(read_text, Function("base64decode", _decode_base64)),
    "urlencode": Filter(read_text, Function("urlencode", _encode_url)),
    "urldecode": Filter(read_text, Function("urldecode", _decode_url)),
    "json": Filter(read_any, Function("json", _to_json)),
    "parse": Filter(read_text, Function("parse", _from_json)),
    "hex": Filter(read_text, Function("hex", _encode_hex)),
    "hash": Filter(read_text, Function('hash("sha256", "hex")', _hash, (read_text, read_text))),
    "hmac": Filter(
        read_text,
        Function('hmac("sha256", key, "hex")', _sign, (read_text, read_text, read_text), 2),
    ),
}
