"""Forged access tokens, each sent to the real service: none of them opens anything."""

import base64
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jwt
import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.auth.key_server import SigningKey
from tests.fixtures.users import SignUp, User

PATHS = ("/organizations", "/users/me", "/invitations")
SOMEBODY = "7a9dc0bd-9f10-4d2c-8a1e-0d7a1f6d2b11"
FOREIGN = SigningKey("ES256", "foreign")
FOREIGN_RSA = SigningKey("RS256", "foreign-rsa")


@dataclass(frozen=True)
class Target:
    """The service, somebody with an account there, and what an attacker knows of the project."""

    http: httpx.AsyncClient
    user: User
    supabase: SupabaseDetails

    def claim(self, **changes: Any) -> dict[str, Any]:
        """Return the claims of the user's real token, with changes; None removes one."""
        claims = jwt.decode(self.user.access_token, options={"verify_signature": False})
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def sign(self, **changes: Any) -> str:
        """Return what only the project can make: such tokens must fail for their claims."""
        return jwt.encode(self.claim(**changes), self.supabase.jwt_secret, "HS256")


def encode_text(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def encode_part(document: Mapping[str, Any]) -> str:
    return encode_text(json.dumps(document))


def write_unsigned(
    header: Mapping[str, Any], claims: Mapping[str, Any], signature: str = ""
) -> str:
    return f"{encode_part(header)}.{encode_part(claims)}.{signature}"


def sign_by_hand(header: Mapping[str, Any], claims: Mapping[str, Any], secret: bytes) -> str:
    signed = f"{encode_part(header)}.{encode_part(claims)}"
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), "sha256")).decode()
    return f"{signed}.{signature.rstrip('=')}"


def replace_claims(target: Target, **changes: Any) -> str:
    """Put other claims between the header and the signature of a good token."""
    header, _, signature = target.user.access_token.split(".")
    return f"{header}.{encode_part(target.claim(**changes))}.{signature}"


def own_signature(target: Target) -> str:
    return target.user.access_token.split(".")[2]


