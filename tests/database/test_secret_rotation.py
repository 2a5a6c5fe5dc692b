"""Rotation: every secret stays readable while and after it is encrypted anew, whatever is killed."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from scripts.demonstration.components import SupabaseDetails, service_settings
from scripts.demonstration.processes import PROJECT
from tests.database.callers import Caller, RefusedError
from tests.database.conftest import ClaimRun
from tests.database.secret_variables import create_secret, resolve, store
from tests.database.workspaces import Workspace
from tests.fixtures.database import Connect

COUNT = 12
CORRUPT = """
    update private.secret_values
    set ciphertext = set_byte(ciphertext, 40, 255 - get_byte(ciphertext, 40))
    where id = (select secret_value_id from public.environment_variables where id = %s)
    returning id
"""


@dataclass(frozen=True)
class Safe:
    """Secrets of one run under a key of their own, and the key that they are to get."""

    workspace: Workspace
    service: Caller
    supabase: SupabaseDetails
    run_id: str
    old_key: str
    new_key: str
    variables: Mapping[str, dict[str, Any]]

    @property
    def values(self) -> dict[str, str]:
        return {name: f"value of {name}" for name in self.variables}

    async def read(self, key: str, previous: str | None = None) -> dict[str, str]:
        return await resolve(self.service, self.run_id, key, previous)

    async def start(self, *options: str, **changes: str) -> Process:
        settings = {
            **service_settings(self.supabase),
            "SECRETS_ENCRYPTION_KEY": self.new_key,
            "SECRETS_ENCRYPTION_KEY_PREVIOUS": self.old_key,
            **changes,
        }
        command = [sys.executable, "-m", "scripts.rotation", *options]
        return await asyncio.create_subprocess_exec(
            *command, cwd=PROJECT, env=settings, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )

    async def run(self, *options: str, text: str = "", **changes: str) -> tuple[int, str, str]:
        process = await self.start(*options, **changes)
        output, errors = await process.communicate(text.encode())
        return process.returncode or 0, output.decode(), errors.decode()


@pytest.fixture
async def safe(
    workspace: Workspace, service: Caller, supabase: SupabaseDetails, claim_run: ClaimRun
) -> Safe:
    await workspace.create_case("login")
    old_key, new_key = (f"{age} key {uuid4().hex}" for age in ("old", "new"))
    variables = {
        name: await create_secret(workspace, service, name, f"value of {name}", old_key)
        for name in (f"SECRET_{number}" for number in range(COUNT))
    }
    run_id = (await claim_run()).run_id
    return Safe(workspace, service, supabase, run_id, old_key, new_key, variables)


async def test_the_new_key_reads_and_the_old_one_does_not(safe: Safe) -> None:
    code, output, errors = await safe.run()
    assert (code, output) == (0, f"{COUNT} secrets were encrypted anew.\n"), errors
    assert safe.old_key not in output + errors
    assert await safe.read(safe.new_key) == safe.values
    with pytest.raises(RefusedError):
        await safe.read(safe.old_key)
    assert (await safe.run())[:2] == (0, "0 secrets were encrypted anew.\n")
    entries = await safe.workspace.owner.select("audit_log", action="rotate_secrets")
    assert [entry["new_value"]["count"] for entry in entries] == [COUNT]
    assert entries[0]["service_action"] == "rotate_secret_values"


async def test_a_killed_rotation_loses_nothing_and_goes_on(safe: Safe) -> None:
    for batches in (3, 6):
        process = await safe.start("--batch", "1")
        assert process.stderr is not None
        for _ in range(batches):
            await process.stderr.readline()
        process.kill()
        await process.communicate()
        assert await safe.read(safe.new_key, safe.old_key) == safe.values
    assert (await safe.run())[0] == 0
    assert await safe.read(safe.new_key) == safe.values


async def test_runs_read_their_secrets_all_the_while(safe: Safe) -> None:
    process = await safe.start("--batch", "1")
    finished = asyncio.create_task(process.communicate())
    reads = 0
    while not finished.done() or reads == 0:
        assert await safe.read(safe.new_key, safe.old_key) == safe.values
        reads += 1
    assert process.returncode == 0, await finished


async def test_what_is_set_meanwhile_is_not_lost(safe: Safe) -> None:
    process = await safe.start("--batch", "1")
    assert process.stderr is not None
    await process.stderr.readline()
    # A service that was not restarted yet: it knows the old key alone.
    variable = safe.variables["SECRET_0"]
    await store(safe.service, variable, "set meanwhile", safe.workspace.owner, safe.old_key)
    await process.communicate()
    assert process.returncode == 0
    expected = {**safe.values, "SECRET_0": "set meanwhile"}
    assert await safe.read(safe.new_key, safe.old_key) == expected


async def test_an_unreadable_secret_is_named_and_does_not_hold_the_others_up(
    safe: Safe, database: Connect
) -> None:
    connection = await database()
    cursor = await connection.execute(CORRUPT, [safe.variables["SECRET_7"]["id"]])
    row = await cursor.fetchone()
    assert row is not None
    code, output, errors = await safe.run("--batch", "5")
    assert (code, output) == (1, f"{COUNT - 1} secrets were encrypted anew.\n")
    assert str(row["id"]) in errors
    await safe.workspace.owner.delete("environment_variables", id=safe.variables["SECRET_7"]["id"])
    kept = {name: value for name, value in safe.values.items() if name != "SECRET_7"}
    assert await safe.read(safe.new_key) == kept


async def test_keys_may_come_from_standard_input(safe: Safe) -> None:
    placeholder = {"SECRETS_ENCRYPTION_KEY": uuid4().hex, "SECRETS_ENCRYPTION_KEY_PREVIOUS": ""}
    text = f"{safe.old_key}\n{safe.new_key}\n"
    code, _, errors = await safe.run("--stdin", text=text, **placeholder)
    assert code == 0, errors
    assert await safe.read(safe.new_key) == safe.values


@pytest.mark.parametrize(
    ("old_key", "complaint"),
    [
        ("", "SECRETS_ENCRYPTION_KEY_PREVIOUS"),
        ("an old key that nobody ever encrypted with", "never encrypted a secret"),
    ],
)
async def test_a_wrong_old_key_changes_nothing(safe: Safe, old_key: str, complaint: str) -> None:
    code, _, errors = await safe.run(SECRETS_ENCRYPTION_KEY_PREVIOUS=old_key)
    assert code == 1
    assert complaint in errors
    assert not old_key or old_key not in errors
    assert await safe.read(safe.old_key) == safe.values
