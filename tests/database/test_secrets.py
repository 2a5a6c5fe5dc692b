"""Secrets: written once, read by the service for a run, and by nobody else."""

import base64
from typing import LiteralString

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.database.callers import Caller, RefusedError
from tests.database.conftest import ClaimRun, CreateCaller
from tests.database.secret_variables import create_secret, resolve, store
from tests.database.workspaces import ENCRYPTION_KEY, Workspace
from tests.fixtures.database import Connect

VALUE = "sk_live_0123456789"
DAMAGES: dict[str, LiteralString] = {
    "swapped": """
        update private.secret_values as damaged set ciphertext = other.ciphertext
        from private.secret_values as other
        where damaged.id = (select secret_value_id from public.environment_variables where id = %(first)s)
          and other.id = (select secret_value_id from public.environment_variables where id = %(second)s)
    """,
    "corrupted": """
        update private.secret_values as damaged set ciphertext = set_byte(ciphertext, 40, 255 - get_byte(ciphertext, 40))
        where damaged.id = (select secret_value_id from public.environment_variables where id = %(first)s)
    """,
}


async def test_a_secret_comes_back_for_a_run_alone(
    workspace: Workspace, service: Caller, claim_run: ClaimRun
) -> None:
    await workspace.create_case("login")
    stored = await create_secret(workspace, service, "TOKEN", VALUE)
    await create_secret(workspace, service, "PIN", "1234")
    assert stored["last_four"] == "6789"
    rows = await workspace.owner.select("environment_variables", key="TOKEN")
    assert rows[0]["value"] is None
    assert rows[0]["value_last_four"] == "6789"
    assert rows[0]["value_set_by"] == workspace.owner.user_id
    run = await claim_run()
    answer = await service.call(
        "resolve_run_secrets", run_id=run.run_id, encryption_key=ENCRYPTION_KEY
    )
    assert answer == {"secrets": {"TOKEN": VALUE, "PIN": "1234"}}


async def test_a_short_secret_shows_no_end(workspace: Workspace, service: Caller) -> None:
    assert (await create_secret(workspace, service, "PIN", "1234"))["last_four"] is None


async def test_resolving_leaves_one_audit_entry_without_values(
    workspace: Workspace, service: Caller, claim_run: ClaimRun
) -> None:
    await workspace.create_case("login")
    await create_secret(workspace, service, "TOKEN", VALUE)
    run = await claim_run()
    await service.call("resolve_run_secrets", run_id=run.run_id, encryption_key=ENCRYPTION_KEY)
    entries = await workspace.owner.select("audit_log", action="resolve_secrets")
    assert [(entry["entity_id"], entry["new_value"]) for entry in entries] == [
        (run.run_id, {"keys": ["TOKEN"]})
    ]
    assert VALUE not in str(await workspace.owner.select("audit_log"))


@pytest.mark.parametrize("key", ["another key of the service, long", "short", None])
async def test_a_wrong_key_reveals_nothing(
    key: str | None, workspace: Workspace, service: Caller, claim_run: ClaimRun
) -> None:
    await workspace.create_case("login")
    await create_secret(workspace, service, "TOKEN", VALUE)
    run = await claim_run()
    with pytest.raises(RefusedError) as refusal:
        await service.call("resolve_run_secrets", run_id=run.run_id, encryption_key=key)
    assert (refusal.value.status, refusal.value.hint) == (422, "secret_rejected")
    assert VALUE not in refusal.value.text
    assert await workspace.owner.select("audit_log", action="resolve_secrets") == []


@pytest.mark.parametrize("damage", DAMAGES)
async def test_damaged_ciphertext_reveals_nothing(
    damage: str, workspace: Workspace, service: Caller, claim_run: ClaimRun, database: Connect
) -> None:
    await workspace.create_case("login")
    first = await create_secret(workspace, service, "FIRST", VALUE)
    second = await create_secret(workspace, service, "SECOND", "another value entirely")
    run = await claim_run()
    connection = await database()
    await connection.execute(DAMAGES[damage], {"first": first["id"], "second": second["id"]})
    with pytest.raises(RefusedError) as refusal:
        await service.call("resolve_run_secrets", run_id=run.run_id, encryption_key=ENCRYPTION_KEY)
    assert refusal.value.hint == "secret_rejected"
    assert "another value" not in refusal.value.text


@pytest.mark.parametrize("value", [None, "", "x" * 70_000])
async def test_an_unfit_value_is_refused_without_quoting_it(
    value: str | None, workspace: Workspace, service: Caller
) -> None:
    variable = await workspace.owner.insert(
        "environment_variables", environment_id=workspace.environment_id, key="A", is_secret=True
    )
    with pytest.raises(RefusedError) as refusal:
        await store(service, variable, value, workspace.owner)
    assert refusal.value.hint == "secret_rejected"
    assert "xxxx" not in refusal.value.text


