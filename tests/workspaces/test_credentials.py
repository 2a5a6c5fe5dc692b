"""Credentials: of one person, with secret parts that nobody reads back."""

from typing import Any
from uuid import uuid4

import pytest

from tests.fixtures.database import Connect
from tests.workspaces.people import Person, Role, Team, name_something

SECRET = "sk_live_correct_horse_6789"
STORED = """
    select credential::text as credential, secret.ciphertext
    from public.api_credentials as credential
    left join private.secret_values as secret
      on secret.id in (key_secret_value_id, token_value_id, oauth_refresh_token_value_id)
    where credential.id = %s
"""


def describe(team: Team, **fields: Any) -> dict[str, Any]:
    return {
        "organization_id": team.organization["id"],
        "credential_name": name_something("credential"),
        "credential_type": "oauth2",
        "secrets": {"key_secret": SECRET, "token": "short"},
        **fields,
    }


async def create(team: Team, person: Person, **fields: Any) -> dict[str, Any]:
    return await person.create("/credentials", **describe(team, **fields))


@pytest.mark.parametrize("role", ["owner", "viewer"])
async def test_secret_parts_are_never_shown(team: Team, role: Role, database: Connect) -> None:
    person = team[role]
    created = await create(team, person, key_id="client-7", oauth_scope="orders")
    shown = await person.get(f"/credentials/{created['id']}")
    assert shown.json() == created
    assert (created["key_id"], created["oauth_scope"]) == ("client-7", "orders")
    assert created["key_secret_last_four"] == "6789"
    assert (created["token_last_four"], created["oauth_refresh_token_last_four"]) == (None, None)
    assert created["secrets_set_at"]
    connection = await database()
    rows = await (await connection.execute(STORED, [created["id"]])).fetchall()
    assert len([row for row in rows if row["ciphertext"]]) == 2
    assert SECRET not in shown.text + str(rows)


async def test_only_the_owner_of_a_credential_knows_of_it(team: Team) -> None:
    created = await create(team, team["editor"])
    path = f"/credentials/{created['id']}"
    for role in ("owner", "admin", "stranger"):
        assert (await team[role].get(path)).status_code == 404
        assert (await team[role].http.delete(f"/api/v1{path}")).status_code == 404
    parameters = {"organization_id": team.organization["id"]}
    listed = (await team["admin"].get("/credentials", **parameters)).json()["items"]
    assert created["id"] not in [item["id"] for item in listed]
    own = (await team["editor"].get("/credentials", **parameters)).json()["items"]
    assert created["id"] in [item["id"] for item in own]


async def test_a_deleted_credential_takes_its_secrets_along(team: Team, database: Connect) -> None:
    created = await create(team, team.owner)
    connection = await database()
    counting = "select count(*) as number from private.secret_values where organization_id = %s"

    async def count() -> int:
        row = await (await connection.execute(counting, [created["organization_id"]])).fetchone()
        assert row is not None
        return row["number"]

    before = await count()
    path = f"/api/v1/credentials/{created['id']}"
    assert (await team.owner.http.delete(path)).status_code == 204
    assert (await team.owner.http.delete(path)).status_code == 404
    assert await count() == before - 2


async def test_a_taken_name_is_a_conflict_and_keeps_the_first(team: Team) -> None:
    created = await create(team, team.owner)
    again = describe(team, credential_name=created["credential_name"])
    answer = await team.owner.post("/credentials", again)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")
    assert (await team.owner.get(f"/credentials/{created['id']}")).json() == created


async def test_another_organization_is_not_found(team: Team) -> None:
    for person, organization_id in (
        (team["stranger"], team.organization["id"]),
        (team.owner, str(uuid4())),
    ):
        document = describe(team, organization_id=organization_id)
        answer = await person.post("/credentials", document)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        listed = await person.get("/credentials", organization_id=organization_id)
        assert listed.status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"secrets": {}}, "secrets"),
        ({"secrets": {"token": SECRET * 3_000}}, "secrets.token"),
        ({"secrets": {"token": ""}}, "secrets.token"),
        ({"secrets": {"password": SECRET}}, "secrets.password"),
        ({"credential_type": "magic"}, "credential_type"),
        ({"token_expires_at": "2026-01-01T00:00:00"}, "token_expires_at"),
    ],
    ids=["none", "long", "empty", "unknown", "type", "no time zone"],
)
async def test_a_wrong_field_is_named_and_no_secret_repeated(
    team: Team, fields: dict[str, Any], field: str
) -> None:
    answer = await team.owner.post("/credentials", describe(team, **fields))
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert "correct_horse" not in answer.text


