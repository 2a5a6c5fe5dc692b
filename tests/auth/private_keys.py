"""Private keys as `supabase gen signing-key` prints them."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.auth.key_server import SigningKey


def write_private_key(key: SigningKey) -> dict[str, Any]:
    """Return the key as a JSON Web Key."""
    return {**_to_jwk(key), "kid": key.key_id, "alg": key.algorithm, "use": "sig"}


def dump_private_key(key: SigningKey) -> str:
    """Return the key as text in one line."""
    return json.dumps(write_private_key(key))


def _to_jwk(key: SigningKey) -> dict[str, Any]:
    if isinstance(key.private, ec.EllipticCurvePrivateKey):
        return ECAlgorithm.to_jwk(key.private, as_dict=True)
    if isinstance(key.private, rsa.RSAPrivateKey):
        return RSAAlgorithm.to_jwk(key.private, as_dict=True)
    return OKPAlgorithm.to_jwk(key.private, as_dict=True)
