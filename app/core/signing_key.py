"""The private key with which we sign access tokens, as `supabase gen signing-key` prints it."""

from typing import Any, cast

import jwt
import orjson
from pydantic import SecretStr

ALGORITHMS = ("ES256", "RS256", "EdDSA")


def read_signing_key(text: SecretStr) -> jwt.PyJWK:
    """Return the key of a JSON Web Key; raises `ValueError` that says what it lacks and quotes nothing."""
    document = _parse(text.get_secret_value())
    for name in ("kid", "d"):
        if not isinstance(document.get(name), str) or not document[name]:
            message = f"must be a private JSON Web Key: it has no {name!r}"
            raise ValueError(message)
    try:
        key = jwt.PyJWK.from_dict(document)
    except jwt.PyJWTError as error:
        message = "must be a private JSON Web Key that can be read"
        raise ValueError(message) from error
    if key.algorithm_name not in ALGORITHMS:
        message = f"must be a key for {', '.join(ALGORITHMS)}"
        raise ValueError(message)
    return key


def check_signing_key(text: SecretStr) -> SecretStr:
    """Return the text if it is a key that signs; raises `ValueError`."""
    read_signing_key(text)
    return text


def _parse(text: str) -> dict[str, Any]:
    try:
        document: object = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        message = "must be a private JSON Web Key: it is no JSON"
        raise ValueError(message) from error
    if not isinstance(document, dict):
        message = "must be a private JSON Web Key: it is no JSON object"
        raise ValueError(message)
    return cast("dict[str, Any]", document)