Forge = Callable[[Target], str]
FORGERIES: dict[str, Forge] = {
    "alg none": lambda target: write_unsigned({"alg": "none", "typ": "JWT"}, target.claim()),
    "alg None": lambda target: write_unsigned({"alg": "None"}, target.claim()),
    "alg none with a good signature": lambda target: write_unsigned(
        {"alg": "none"}, target.claim(), own_signature(target)
    ),
    "no alg": lambda target: write_unsigned({"typ": "JWT"}, target.claim(), own_signature(target)),
    "alg is a list": lambda target: write_unsigned({"alg": ["HS256"]}, target.claim()),
    "a header without end": lambda _: f"{encode_text('[' * 9_000)}.e30.e30",
    "a header that is no text": lambda _: "_-__.e30.e30",
    "no signature": lambda target: target.user.access_token.rpartition(".")[0] + ".",
    "HS256 with a public key": lambda target: sign_by_hand(
        {"alg": "HS256", "kid": FOREIGN_RSA.key_id}, target.claim(), FOREIGN_RSA.public_pem
    ),
    "HS256 with an empty secret": lambda target: sign_by_hand(
        {"alg": "HS256"}, target.claim(), b""
    ),
    "HS256 with the publishable key": lambda target: sign_by_hand(
        {"alg": "HS256"}, target.claim(), target.supabase.publishable_key.encode()
    ),
    "HS512 with the secret": lambda target: jwt.encode(
        target.claim(), target.supabase.jwt_secret, "HS512"
    ),
    "RS256 with the secret as text": lambda target: sign_by_hand(
        {"alg": "RS256", "kid": "any"}, target.claim(), target.supabase.jwt_secret.encode()
    ),
    "a foreign key": lambda target: FOREIGN.sign(target.claim()),
    "a foreign RSA key": lambda target: FOREIGN_RSA.sign(target.claim()),
    "a key in the header": lambda target: FOREIGN.sign(target.claim(), jwk=FOREIGN.public),
    "a key set in the header": lambda target: FOREIGN.sign(
        target.claim(), jku="https://attacker.example/jwks.json"
    ),
    "a certificate in the header": lambda target: FOREIGN.sign(
        target.claim(), x5u="https://attacker.example/key.pem"
    ),
    "kid is a path": lambda target: FOREIGN.sign(target.claim(), kid="../../../../dev/null"),
    "kid is SQL": lambda target: FOREIGN.sign(target.claim(), kid="' union select 'secret' --"),
    "kid is an address": lambda target: FOREIGN.sign(target.claim(), kid="http://127.0.0.1/key"),
    "kid is an object": lambda target: write_unsigned(
        {"alg": "ES256", "kid": {"a": 1}}, target.claim(), own_signature(target)
    ),
    "expired": lambda target: target.sign(exp=int(time.time()) - 60),
    "never expires": lambda target: target.sign(exp=None),
    "not yet valid": lambda target: target.sign(nbf=int(time.time()) + 3_600),
    "issued in the future": lambda target: target.sign(iat=int(time.time()) + 3_600),
    "another project": lambda target: target.sign(iss="https://other.supabase.co/auth/v1"),
    "an issuer like ours": lambda target: target.sign(iss=f"{target.claim()['iss']}/"),
    "no issuer": lambda target: target.sign(iss=None),
    "another audience": lambda target: target.sign(aud="other"),
    "no audience": lambda target: target.sign(aud=None),
    "service_role": lambda target: target.sign(role="service_role"),
    "anon": lambda target: target.sign(role="anon"),
    "postgres": lambda target: target.sign(role="postgres"),
    "no role": lambda target: target.sign(role=None),
    "no user": lambda target: target.sign(sub=None),
    "a user that is no id": lambda target: target.sign(sub="admin"),
    "an API token that is no id": lambda target: target.sign(api_token="*"),
    "an API token that is empty": lambda target: target.sign(api_token=""),
    "another user under the signature": lambda target: replace_claims(target, sub=SOMEBODY),
    "another role under the signature": lambda target: replace_claims(target, role="service_role"),
    "an API token under the signature": lambda target: replace_claims(target, api_token=SOMEBODY),
    "longer life under the signature": lambda target: replace_claims(target, exp=9_999_999_999),
    "five parts": lambda target: f"{target.user.access_token}.a.b",
    "the publishable key": lambda target: target.supabase.publishable_key,
    "the secret key": lambda target: target.supabase.secret_key,
    "the key of anon": lambda target: target.supabase.anon_jwt,
    "the key of service_role": lambda target: target.supabase.service_role_jwt,
    "an API token itself": lambda _: "atp_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE",
}


@pytest.fixture(scope="module")
async def target(
    service: Service, supabase: SupabaseDetails, sign_up: SignUp
) -> AsyncIterator[Target]:
    async with httpx.AsyncClient(base_url=service.url, timeout=20.0) as http:
        yield Target(http, await sign_up(), supabase)


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_token_opens_nothing(name: str, target: Target) -> None:
    token = FORGERIES[name](target)
    for path in PATHS:
        answer = await target.http.get(
            f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 401, path
        expected = "token_expired" if name == "expired" else "invalid_token"
        assert answer.json()["code"] == expected
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert target.user.email not in answer.text


@pytest.mark.parametrize("place", ["query", "cookie", "apikey"])
async def test_a_token_counts_in_its_header_alone(place: str, target: Target) -> None:
    token = target.user.access_token
    answer = await target.http.get(
        "/api/v1/users/me",
        params={"access_token": token} if place == "query" else {},
        headers={
            "query": {},
            "cookie": {"Cookie": f"sb-access-token={token}"},
            "apikey": {"apikey": token},
        }[place],
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "missing_token")


async def test_the_token_that_was_forged_is_good(target: Target) -> None:
    for token in (target.user.access_token, target.sign()):
        answer = await target.http.get(
            "/api/v1/users/me", headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.json()["email"] == target.user.email
