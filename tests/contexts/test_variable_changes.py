"""Variables: read one, replaced under a condition, deleted, set all at once."""

from typing import Any

import pytest

from tests.fixtures.database import Connect
from tests.workspaces.people import Person, Role, Team

SECRET = "correct horse battery staple"
READ_SECRETS = """
select variable.key, secret.updated_at as set_at from public.environment_variables as variable
inner join private.secret_values as secret on secret.id = variable.secret_value_id
where variable.environment_id = %s order by variable.key
"""


async def open_variables(team: Team) -> str:
    environment = await team.create_environment()
    return f"/environments/{environment['id']}/variables"


async def put(person: Person, path: str, document: Any, condition: str) -> int:
    headers = {"If-Match": condition}
    return (await person.http.put(f"/api/v1{path}", json=document, headers=headers)).status_code


async def test_one_variable_is_read_and_deleted(team: Team) -> None:
    path = await open_variables(team)
    stored = (await team.owner.put(f"{path}/KEY", {"value": SECRET, "is_secret": True})).json()
    read = await team["viewer"].get(f"{path}/KEY")
    assert read.json() == stored
    assert SECRET not in read.text
    statuses: dict[Role, int] = {"stranger": 404, "editor": 403, "admin": 204, "owner": 404}
    for role, status in statuses.items():
        assert (await team[role].delete(f"{path}/KEY")).status_code == status
    assert (await team["viewer"].get(f"{path}/KEY")).status_code == 404
    assert (await team["viewer"].get(f"{path}/1")).status_code == 422


@pytest.mark.parametrize("is_secret", [False, True])
async def test_a_variable_is_replaced_only_as_it_is_known(team: Team, is_secret: bool) -> None:
    path = f"{await open_variables(team)}/KEY"
    first = {"value": SECRET, "is_secret": is_secret}
    assert await put(team.owner, path, first, "*") == 412
    known = (await team.owner.put(path, first)).headers["ETag"]
    assert (await team.owner.get(path)).headers["ETag"] == known
    second = {"value": f"{SECRET} 2", "is_secret": is_secret}
    assert await put(team.owner, path, second, known) == 200
    assert await put(team.owner, path, second, known) == 412
    assert await put(team["editor"], path, second, "*") == 403
    assert await put(team["stranger"], path, second, "*") == 404
    url = f"/api/v1{path}"
    stale = await team.owner.http.delete(url, headers={"If-Match": known})
    present = (await team.owner.get(path)).headers["ETag"]
    fresh = await team.owner.http.delete(url, headers={"If-Match": present})
    assert (stale.status_code, fresh.status_code) == (412, 204)


async def test_all_variables_are_set_at_once(team: Team, database: Connect) -> None:
    path = await open_variables(team)
    await team.owner.put(f"{path}/GONE", {"value": "x"})
    await team.owner.put(f"{path}/KEPT", {"value": SECRET, "is_secret": True})
    await team.owner.put(f"{path}/OPENED", {"value": SECRET, "is_secret": True})
    variables = {
        "PLAIN": {"value": "1"},
        "KEPT": {"is_secret": True},
        "NEW": {"value": SECRET, "is_secret": True},
        "OPENED": {"value": "shown from now on"},
    }
    answer = await team.owner.put(path, {"variables": variables})
    shown = [(each["key"], each["value"], each["is_secret"]) for each in answer.json()["items"]]
    assert shown == [
        ("KEPT", None, True),
        ("NEW", None, True),
        ("OPENED", "shown from now on", False),
        ("PLAIN", "1", False),
    ]
    assert SECRET not in answer.text
    environment_id = path.split("/")[2]
    rows = await (await (await database()).execute(READ_SECRETS, [environment_id])).fetchall()
    assert [row["key"] for row in rows] == ["KEPT", "NEW"]
    listed = (await team["viewer"].get(path)).json()["items"]
    assert listed == answer.json()["items"]


async def test_nothing_is_set_when_one_cannot_be(team: Team) -> None:
    path = await open_variables(team)
    await team.owner.put(f"{path}/KEPT", {"value": "as it was"})
    variables = {"A": {"value": "1"}, "NEW": {"is_secret": True}}
    answer = await team.owner.put(path, {"variables": variables})
    assert (answer.status_code, answer.json()["code"]) == (422, "secret_rejected")
    assert "NEW" in answer.json()["detail"]
    (kept,) = (await team.owner.get(path)).json()["items"]
    assert (kept["key"], kept["value"]) == ("KEPT", "as it was")


async def test_all_variables_are_replaced_only_as_they_are_known(team: Team) -> None:
    path = await open_variables(team)
    known = (await team.owner.put(path, {"variables": {"A": {"value": "1"}}})).headers["ETag"]
    assert await put(team.owner, path, {"variables": {"B": {"value": "2"}}}, known) == 200
    assert await put(team.owner, path, {"variables": {"C": {"value": "3"}}}, known) == 412
    items = (await team.owner.get(path)).json()["items"]
    assert [item["key"] for item in items] == ["B"]


@pytest.mark.parametrize(
    ("variables", "field"),
    [
        ({"1": {"value": "x"}}, "variables.1"),
        ({"A": {}}, "variables.A"),
        ({"A": {"value": "", "is_secret": True}}, "variables.A"),
        ({"A": {"value": "x\x00y"}}, "variables.A.value"),
        ({"A": {"value": "x" * 65_537}}, "variables.A.value"),
        ({f"A{number}": {"value": "x"} for number in range(501)}, "variables"),
    ],
    ids=["key", "no value", "empty secret", "null character", "long", "many"],
)
async def test_a_wrong_field_of_the_set_is_named(
    team: Team, variables: dict[str, Any], field: str
) -> None:
    path = await open_variables(team)
    answer = await team.owner.put(path, {"variables": variables})
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


async def test_variables_are_filtered_and_sorted(team: Team) -> None:
    path = await open_variables(team)
    variables = {
        "DB_KEY": {"value": SECRET, "is_secret": True},
        "DB_HOST": {"value": "h"},
        "MAIL": {"value": "m"},
    }
    assert (await team.owner.put(path, {"variables": variables})).status_code == 200

    async def keys(**query: Any) -> list[str]:
        return [item["key"] for item in (await team.owner.get(path, **query)).json()["items"]]

    assert await keys(is_secret="true") == ["DB_KEY"]
    assert await keys(text="db_", is_secret="false") == ["DB_HOST"]
    assert await keys(sort="-key") == ["MAIL", "DB_KEY", "DB_HOST"]
