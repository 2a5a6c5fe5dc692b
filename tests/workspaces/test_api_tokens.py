"""API tokens: made, shown, renamed, revoked by people; exchanged by machines."""

import hashlib
from typing import Any
from uuid import uuid4

import jwt
import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.workspaces.machines import create_api_token, exchange, sign_in
from tests.workspaces.people import Role, Team
from tests.workspaces.statements import run_sql

KEPT = (
    "select to_jsonb(t)::text from public.audit_log as t",
    "select to_jsonb(t)::text from public.api_tokens as t",
    "select to_jsonb(t)::text from private.idempotency_keys as t",
)

ENDINGS = {
    "revoked": "update public.api_tokens set revoked_at = now() where id = %s",
    "expired": "update public.api_tokens set expires_at = now() where id = %s",
}


def tokens_of(team: Team) -> str:
    return f"/organizations/{team.organization['id']}/api-tokens"


async def test_the_secret_is_shown_once_and_kept_as_a_digest(
    team: Team, supabase: SupabaseDetails
) -> None:
    created = await create_api_token(team["editor"], team.organization["id"])
    secret = created.pop("api_token")
    assert secret.startswith("atp_")
    assert len(secret) == len("atp_") + 43
    assert created["last_four"] == secret[-4:]
    found = await team["editor"].get(f"/api-tokens/{created['id']}")
    assert found.json() == created
    listed = (await team["editor"].get(tokens_of(team), limit=200)).json()["items"]
    assert created in listed
    digests = await run_sql(
        supabase,
        "select digest from private.api_token_digests where api_token_id = %s",
        created["id"],
    )
    assert digests == [(hashlib.sha256(secret.encode()).digest(),)]


async def test_the_secret_is_nowhere_else(
    team: Team, supabase: SupabaseDetails, service: Service
) -> None:
    answer = await team.owner.http.post(
        f"/api/v1{tokens_of(team)}",
        json={"name": "Once", "scope": "read"},
        headers={"Idempotency-Key": uuid4().hex},
    )
    assert answer.headers["Cache-Control"] == "no-store"
    secret = answer.json()["api_token"]
    access_token = (await exchange(service, secret)).json()["access_token"]
    for select in KEPT:
        rows = await run_sql(supabase, select)
        assert rows
        assert not [row for (row,) in rows if secret in row or access_token in row]
    log = service.log.read_text()
    assert secret not in log
    assert access_token not in log


async def test_an_access_token_acts_for_its_person(team: Team, service: Service) -> None:
    created = await create_api_token(team["editor"], team.organization["id"], "read")
    answer = await exchange(service, created["api_token"])
    grant = answer.json()
    assert (grant["token_type"], grant["expires_in"]) == ("bearer", 300)
    assert answer.headers["Cache-Control"] == "no-store"
    claims = jwt.decode(grant["access_token"], options={"verify_signature": False})
    assert claims["sub"] == team["editor"].user.id
    assert claims["exp"] - claims["iat"] == 300
    async with sign_in(service, team["editor"], created["api_token"]) as machine:
        me = await machine.get("/users/me", include="memberships")
        assert me.json()["email"] == team["editor"].user.email
        (membership,) = me.json()["memberships"]
        assert membership["organization"]["id"] == team.organization["id"]


async def test_being_used_is_noted_about_once_a_minute(
    team: Team, service: Service, supabase: SupabaseDetails
) -> None:
    created = await create_api_token(team["editor"], team.organization["id"], "read")
    path = f"/api-tokens/{created['id']}"
    assert created["last_used_at"] is None
    used: list[dict[str, Any]] = []
    for _ in range(2):
        await exchange(service, created["api_token"])
        used.append((await team["editor"].get(path)).json())
    assert used[0]["last_used_at"] is not None
    assert used[0] == used[1]
    assert used[0]["updated_at"] == created["updated_at"]
    await run_sql(
        supabase,
        "update public.api_tokens set last_used_at = now() - interval '61 seconds' where id = %s",
        created["id"],
    )
    await exchange(service, created["api_token"])
    later = (await team["editor"].get(path)).json()
    assert later["last_used_at"] > used[0]["last_used_at"]


async def assert_invalid(service: Service, secret: str) -> None:
    answer = await exchange(service, secret)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_api_token")
    assert answer.json()["detail"] == "The API token is not valid."