async def test_a_secret_that_the_database_refuses_leaves_no_credential(team: Team) -> None:
    # Three bytes for each of these characters: short enough for us, too long for the database.
    document = describe(team, secrets={"token": "\u20ac" * 60_000})
    answer = await team.owner.post("/credentials", document)
    assert (answer.status_code, answer.json()["code"]) == (422, "secret_rejected")
    listed = await team.owner.get("/credentials", organization_id=team.organization["id"])
    names = [item["credential_name"] for item in listed.json()["items"]]
    assert document["credential_name"] not in names


async def test_the_audit_log_tells_of_it_without_any_part(team: Team, database: Connect) -> None:
    created = await create(team, team["editor"])
    connection = await database()
    entries = await (
        await connection.execute(
            "select * from public.audit_log where entity_id = %s order by id", [created["id"]]
        )
    ).fetchall()
    assert [(entry["action"], entry["service_action"]) for entry in entries] == [
        ("create", None),
        ("update", "store_credential_secrets"),
    ]
    assert {str(entry["actor_id"]) for entry in entries} == {team["editor"].user.id}
    assert entries[1]["new_value"]["key_secret_last_four"] == "***"
    assert "6789" not in str(entries[1]["new_value"])


async def test_a_credential_is_changed_only_as_it_is_known(team: Team) -> None:
    created = await create(team, team["editor"], key_id="client-7", oauth_scope="orders")
    path, person = f"/credentials/{created['id']}", team["editor"]
    condition = {"If-Match": (await person.get(path)).headers["ETag"]}
    changes = {"key_id": None, "secrets": {"token": "another-token-4321"}}
    first = await person.http.patch(f"/api/v1{path}", json=changes, headers=condition)
    second = await person.http.patch(f"/api/v1{path}", json=changes, headers=condition)
    assert (first.status_code, second.status_code) == (200, 412), first.text
    changed = first.json()
    assert (changed["key_id"], changed["oauth_scope"]) == (None, "orders")
    assert (changed["key_secret_last_four"], changed["token_last_four"]) == ("6789", "4321")
    assert (await person.get(path)).json() == changed
    assert "another-token" not in first.text
    for role in ("owner", "stranger"):
        assert (await team[role].patch(path, {"key_id": "x"})).status_code == 404
    refused = await person.patch(path, {"secrets": None})
    assert (refused.status_code, refused.json()["field"]) == (422, "secrets")


async def test_secret_parts_alone_are_replaced_and_stored_anew(
    team: Team, database: Connect
) -> None:
    created = await create(team, team.owner)
    connection = await database()
    before = await (await connection.execute(STORED, [created["id"]])).fetchall()
    path = f"/credentials/{created['id']}"
    changed = await team.owner.patch(path, {"secrets": {"key_secret": SECRET + "-2"}})
    assert changed.json()["key_secret_last_four"] == "89-2", changed.text
    after = await (await connection.execute(STORED, [created["id"]])).fetchall()
    kept = {bytes(row["ciphertext"]) for row in before} & {
        bytes(row["ciphertext"]) for row in after
    }
    assert (len(before), len(after), len(kept)) == (2, 2, 1)


async def test_credentials_are_filtered_and_sorted(crew: Team) -> None:
    person, year = crew.owner, "2030-01-01T00:00:00Z"
    for name, kind, expiry in (("A", "oauth2", year), ("B", "mtls", None), ("C", "oauth2", None)):
        fields = {"credential_name": name, "credential_type": kind, "token_expires_at": expiry}
        await create(crew, person, **fields)

    async def names(**query: Any) -> list[str]:
        query["organization_id"] = crew.organization["id"]
        answer = await person.get("/credentials", **query)
        return [item["credential_name"] for item in answer.json()["items"]]

    assert await names(credential_type="oauth2") == ["A", "C"]
    assert await names(credential_type=["mtls", "oauth2"], sort="-credential_name") == [
        *("C", "B", "A")
    ]
    assert await names(text="b") == ["B"]
    assert await names(expires_before="2031-01-01T00:00:00Z") == ["A"]
    assert await names(expires_before="2029-01-01T00:00:00Z") == []
