"""Who is signed in, and the members of an organization by role."""

from typing import Any

from tests.workspaces.people import Team


async def test_people_see_themselves_and_where_they_belong(team: Team) -> None:
    me = (await team["editor"].get("/users/me")).json()
    assert (me["id"], me["email"]) == (team["editor"].user.id, team["editor"].user.email)
    assert "memberships" not in me
    more = (await team["editor"].get("/users/me", include="memberships")).json()
    (membership,) = more.pop("memberships")
    assert more == me
    assert membership["role"] == "editor"
    assert membership["organization"]["slug"] == team.organization["slug"]
    wrong = await team["editor"].get("/users/me", include="password")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_request")


async def test_people_change_their_name(crew: Team) -> None:
    before = await crew["viewer"].get("/users/me")
    headers = {"If-Match": before.headers["ETag"]}
    changed = await crew["viewer"].http.patch(
        "/api/v1/users/me", json={"full_name": "Ann Smith"}, headers=headers
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["full_name"] == "Ann Smith"
    late = await crew["viewer"].http.patch(
        "/api/v1/users/me", json={"full_name": "Other"}, headers=headers
    )
    assert late.status_code == 412
    removed = await crew["viewer"].patch("/users/me", {"full_name": None})
    assert removed.json()["full_name"] is None
    for body in ({"email": "new@shop.example"}, {"full_name": ""}, {"full_name": "a\u0000"}):
        assert (await crew["viewer"].patch("/users/me", body)).status_code == 422


async def test_members_are_filtered_and_sorted_by_role(team: Team) -> None:
    path = f"/organizations/{team.organization['id']}/members"

    async def list_roles(**query: Any) -> list[str]:
        answer = await team["viewer"].get(path, **query)
        return [item["role"] for item in answer.json()["items"]]

    ascending = ["viewer", "editor", "admin", "owner"]
    assert await list_roles(sort="role") == ascending
    assert await list_roles(sort="-role") == ascending[::-1]
    assert await list_roles(role=["admin", "viewer"], sort="role") == ["viewer", "admin"]
    page = await team["viewer"].get(path, sort="-role", limit=2)
    rest = await team["viewer"].http.get(page.links["next"]["url"])
    assert [item["role"] for item in rest.json()["items"]] == ["editor", "viewer"]
    assert (await team["viewer"].get(path, role="root")).status_code == 422