@pytest.mark.parametrize("fault", ["unknown", "other", "revoked", "deleted", "expired"])
async def test_what_is_no_valid_token_is_refused_alike(
    team: Team, service: Service, supabase: SupabaseDetails, fault: str
) -> None:
    created = await create_api_token(team["editor"], team.organization["id"])
    secret = created["api_token"]
    match fault:
        case "unknown":
            secret = secret[:-1] + ("A" if secret[-1] != "A" else "B")
        case "other":
            secret = "no token \u0000 at all"
        case "deleted":
            removed = await team.owner.delete(f"/api-tokens/{created['id']}")
            assert removed.status_code == 204
        case _:
            await run_sql(supabase, ENDINGS[fault], created["id"])
    await assert_invalid(service, secret)


async def test_the_token_of_somebody_banned_is_refused_alike(
    crew: Team, service: Service, supabase: SupabaseDetails
) -> None:
    created = await create_api_token(crew["editor"], crew.organization["id"])
    await run_sql(
        supabase, "alter table auth.users add column if not exists banned_until timestamptz"
    )
    await run_sql(
        supabase,
        "update auth.users set banned_until = now() + interval '1 day' where id = %s",
        crew["editor"].user.id,
    )
    await assert_invalid(service, created["api_token"])


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 201), ("editor", 201), ("viewer", 403), ("stranger", 404)]
)
async def test_editors_make_tokens(team: Team, role: Role, status: int) -> None:
    answer = await team[role].post(tokens_of(team), {"name": "Mine", "scope": "write"})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("role", "read", "changed"),
    [("editor", 200, 200), ("admin", 200, 200), ("viewer", 404, 404), ("stranger", 404, 404)],
)
async def test_tokens_are_seen_by_their_person_and_by_admins(
    team: Team, role: Role, read: int, changed: int
) -> None:
    created = await create_api_token(team["editor"], team.organization["id"])
    path = f"/api-tokens/{created['id']}"
    found = await team[role].get(path)
    assert found.status_code == read
    tag = {"If-Match": found.headers["ETag"]} if read == 200 else {}
    renamed = await team[role].http.patch(f"/api/v1{path}", json={"name": "New"}, headers=tag)
    assert renamed.status_code == changed
    late = await team[role].http.delete(f"/api/v1{path}", headers=tag)
    assert late.status_code == (412 if read == 200 else 404)
    removed = await team[role].delete(path)
    assert removed.status_code == (204 if read == 200 else 404)
    assert (await team["editor"].get(path)).status_code == (404 if read == 200 else 200)


async def test_the_list_is_filtered_and_sorted(crew: Team) -> None:
    project = await crew.create_project()
    await create_api_token(crew["editor"], crew.organization["id"], "read", expires_in_days=3)
    await create_api_token(crew["admin"], crew.organization["id"], "write", expires_in_days=1)
    await create_api_token(crew["admin"], crew.organization["id"], project_id=project["id"])

    async def list_scopes(**query: Any) -> list[str]:
        answer = await crew.owner.get(tokens_of(crew), **query)
        return [item["scope"] for item in answer.json()["items"]]

    assert await list_scopes() == ["read", "write", "run"]
    assert await list_scopes(sort="expires_at") == ["write", "read", "run"]
    assert await list_scopes(scope=["read", "run"], sort="-created_at") == ["run", "read"]
    assert await list_scopes(project_id=project["id"]) == ["run"]
    assert await list_scopes(user_id=crew["editor"].user.id) == ["read"]


@pytest.mark.parametrize(
    "changes",
    [{"expires_in_days": 0}, {"expires_in_days": 366}, {"scope": "admin"}, {"name": "a\u0000"}],
    ids=str,
)
async def test_wrong_tokens_are_refused(team: Team, changes: dict[str, Any]) -> None:
    answer = await team.owner.post(tokens_of(team), {"name": "One", "scope": "run", **changes})
    assert answer.status_code == 422, answer.text


async def test_a_token_is_for_a_project_of_its_organization(team: Team, crew: Team) -> None:
    project = await crew.create_project()
    document = {"name": "One", "scope": "run", "project_id": project["id"]}
    answer = await team.owner.post(tokens_of(team), document)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
