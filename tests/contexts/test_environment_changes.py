"""Environments: changed, ordered, copied, deleted, found."""

from typing import Any
from uuid import uuid4

import pytest

from tests.fixtures.database import Connect
from tests.workspaces.people import ROLES, Role, Team, name_something

SECRET = "correct horse battery staple"
ADMINS = {"owner", "admin"}
CIPHERTEXTS = """
select variable.key, secret.ciphertext, secret.id::text as secret_id
from public.environment_variables as variable
inner join private.secret_values as secret on secret.id = variable.secret_value_id
where variable.environment_id = any (%s)
"""
AUDITED = """
select actor_id::text, service_action, new_value from public.audit_log
where entity_id = %s and action = 'resolve_secrets'
"""

DELETIONS = """
select actor_id::text, (old_value -> 'counts' -> 'total')::integer as total from public.audit_log
where entity_id = %s and entity_type = 'test_runs' and action = 'delete'
"""


def expected_status(role: Role, success: int) -> int:
    if role == "stranger":
        return 404
    return success if role in ADMINS else 403


async def create_environments(team: Team, *names: str) -> tuple[str, list[dict[str, Any]]]:
    project = await team.create_project()
    path = f"/projects/{project['id']}/environments"
    return path, [
        await team.owner.create(path, name=name, base_url=f"https://{name.lower()}.example")
        for name in names
    ]


async def test_an_environment_is_changed_unless_somebody_else_did(team: Team) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}"
    read = await team.owner.get(path)
    condition = {"If-Match": read.headers["ETag"]}
    url = f"/api/v1{path}"
    first = await team.owner.http.patch(url, json={"name": "QA"}, headers=condition)
    second = await team.owner.http.patch(url, json={"name": "Other"}, headers=condition)
    assert (first.status_code, first.json()["name"]) == (200, "QA")
    assert first.json()["base_url"] == environment["base_url"]
    assert (second.status_code, second.json()["code"]) == (412, "precondition_failed")
    again = {"If-Match": first.headers["ETag"]}
    changes = {"description": None, "order_index": 7}
    third = await team.owner.http.patch(url, json=changes, headers=again)
    assert (third.status_code, third.json()["order_index"]) == (200, 7)
    refused = await team.owner.patch(path, {"base_url": "ftp://x"})
    assert (refused.status_code, refused.json()["field"]) == (422, "base_url")
    assert refused.json()["detail"] == "base_url: must start with http:// or https://"


@pytest.mark.parametrize("role", ROLES)
async def test_admins_change_environments(team: Team, role: Role) -> None:
    environment = await team.create_environment()
    path, person = f"/environments/{environment['id']}", team[role]
    owned = f"/projects/{environment['project_id']}/environments"
    order = {"environment_ids": [environment["id"]]}
    assert (await person.patch(path, {"order_index": 3})).status_code == expected_status(role, 200)
    ordered = await person.put(f"{owned}/order", order)
    assert ordered.status_code == expected_status(role, 200), ordered.text
    copied = await person.post(f"{path}/duplicate", {"name": name_something("Copy")})
    assert copied.status_code == expected_status(role, 201), copied.text
    variables = {"variables": {"A": {"value": "1"}}}
    replaced = await person.put(f"{path}/variables", variables)
    assert replaced.status_code == expected_status(role, 200), replaced.text
    assert (await person.delete(path)).status_code == expected_status(role, 204)


async def test_a_taken_name_is_a_conflict_for_changes_and_copies(team: Team) -> None:
    _, (first, second) = await create_environments(team, "A", "B")
    path = f"/environments/{second['id']}"
    for answer in (
        await team.owner.patch(path, {"name": first["name"]}),
        await team.owner.post(f"{path}/duplicate", {"name": first["name"]}),
    ):
        problem = answer.json()
        assert (problem["status"], problem["code"], problem["field"]) == (
            409,
            "already_exists",
            "name",
        )


