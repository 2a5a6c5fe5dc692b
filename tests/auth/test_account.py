"""The access token of a machine opens its person's work to it, never their account at Supabase auth."""

from typing import Any

import httpx
import jwt

from scripts.demonstration.components import Service, SupabaseDetails
from tests.workspaces.machines import create_api_token, sign_in
from tests.workspaces.people import Team

CALLS: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "/user", None),
    ("PUT", "/user", {"data": {"changed": True}}),
    ("PUT", "/user", {"password": "battery staple"}),
    ("PUT", "/user", {"email": "machine@shop.example"}),
    ("POST", "/logout?scope=global", None),
    ("POST", "/factors", {"factor_type": "totp"}),
]


async def call_auth(
    supabase: SupabaseDetails, token: str, method: str, path: str, body: dict[str, Any] | None
) -> httpx.Response:
    headers = {"apikey": supabase.publishable_key, "Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers) as client:
        return await client.request(method, f"{supabase.supabase_url}/auth/v1{path}", json=body)


async def test_a_machine_neither_reads_nor_changes_the_account(
    team: Team, service: Service, supabase: SupabaseDetails
) -> None:
    person = team["editor"]
    before = await call_auth(supabase, person.user.access_token, *CALLS[0])
    created = await create_api_token(person, team.organization["id"], "write")
    async with sign_in(service, person, created["api_token"]) as machine:
        for call in CALLS:
            answer = await call_auth(supabase, machine.user.access_token, *call)
            code = answer.json()["error_code"]
            assert (answer.status_code, code) == (403, "session_not_found"), call
    after = await call_auth(supabase, person.user.access_token, *CALLS[0])
    assert (after.status_code, after.json()) == (200, before.json())


async def test_what_keeps_it_out_is_that_it_names_no_session(
    team: Team, service: Service, supabase: SupabaseDetails
) -> None:
    person = team["editor"]
    created = await create_api_token(person, team.organization["id"], "write")
    async with sign_in(service, person, created["api_token"]) as machine:
        claims = jwt.decode(machine.user.access_token, options={"verify_signature": False})
    del claims["session_id"]
    token = jwt.encode(claims, supabase.jwt_secret, "HS256")
    answer = await call_auth(supabase, token, *CALLS[0])
    assert answer.status_code == 200