async def test_only_admins_have_secrets_stored(
    workspace: Workspace, service: Caller, sign_in: CreateCaller
) -> None:
    editor = await sign_in()
    await workspace.add_member(editor, "editor")
    variable = await create_secret(workspace, service, "TOKEN", VALUE)
    with pytest.raises(RefusedError) as refusal:
        await store(service, variable, "another value", editor)
    assert refusal.value.status == 403


async def test_users_cannot_point_a_variable_at_a_secret(
    workspace: Workspace, service: Caller
) -> None:
    variable = await create_secret(workspace, service, "TOKEN", VALUE)
    rows = await workspace.owner.select("environment_variables", id=variable["id"])
    secret_id = rows[0]["secret_value_id"]
    owner = workspace.owner
    for attempt in (
        owner.update("environment_variables", {"secret_value_id": secret_id}, id=variable["id"]),
        owner.insert(
            "environment_variables",
            environment_id=workspace.environment_id,
            key="COPY",
            is_secret=True,
            secret_value_id=secret_id,
        ),
    ):
        with pytest.raises(RefusedError) as refusal:
            await attempt
        assert refusal.value.status == 403


async def test_the_ciphertext_goes_with_the_variable(
    workspace: Workspace, service: Caller, database: Connect
) -> None:
    kept = await create_secret(workspace, service, "KEPT", VALUE)
    plain = await create_secret(workspace, service, "PLAIN", VALUE)
    gone = await create_secret(workspace, service, "GONE", VALUE)
    await store(service, kept, "a newer value of it", workspace.owner)
    changed = await workspace.owner.update(
        "environment_variables", {"is_secret": False, "value": "plain"}, id=plain["id"]
    )
    await workspace.owner.delete("environment_variables", id=gone["id"])
    connection = await database()
    cursor = await connection.execute(
        "select ciphertext from private.secret_values where organization_id = %s",
        [workspace.organization_id],
    )
    stored = await cursor.fetchall()
    assert len(stored) == 1
    assert VALUE.encode() not in stored[0]["ciphertext"]
    assert base64.b64encode(VALUE.encode()) not in stored[0]["ciphertext"]
    assert changed[0]["value_last_four"] is None


CONSTRAINTS: dict[str, LiteralString] = {
    "ciphertext": """
        alter table private.secret_values
        add constraint secret_values_test_check check (octet_length(ciphertext) < 10) not valid
    """,
    "organization": """
        alter table private.secret_values add constraint secret_values_test_key unique (organization_id)
    """,
}


@pytest.mark.parametrize("constraint", CONSTRAINTS)
async def test_a_violated_constraint_quotes_no_row(
    constraint: str, workspace: Workspace, service: Caller, database: Connect
) -> None:
    await create_secret(workspace, service, "FIRST", "another value entirely")
    variable = await workspace.owner.insert(
        "environment_variables", environment_id=workspace.environment_id, key="A", is_secret=True
    )
    request = {
        "variable_id": variable["id"],
        "value": VALUE,
        "encryption_key": ENCRYPTION_KEY,
        "acting_user_id": workspace.owner.user_id,
    }
    connection = await database()
    async with connection.transaction(force_rollback=True):
        # A unique organization would not go together with what other tests left behind.
        await connection.execute(
            "delete from private.secret_values where organization_id <> %s",
            [workspace.organization_id],
        )
        await connection.execute(CONSTRAINTS[constraint])
        with pytest.raises(psycopg.Error) as refusal:
            await connection.execute("select public.store_secret_value(%s)", [Jsonb(request)])
    diagnosis = refusal.value.diag
    assert (refusal.value.sqlstate, diagnosis.message_hint) == ("PT422", "secret_rejected")
    told = f"{diagnosis.message_primary} {diagnosis.message_detail} {diagnosis.context}"
    for fragment in (VALUE, VALUE[-4:], "\\x", workspace.organization_id, ENCRYPTION_KEY):
        assert fragment not in told


async def test_either_of_two_keys_reads(
    workspace: Workspace, service: Caller, claim_run: ClaimRun
) -> None:
    await workspace.create_case("login")
    other_key = "the key of the service before this one"
    await create_secret(workspace, service, "OLD", "of the old key", other_key)
    await create_secret(workspace, service, "NEW", "of the new key")
    run_id = (await claim_run()).run_id
    expected = {"OLD": "of the old key", "NEW": "of the new key"}
    assert await resolve(service, run_id, ENCRYPTION_KEY, other_key) == expected
    assert await resolve(service, run_id, other_key, ENCRYPTION_KEY) == expected
    with pytest.raises(RefusedError) as refusal:
        await resolve(service, run_id, ENCRYPTION_KEY)
    assert refusal.value.hint == "secret_rejected"
