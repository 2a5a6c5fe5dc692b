import time
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.users import SignUp

SOME_ID = "7a9dc0bd-9f10-4d2c-8a1e-0d7a1f6d2b11"
PATHS = ["/organizations", f"/projects/{SOME_ID}", f"/cases/{SOME_ID}", f"/environments/{SOME_ID}"]


def sign(supabase: SupabaseDetails, secret: str | None = None, **changes: Any) -> str:
    claims = {
        "iss": f"{supabase.supabase_url}/auth/v1",
        "aud": "authenticated",
        "role": "authenticated",
        "sub": str(uuid4()),
        "exp": int(time.time()) + 60,
        **changes,
    }
    return jwt.encode(claims, secret or supabase.jwt_secret, "HS256")


async def ask(
    service: Service, authorization: str | None, path: str = "/organizations"
) -> httpx.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with httpx.AsyncClient(base_url=service.url, headers=headers) as client:
        return await client.get(f"/api/v1{path}")


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_gets_in_without_a_token(service: Service, path: str) -> None:
    answer = await ask(service, None, path)
    assert (answer.status_code, answer.json()["code"]) == (401, "missing_token")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("authorization", ["Basic YTpi", "Bearer", "bearer", "Token abc"])
async def test_other_schemes_are_no_token(service: Service, authorization: str) -> None:
    answer = await ask(service, authorization)
    assert (answer.status_code, answer.json()["code"]) == (401, "missing_token")


async def test_an_expired_token_says_so(service: Service, supabase: SupabaseDetails) -> None:
    token = sign(supabase, exp=int(time.time()) - 3600)
    answer = await ask(service, f"Bearer {token}")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.supabase.co/auth/v1"},
        {"aud": "other"},
        {"role": "service_role"},
        {"role": "anon"},
        {"secret": "some other secret of sufficient length"},
    ],
    ids=lambda changes: "-".join(changes.values()),
)
async def test_a_foreign_token_is_invalid(
    service: Service, supabase: SupabaseDetails, changes: dict[str, str]
) -> None:
    answer = await ask(service, f"Bearer {sign(supabase, **changes)}")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


async def test_the_keys_of_the_project_are_no_tokens(
    service: Service, supabase: SupabaseDetails
) -> None:
    for key in (supabase.anon_jwt, supabase.service_role_jwt, supabase.secret_key):
        answer = await ask(service, f"Bearer {key}")
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


async def test_a_token_of_auth_is_accepted(service: Service, sign_up: SignUp) -> None:
    user = await sign_up()
    answer = await ask(service, f"bearer {user.access_token}")
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next_cursor": None})