async def test_environments_are_put_in_order_all_or_none(team: Team) -> None:
    path, environments = await create_environments(team, "A", "B", "C")
    ids = [environment["id"] for environment in environments]
    wanted = [ids[2], ids[0], ids[1]]
    assert (await team.owner.put(f"{path}/order", {"environment_ids": wanted})).status_code == 200
    listed = (await team.owner.get(path)).json()["items"]
    assert [item["id"] for item in listed] == wanted
    for wrong in (ids[:2], [*ids, ids[0]], [ids[0], ids[1], str(uuid4())], []):
        answer = await team.owner.put(f"{path}/order", {"environment_ids": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "order_incomplete"), answer.text
    assert [item["id"] for item in (await team.owner.get(path)).json()["items"]] == wanted


async def test_environments_are_filtered_sorted_and_shown_with_variables(team: Team) -> None:
    path, (first, second, _) = await create_environments(team, "Alpha_1", "Beta", "AlphaX1")
    variables = f"/environments/{first['id']}/variables"
    await team.owner.put(f"{variables}/B", {"value": SECRET, "is_secret": True})
    await team.owner.put(f"{variables}/A", {"value": "plain"})

    async def names(**query: Any) -> list[str]:
        return [item["name"] for item in (await team.owner.get(path, **query)).json()["items"]]

    assert await names(text="alpha_1") == ["Alpha_1"]
    assert await names(base_url="//beta") == ["Beta"]
    assert await names(sort="-created_at") == ["AlphaX1", "Beta", "Alpha_1"]
    await team.owner.patch(f"/environments/{second['id']}", {"description": "changed last"})
    since = (await team.owner.get(f"/environments/{second['id']}")).json()["updated_at"]
    assert await names(updated_since=since) == ["Beta"]
    plain = await team["viewer"].get(f"/environments/{first['id']}")
    assert "variables" not in plain.json()
    full = await team["viewer"].get(f"/environments/{first['id']}", include="variables")
    shown = {item["key"]: item["value"] for item in full.json()["variables"]}
    assert shown == {"A": "plain", "B": None}
    assert SECRET not in full.text
    pages = await team.owner.get(path, include="variables", limit=1)
    assert "variables" in pages.json()["items"][0]
    assert pages.json()["next_cursor"]


async def test_a_copy_has_the_variables_and_secrets_of_its_own(
    team: Team, database: Connect
) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}"
    await team.owner.put(f"{path}/variables/EMAIL", {"value": "ada@example.org"})
    await team.owner.put(f"{path}/variables/KEY", {"value": SECRET, "is_secret": True})
    changes = {"name": "Copy", "base_url": "https://copy.example"}
    answer = await team.owner.post(f"{path}/duplicate", changes)
    copy = answer.json()
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"/api/v1/environments/{copy['id']}"
    assert (copy["name"], copy["base_url"]) == ("Copy", "https://copy.example")
    variables = (await team.owner.get(f"/environments/{copy['id']}/variables")).json()["items"]
    shown = [(each["key"], each["value"], each["value_last_four"]) for each in variables]
    assert shown == [("EMAIL", "ada@example.org", None), ("KEY", None, "aple")]
    connection = await database()
    places = [[environment["id"], copy["id"]]]
    rows = await (await connection.execute(CIPHERTEXTS, places)).fetchall()
    assert len({row["secret_id"] for row in rows}) == 2
    assert len({bytes(row["ciphertext"]) for row in rows}) == 2
    (entry,) = await (await connection.execute(AUDITED, [environment["id"]])).fetchall()
    assert entry == {
        "actor_id": team.owner.user.id,
        "service_action": "copy_environment_secrets",
        "new_value": {"keys": ["KEY"], "copied_to": copy["id"]},
    }
    assert SECRET not in answer.text


async def test_a_copy_may_be_without_the_values_of_secrets(team: Team) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}"
    await team.owner.put(f"{path}/variables/KEY", {"value": SECRET, "is_secret": True})
    copy = await team.owner.create(f"{path}/duplicate", name="Empty", copy_secrets=False)
    variable = (await team.owner.get(f"/environments/{copy['id']}/variables/KEY")).json()
    assert (variable["is_secret"], variable["value_set_at"]) == (True, None)


async def test_an_environment_with_runs_goes_only_when_that_is_said(
    team: Team, database: Connect
) -> None:
    environment = await team.create_environment()
    path, project_id = f"/environments/{environment['id']}", environment["project_id"]
    suite = await team.owner.create(f"/projects/{project_id}/suites", name="Suite")
    case = {"key": "read", "name": "Read", "endpoint": {"method": "GET", "path": "/"}}
    await team.owner.create(f"/suites/{suite['id']}/cases", **case)
    start = {"project_id": project_id, "environment_id": environment["id"]}
    headers = {"Prefer": "wait=30"}
    run = (await team.owner.http.post("/api/v1/runs", json=start, headers=headers)).json()
    hook = {"name": "Deployed", "environment_id": environment["id"]}
    hook |= {"signature": {"scheme": "github"}}
    hook = await team.owner.create(f"/projects/{project_id}/hooks", **hook)

    answer = await team.owner.delete(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "has_results"), answer.text
    assert answer.json()["detail"].startswith("1 run would be lost: keep the environment, or ")
    assert (await team["editor"].delete(f"{path}?with_results=true")).status_code == 403
    assert (await team.owner.get(path)).status_code == 200

    assert (await team["admin"].delete(f"{path}?with_results=true")).status_code == 204
    for gone in (path, f"/runs/{run['id']}", f"/hooks/{hook['id']}"):
        assert (await team.owner.get(gone)).status_code == 404
    connection = await database()
    (entry,) = await (await connection.execute(DELETIONS, [run["id"]])).fetchall()
    assert entry == {"actor_id": team["admin"].user.id, "total": 1}


async def test_a_deleted_environment_takes_variables_and_secrets_along(
    team: Team, database: Connect
) -> None:
    environment = await team.create_environment()
    path = f"/environments/{environment['id']}"
    await team.owner.put(f"{path}/variables/KEY", {"value": SECRET, "is_secret": True})
    connection = await database()
    (row,) = await (await connection.execute(CIPHERTEXTS, [[environment["id"]]])).fetchall()
    stale = {"If-Match": '"another"'}
    refused = await team.owner.http.delete(f"/api/v1{path}", headers=stale)
    assert refused.status_code == 412
    assert (await team.owner.delete(path)).status_code == 204
    assert (await team.owner.get(path)).status_code == 404
    count = "select count(*) as number from private.secret_values where id = %s"
    left = await (await connection.execute(count, [row["secret_id"]])).fetchone()
    assert left == {"number": 0}
