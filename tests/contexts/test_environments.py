from uuid import uuid4

import pytest

from tests.fixtures.database import Connect
from tests.workspaces.people import ROLES, Role, Team, name_something

SECRET = "correct horse battery staple"
ADMINS = {"owner", "admin"}


def expected_status(role: Role, success: int) -> int:
    if role == "stranger":
        return 404
    return success if role in ADMINS else 403


@pytest.mark.parametrize("role", ROLES)
async def test_admins_create_environments(team: Team, role: Role) -> None:
    project = await team.create_project()
    document = {"name": "Staging", "base_url": "https://staging.example", "order_index": 2}
    answer = await team[role].post(f"/projects/{project['id']}/environments", document)
    assert answer.status_code == expected_status(role, 201), answer.text
    if answer.status_code == 201:
        assert answer.json() | document == answer.json()
        assert answer.headers["Location"] == f"/api/v1/environments/{answer.json()['id']}"


@pytest.mark.parametrize("role", ROLES)
async def test_members_see_environments_and_variables(team: Team, role: Role) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}"
    listing = f"/projects/{environment['project_id']}/environments"
    for each in (path, f"{path}/variables", listing):
        answer = await team[role].get(each)
        assert answer.status_code == (404 if role == "stranger" else 200), each


async def test_nothing_is_found_under_an_unknown_parent(team: Team) -> None:
    unknown = uuid4()
    assert (await team.owner.get(f"/environments/{unknown}")).status_code == 404
    assert (await team.owner.get(f"/environments/{unknown}/variables")).status_code == 404
    assert (await team.owner.get(f"/projects/{unknown}/environments")).status_code == 404
    document = {"name": "Lost", "base_url": "https://lost.example"}
    created = await team.owner.post(f"/projects/{unknown}/environments", document)
    assert (created.status_code, created.json()["code"]) == (404, "not_found")
    for is_secret in (False, True):
        variable = {"value": "x", "is_secret": is_secret}
        put = await team.owner.put(f"/environments/{unknown}/variables/KEY", variable)
        assert (put.status_code, put.json()["code"]) == (404, "not_found")


async def test_a_taken_name_is_a_conflict(team: Team) -> None:
    environment = await team.create_environment()
    path = f"/projects/{environment['project_id']}/environments"
    document = {"name": environment["name"], "base_url": "https://other.example"}
    answer = await team.owner.post(path, document)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")


async def test_a_variable_is_set_and_replaced(team: Team) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}/variables"
    first = await team.owner.put(f"{path}/EMAIL", {"value": "ada@example.org"})
    second = await team.owner.put(f"{path}/EMAIL", {"value": ""})
    assert (first.status_code, first.json()["value"]) == (200, "ada@example.org")
    assert (second.status_code, second.json()["value"]) == (200, "")
    assert first.json()["id"] == second.json()["id"]
    items = (await team.owner.get(path)).json()["items"]
    assert [(item["key"], item["value"]) for item in items] == [("EMAIL", "")]


async def test_a_secret_is_never_shown_and_stored_encrypted(team: Team, database: Connect) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}/variables"
    answer = await team.owner.put(f"{path}/PASSWORD", {"value": SECRET, "is_secret": True})
    variable = answer.json()
    assert answer.status_code == 200, answer.text
    assert (variable["value"], variable["is_secret"]) == (None, True)
    assert variable["value_last_four"] == SECRET[-4:]
    assert variable["value_set_at"]
    listed = await team["viewer"].get(path)
    assert listed.json()["items"][0]["value_last_four"] == SECRET[-4:]
    assert SECRET not in answer.text + listed.text
    connection = await database()
    rows = await connection.execute(
        "select stored::text from public.environment_variables as stored where id = %s",
        [variable["id"]],
    )
    assert SECRET not in str(await rows.fetchall())


async def test_a_variable_may_become_secret_and_plain_again(team: Team) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}/variables/TOKEN"
    plain = (await team.owner.put(path, {"value": "open"})).json()
    secret = (await team.owner.put(path, {"value": SECRET, "is_secret": True})).json()
    again = (await team.owner.put(path, {"value": "open again"})).json()
    assert plain["id"] == secret["id"] == again["id"]
    assert (secret["value"], secret["value_last_four"]) == (None, "aple")
    assert (again["value"], again["is_secret"]) == ("open again", False)
    assert (again["value_last_four"], again["value_set_at"]) == (None, None)


@pytest.mark.parametrize("is_secret", [False, True])
@pytest.mark.parametrize("role", ROLES)
async def test_admins_set_variables(team: Team, role: Role, is_secret: bool) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}/variables/KEY"
    answer = await team[role].put(path, {"value": SECRET, "is_secret": is_secret})
    assert answer.status_code == expected_status(role, 200), answer.text
    if role not in ADMINS:
        listed = await team.owner.get(f"/environments/{environment['id']}/variables")
        assert listed.json()["items"] == []


@pytest.mark.parametrize("role", ["editor", "stranger"])
async def test_others_cannot_replace_a_variable(team: Team, role: Role) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}/variables"
    await team.owner.put(f"{path}/KEY", {"value": "before"})
    refused = await team[role].put(f"{path}/KEY", {"value": "after"})
    assert refused.status_code == expected_status(role, 200)
    assert (await team.owner.get(path)).json()["items"][0]["value"] == "before"


@pytest.mark.parametrize(
    ("key", "document", "field"),
    [
        ("1KEY", {"value": "x"}, "key"),
        ("A-KEY", {"value": "x"}, "key"),
        ("K" * 129, {"value": "x"}, "key"),
        ("KEY", {}, "value"),
        ("KEY", {"value": None}, "value"),
        ("KEY", {"value": 1}, "value"),
        ("KEY", {"value": "x" * 65_537}, "value"),
        ("KEY", {"value": "", "is_secret": True}, "body"),
    ],
    ids=["digit", "dash", "long key", "no value", "null", "number", "long value", "empty secret"],
)
async def test_a_wrong_field_is_named(
    team: Team, key: str, document: dict[str, object], field: str
) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}/variables/{key}"
    answer = await team.owner.put(path, document)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


async def test_a_refused_secret_is_not_repeated(team: Team) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}/variables/KEY"
    too_long = SECRET * 3_000
    answer = await team.owner.put(path, {"value": too_long, "is_secret": True})
    assert answer.status_code == 422
    assert SECRET not in answer.text


async def test_variables_come_by_key_in_pieces(team: Team) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}/variables"
    for key in ("C", "A", "B"):
        await team.owner.put(f"{path}/{key}", {"value": name_something(key)})
    first = (await team.owner.get(path, limit=2)).json()
    rest = (await team.owner.get(path, limit=2, cursor=first["next_cursor"])).json()
    assert [item["key"] for item in first["items"] + rest["items"]] == ["A", "B", "C"]
