"""What every changeable resource of an organization has in common, and who may change it."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.workspaces.people import ROLES, Person, Role, Team, name_something


@dataclass(frozen=True)
class Kind:
    """A resource: its collection under the organization, its own path, and a change of it."""

    collection: str
    path: str
    document: dict[str, Any]
    change: dict[str, Any]
    writers: frozenset[Role]
    readers: frozenset[Role]


MEMBERS: frozenset[Role] = frozenset({"owner", "admin", "editor", "viewer"})
EDITORS: frozenset[Role] = MEMBERS - {"viewer"}
KINDS = {
    "report template": Kind(
        "report-templates",
        "/report-templates",
        {"date_range_days": 30},
        {"includes_trends": False},
        EDITORS,
        MEMBERS,
    ),
    "saved search": Kind(
        "saved-searches",
        "/saved-searches",
        {"filters": {"tags": ["smoke"]}},
        {"filters": {"statuses": ["failed"]}},
        frozenset({"owner"}),
        frozenset({"owner"}),
    ),
}


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return KINDS[request.param]


async def create(team: Team, kind: Kind) -> dict[str, Any]:
    collection = f"/organizations/{team.organization['id']}/{kind.collection}"
    return await team.owner.create(collection, name=name_something("One"), **kind.document)


async def change(person: Person, path: str, changes: Any, tag: str | None = None) -> Any:
    headers = {} if tag is None else {"If-Match": tag}
    return await person.http.patch(f"/api/v1{path}", json=changes, headers=headers)


async def test_what_is_created_is_found_listed_and_changed(team: Team, kind: Kind) -> None:
    created = await create(team, kind)
    path = f"{kind.path}/{created['id']}"
    found = await team.owner.get(path)
    assert found.json() == created
    collection = f"/organizations/{team.organization['id']}/{kind.collection}"
    assert created in (await team.owner.get(collection, limit=200)).json()["items"]
    changed = await change(team.owner, path, kind.change, found.headers["ETag"])
    assert changed.status_code == 200, changed.text
    for field, value in kind.change.items():
        shown = changed.json()[field]
        assert shown == value or value.items() <= shown.items()
    assert changed.headers["ETag"] == (await team.owner.get(path)).headers["ETag"]
    assert (await change(team.owner, path, {})).json() == changed.json()


async def test_a_change_of_an_older_representation_is_refused(team: Team, kind: Kind) -> None:
    path = f"{kind.path}/{(await create(team, kind))['id']}"
    tag = (await team.owner.get(path)).headers["ETag"]
    await change(team.owner, path, {"name": name_something("Other")})
    late = await change(team.owner, path, kind.change, tag)
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    removal = await team.owner.http.delete(f"/api/v1{path}", headers={"If-Match": tag})
    assert removal.status_code == 412
    assert (await team.owner.get(path)).status_code == 200


@pytest.mark.parametrize("role", ROLES)
async def test_roles_decide_who_changes_it(team: Team, kind: Kind, role: Role) -> None:
    path = f"{kind.path}/{(await create(team, kind))['id']}"
    found = await team[role].get(path)
    assert found.status_code == (200 if role in kind.readers else 404)
    refusal = 403 if role in kind.readers else 404
    changed = await change(team[role], path, kind.change)
    assert changed.status_code == (200 if role in kind.writers else refusal)
    removed = await team[role].delete(path)
    assert removed.status_code == (204 if role in kind.writers else refusal)
    assert (await team.owner.get(path)).status_code == (404 if role in kind.writers else 200)


async def test_a_taken_name_is_a_conflict(team: Team, kind: Kind) -> None:
    one, other = await create(team, kind), await create(team, kind)
    taken = await change(team.owner, f"{kind.path}/{other['id']}", {"name": one["name"]})
    assert (taken.status_code, taken.json()["code"]) == (409, "already_exists")


@pytest.mark.parametrize("changes", [{"name": ""}, {"name": None}, {"id": "x"}, [], {"more": 1}])
async def test_a_wrong_change_is_refused(team: Team, kind: Kind, changes: Any) -> None:
    path = f"{kind.path}/{(await create(team, kind))['id']}"
    refused = await change(team.owner, path, changes)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request")


async def test_nobody_adds_to_a_foreign_organization(team: Team, kind: Kind) -> None:
    collection = f"/organizations/{team.organization['id']}/{kind.collection}"
    answer = await team["stranger"].post(collection, {"name": "Intruder"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
