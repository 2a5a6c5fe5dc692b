from uuid import uuid4

import httpx
import pytest

from scripts.demonstration.components import Service
from tests.fixtures.users import SignUp
from tests.workspaces.people import ROLES, Person, Role, Team, name_something


async def test_the_founder_finds_the_organization(team: Team) -> None:
    slug = name_something("acme")
    answer = await team["stranger"].post("/organizations", {"name": "Acme", "slug": slug})
    organization = answer.json()
    assert answer.status_code == 201
    assert organization["slug"] == slug
    assert answer.headers["Location"] == f"/api/v1/organizations/{organization['id']}"
    found = await team["stranger"].get(f"/organizations/{organization['id']}")
    assert (found.status_code, found.json()) == (200, organization)


@pytest.mark.parametrize("role", ROLES)
async def test_only_members_see_the_organization(team: Team, role: Role) -> None:
    answer = await team[role].get(f"/organizations/{team.organization['id']}")
    assert answer.status_code == (404 if role == "stranger" else 200)
    listed = (await team[role].get("/organizations")).json()["items"]
    assert (team.organization in listed) is (role != "stranger")


async def test_a_foreign_id_and_an_unknown_id_look_the_same(team: Team) -> None:
    foreign = await team["stranger"].get(f"/organizations/{team.organization['id']}")
    unknown = await team["stranger"].get(f"/organizations/{uuid4()}")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json() | {"request_id": ""} == unknown.json() | {"request_id": ""}
    assert foreign.json()["code"] == "not_found"


async def test_a_taken_slug_is_a_conflict(team: Team) -> None:
    taken = {"name": "Other", "slug": team.organization["slug"]}
    answer = await team["stranger"].post("/organizations", taken)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"name": "Acme"}, "slug"),
        ({"name": "Acme", "slug": "Not A Slug"}, "slug"),
        ({"name": "Acme", "slug": "x" * 64}, "slug"),
        ({"name": "  ", "slug": "acme"}, "name"),
        ({"name": "Acme", "slug": "acme", "owner": "me"}, "owner"),
    ],
)
async def test_a_wrong_field_is_named(team: Team, document: dict[str, str], field: str) -> None:
    answer = await team.owner.post("/organizations", document)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_character_that_postgres_cannot_store_is_invalid(team: Team) -> None:
    document = {"name": "Acme\x00", "slug": name_something("acme")}
    answer = await team.owner.post("/organizations", document)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("path", ["/organizations/not-an-id", "/projects/1", "/cases/-"])
async def test_an_id_that_is_none_is_invalid(team: Team, path: str) -> None:
    answer = await team.owner.get(path)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_list_comes_in_pieces(service: Service, sign_up: SignUp) -> None:
    user = await sign_up()
    async with httpx.AsyncClient(base_url=service.url, headers=user.headers) as client:
        person = Person(user, client)
        created = [
            await person.create("/organizations", name=f"Org {n}", slug=name_something("org"))
            for n in range(5)
        ]
        seen: list[str] = []
        page = (await person.get("/organizations", limit=2)).json()
        while page["next_cursor"]:
            seen += [item["id"] for item in page["items"]]
            page = (await person.get("/organizations", limit=2, cursor=page["next_cursor"])).json()
        seen += [item["id"] for item in page["items"]]
    assert seen == [organization["id"] for organization in created]


@pytest.mark.parametrize("cursor", ["nonsense", "WyJ4IiwieSJd", "WzFd"])
async def test_a_cursor_of_nobody_is_invalid(team: Team, cursor: str) -> None:
    answer = await team.owner.get("/organizations", cursor=cursor)
    assert answer.status_code == 422
    assert answer.json()["code"] in {"invalid_cursor", "invalid"}
