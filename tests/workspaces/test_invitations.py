"""Invitations: offered by admins, taken or declined by whoever owns the address."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.users import SignUp
from tests.workspaces.people import Person, Role, Team, name_something
from tests.workspaces.statements import run_sql


@pytest.fixture
async def guest(service: Service, sign_up: SignUp) -> AsyncIterator[Person]:
    """Somebody with an account and no organization."""
    user = await sign_up()
    async with httpx.AsyncClient(base_url=service.url, headers=user.headers) as client:
        yield Person(user, client)


def name_address() -> str:
    return f"{name_something('guest')}@shop.example"


def invitations_of(team: Team) -> str:
    return f"/organizations/{team.organization['id']}/invitations"


async def invite(team: Team, email: str, **fields: Any) -> dict[str, Any]:
    return await team["admin"].create(invitations_of(team), email=email, **fields)


async def test_the_invited_find_it_and_take_it(crew: Team, guest: Person) -> None:
    made = await invite(crew, f" {guest.user.email.upper()} ", role="editor")
    assert made["organization_name"] == crew.organization["name"]
    assert made["invited_by"] == crew["admin"].user.id
    own = (await guest.get("/invitations")).json()["items"]
    assert own == [made]
    assert (await guest.get(f"/invitations/{made['id']}")).json() == made
    organization = f"/organizations/{crew.organization['id']}"
    assert (await guest.get(organization)).status_code == 404
    accepted = await guest.post(f"/invitations/{made['id']}/accept", None)
    assert accepted.status_code == 201, accepted.text
    member = accepted.json()
    assert (member["role"], member["user"]["id"]) == ("editor", guest.user.id)
    found = await guest.http.get(accepted.headers["Location"])
    assert found.json() == member
    assert (await guest.get(organization)).status_code == 200
    assert (await guest.get("/invitations")).json()["items"] == []
    assert (await crew.owner.get(invitations_of(crew))).json()["items"] == []
    again = await guest.post(f"/invitations/{made['id']}/accept", None)
    assert again.status_code == 404


async def test_it_can_be_declined(team: Team, guest: Person) -> None:
    made = await invite(team, guest.user.email)
    declined = await guest.post(f"/invitations/{made['id']}/decline", None)
    assert declined.status_code == 204
    assert (await team.owner.get(f"/invitations/{made['id']}")).status_code == 404


async def test_nobody_else_takes_it(team: Team, guest: Person) -> None:
    made = await invite(team, name_address())
    for person in (guest, team["viewer"], team["admin"]):
        for action in ("accept", "decline"):
            answer = await person.post(f"/invitations/{made['id']}/{action}", None)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await guest.get(f"/invitations/{made['id']}")).status_code == 404
    assert (await guest.get("/invitations")).json()["items"] == []


async def test_an_address_that_is_not_verified_takes_nothing(
    team: Team, guest: Person, supabase: SupabaseDetails
) -> None:
    made = await invite(team, guest.user.email)
    await run_sql(
        supabase, "update auth.users set email_confirmed_at = null where id = %s", guest.user.id
    )
    assert (await guest.get("/invitations")).json()["items"] == []
    answer = await guest.post(f"/invitations/{made['id']}/accept", None)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("actor", "role", "outcome"),
    [
        ("owner", "owner", (201, None)),
        ("admin", "admin", (201, None)),
        ("admin", "owner", (403, "role_above_own")),
        ("editor", "viewer", (403, "forbidden")),
        ("viewer", "viewer", (403, "forbidden")),
        ("stranger", "viewer", (404, "not_found")),
    ],
)
async def test_admins_invite_up_to_their_own_role(
    team: Team, actor: Role, role: str, outcome: tuple[int, str | None]
) -> None:
    body = {"email": name_address(), "role": role}
    answer = await team[actor].post(invitations_of(team), body)
    assert (answer.status_code, answer.json().get("code")) == outcome


async def test_it_can_be_changed_resent_and_withdrawn(team: Team) -> None:
    made = await invite(team, name_address(), expires_in_days=1)
    path = f"/invitations/{made['id']}"
    changed = await team.owner.patch(path, {"role": "owner", "expires_in_days": 30})
    assert changed.status_code == 200, changed.text
    assert changed.json()["role"] == "owner"
    assert changed.json()["expires_at"] > made["expires_at"]
    assert changed.json()["invited_by"] == team.owner.user.id
    above = await team["admin"].patch(path, {"role": "viewer"})
    assert (above.status_code, above.json()["code"]) == (403, "role_above_own")
    assert (await team["editor"].delete(path)).status_code == 404
    assert (await team["admin"].delete(path)).status_code == 204


async def test_it_is_made_once_and_not_for_members(team: Team) -> None:
    address = name_address()
    await invite(team, address)
    twice = await team.owner.post(invitations_of(team), {"email": address.capitalize()})
    assert (twice.status_code, twice.json()["code"]) == (409, "already_exists")
    assert twice.json()["field"] == "email"
    member = {"email": team["viewer"].user.email}
    refused = await team.owner.post(invitations_of(team), member)
    assert (refused.status_code, refused.json()["code"]) == (409, "already_member")


EXPIRE = "update public.organization_invitations set expires_at = now() where id = %s"


@pytest.mark.parametrize("cause", ["expired", "inviter demoted"])
async def test_a_void_invitation_is_gone_until_somebody_renews_it(
    crew: Team, guest: Person, supabase: SupabaseDetails, cause: str
) -> None:
    made = await invite(crew, guest.user.email, role="editor")
    if cause == "expired":
        await run_sql(supabase, EXPIRE, made["id"])
    else:
        members = await crew.owner.get(f"/organizations/{crew.organization['id']}/members")
        (admin,) = [item for item in members.json()["items"] if item["role"] == "admin"]
        await crew.owner.patch(f"/members/{admin['id']}", {"role": "editor"})
    path = f"/invitations/{made['id']}"
    answer = await guest.post(f"{path}/accept", None)
    assert (answer.status_code, answer.json()["code"]) == (410, "invitation_expired")
    await crew.owner.patch(path, {"expires_in_days": 1})
    assert (await guest.post(f"{path}/accept", None)).status_code == 201


async def test_it_goes_with_who_made_it(crew: Team, guest: Person) -> None:
    made = await invite(crew, guest.user.email)
    members = await crew.owner.get(f"/organizations/{crew.organization['id']}/members")
    (admin,) = [item for item in members.json()["items"] if item["role"] == "admin"]
    await crew.owner.delete(f"/members/{admin['id']}")
    answer = await guest.post(f"/invitations/{made['id']}/accept", None)
    assert answer.status_code == 404


async def test_who_is_a_member_already_keeps_their_role(
    crew: Team, guest: Person, supabase: SupabaseDetails
) -> None:
    made = await invite(crew, guest.user.email, role="admin")
    await run_sql(
        supabase,
        "insert into public.organization_members (organization_id, user_id, role) values (%s, %s, 'viewer')",
        crew.organization["id"],
        guest.user.id,
    )
    accepted = await guest.post(f"/invitations/{made['id']}/accept", None)
    assert accepted.json()["role"] == "viewer"


async def test_the_list_is_filtered_and_sorted(crew: Team) -> None:
    await invite(crew, "b@shop.example", role="editor", expires_in_days=2)
    await invite(crew, "a@shop.example", expires_in_days=3)

    async def list_emails(**query: Any) -> list[str]:
        answer = await crew.owner.get(invitations_of(crew), **query)
        return [item["email"][0] for item in answer.json()["items"]]

    assert await list_emails() == ["b", "a"]
    assert await list_emails(sort="email") == ["a", "b"]
    assert await list_emails(sort="-expires_at") == ["a", "b"]
    assert await list_emails(role=["editor", "owner"]) == ["b"]
    assert (await crew["viewer"].get(invitations_of(crew))).json()["items"] == []


@pytest.mark.parametrize(
    "changes",
    [{"email": "nobody"}, {"email": "a\u0000@b"}, {"expires_in_days": 31}, {"role": "root"}],
    ids=str,
)
async def test_wrong_invitations_are_refused(team: Team, changes: dict[str, Any]) -> None:
    answer = await team.owner.post(invitations_of(team), {"email": "a@b", **changes})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
