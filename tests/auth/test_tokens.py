import base64
import hmac
import json
import time
from typing import Any
from uuid import UUID

import jwt
import pytest

from app.auth.tokens import LONGEST_TOKEN, TokenVerifier
from app.core.errors import InvalidTokenError, TokenExpiredError
from tests.auth.conftest import SHARED_SECRET, ManualClock
from tests.auth.key_server import Algorithm, KeyServer, SigningKey, create_claims

FAR_FUTURE = 9_999_999_999


def encode_part(document: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(document).encode()).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "EdDSA"])
async def test_a_token_of_the_project_is_accepted(
    verifier: TokenVerifier, key_server: KeyServer, algorithm: Algorithm
) -> None:
    key = SigningKey(algorithm)
    key_server.keys = [SigningKey().public, key.public]
    claims = create_claims(key_server.url)
    principal = await verifier.verify(key.sign(claims))
    assert principal.user_id == UUID(claims["sub"])


async def test_a_shared_secret_counts_when_configured(
    sharing_verifier: TokenVerifier, verifier: TokenVerifier, key_server: KeyServer
) -> None:
    claims = create_claims(key_server.url)
    token = jwt.encode(claims, SHARED_SECRET, "HS256")
    principal = await sharing_verifier.verify(token)
    assert principal.user_id == UUID(claims["sub"])
    with pytest.raises(InvalidTokenError):
        await verifier.verify(token)
    assert key_server.requests == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example/auth/v1"},
        {"iss": None},
        {"aud": "other"},
        {"aud": None},
        {"role": "service_role"},
        {"role": "anon"},
        {"role": None},
        {"sub": None},
        {"sub": "not-an-id"},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": 10**20},
        {"nbf": FAR_FUTURE},
        {"iat": FAR_FUTURE},
    ],
    ids=str,
)
async def test_wrong_claims_are_refused(
    verifier: TokenVerifier, key_server: KeyServer, changes: dict[str, Any]
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    with pytest.raises(InvalidTokenError):
        await verifier.verify(key.sign(create_claims(key_server.url, **changes)))


async def test_an_expired_token_says_so(verifier: TokenVerifier, key_server: KeyServer) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    expired = create_claims(key_server.url, exp=int(time.time()) - 31)
    with pytest.raises(TokenExpiredError):
        await verifier.verify(key.sign(expired))


async def test_an_expired_token_with_a_wrong_signature_is_merely_invalid(
    verifier: TokenVerifier, key_server: KeyServer
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    expired = create_claims(key_server.url, exp=int(time.time()) - 31)
    with pytest.raises(InvalidTokenError):
        await verifier.verify(SigningKey(key_id=key.key_id).sign(expired))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE"])
async def test_an_unsigned_token_is_refused(
    sharing_verifier: TokenVerifier, key_server: KeyServer, algorithm: str
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    header = encode_part({"alg": algorithm, "kid": key.key_id})
    token = f"{header}.{encode_part(create_claims(key_server.url))}."
    with pytest.raises(InvalidTokenError):
        await sharing_verifier.verify(token)


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
async def test_a_public_key_is_no_shared_secret(
    sharing_verifier: TokenVerifier,
    verifier: TokenVerifier,
    key_server: KeyServer,
    algorithm: Algorithm,
) -> None:
    key = SigningKey(algorithm)
    key_server.keys = [key.public]
    signed = f"{encode_part({'alg': 'HS256', 'kid': key.key_id})}."
    signed += encode_part(create_claims(key_server.url))
    for secret in (key.public_pem, json.dumps(key.public).encode()):
        signature = hmac.digest(secret, signed.encode(), "sha256")
        token = f"{signed}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"
        for each in (sharing_verifier, verifier):
            with pytest.raises(InvalidTokenError):
                await each.verify(token)


async def test_a_shared_secret_in_the_public_set_is_no_key(
    verifier: TokenVerifier, key_server: KeyServer
) -> None:
    secret = base64.urlsafe_b64encode(SHARED_SECRET.encode()).decode().rstrip("=")
    key_server.keys = [{"kty": "oct", "kid": "shared", "alg": "HS256", "k": secret}]
    token = jwt.encode(
        create_claims(key_server.url), SHARED_SECRET, "HS256", headers={"kid": "shared"}
    )
    with pytest.raises(InvalidTokenError):
        await verifier.verify(token)


async def test_the_key_decides_the_algorithm(
    verifier: TokenVerifier, key_server: KeyServer
) -> None:
    key, other = SigningKey("ES256"), SigningKey("RS256")
    key_server.keys = [key.public, other.public]
    with pytest.raises(InvalidTokenError):
        await verifier.verify(key.sign(create_claims(key_server.url), kid=other.key_id))


@pytest.mark.parametrize("headers", [{"kid": "unknown"}, {"kid": ""}, {}], ids=str)
async def test_a_key_that_is_not_named_is_not_guessed(
    verifier: TokenVerifier, key_server: KeyServer, headers: dict[str, Any]
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    claims = create_claims(key_server.url)
    token = jwt.encode(claims, key.private, key.algorithm, headers=headers)
    with pytest.raises(InvalidTokenError):
        await verifier.verify(token)


@pytest.mark.parametrize(
    "token", ["", "x", "a.b.c", "..", "é.é.é", "x" * (LONGEST_TOKEN + 1)], ids=lambda text: text[:9]
)
async def test_nonsense_is_refused(sharing_verifier: TokenVerifier, token: str) -> None:
    with pytest.raises(InvalidTokenError):
        await sharing_verifier.verify(token)


async def test_a_changed_token_is_refused_although_the_original_is_remembered(
    verifier: TokenVerifier, key_server: KeyServer
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    token = key.sign(create_claims(key_server.url))
    await verifier.verify(token)
    header, _, signature = token.split(".")
    forged = f"{header}.{encode_part(create_claims(key_server.url))}.{signature}"
    with pytest.raises(InvalidTokenError):
        await verifier.verify(forged)


async def test_a_remembered_token_is_forgotten_when_it_expires(
    verifier: TokenVerifier, key_server: KeyServer, clock: ManualClock
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    token = key.sign(create_claims(key_server.url, exp=int(time.time()) + 20))
    remembered = await verifier.verify(token)
    assert await verifier.verify(token) is remembered
    clock.pass_time(seconds=21)
    assert await verifier.verify(token) is not remembered


async def test_the_token_does_not_show_in_the_principal(
    verifier: TokenVerifier, key_server: KeyServer
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    token = key.sign(create_claims(key_server.url))
    assert token not in repr(await verifier.verify(token))
