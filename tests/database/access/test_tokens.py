"""What machines may do, table by table, through PostgREST with access tokens like those that we issue."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import jwt
import pytest

from scripts.demonstration.components import SupabaseDetails
from scripts.schema_documentation.access import read_access_matrix
from tests.database.access.attempts import (
    Attempt,
    try_delete,
    try_insert,
    try_select,
    try_update,
)
from tests.database.access.specimens import SPECIMENS
from tests.database.access.world import World
from tests.database.callers import Caller

CELLS = {
    (cell.table, cell.action, cell.role): cell.expected
    for cell in read_access_matrix().list_cells()
}
WRITES = {"insert": try_insert, "update": try_update, "delete": try_delete}
PERSONAL = ("api_credentials", "api_tokens", "organization_invitations", "user_preferences")
# Tables whose specimen is in a project of its own, to which no machine is bound.
OF_OTHER_PROJECTS = {"projects", "project_events", "project_streams"}
# Of the whole organization, or written by nobody that is tried here.
OF_NO_PROJECT = {
    "audit_log",
    "organization_members",
    "organizations",
    "report_templates",
    "retention_policies",
    "saved_searches",
    "users",
}
BOUND = sorted(SPECIMENS.keys() - OF_NO_PROJECT - set(PERSONAL))
INSERT_TOKEN = """
    insert into public.api_tokens (id, organization_id, project_id, user_id, name, scope, expires_at)
    values (%s, %s, %s, %s, 'Machine', %s, now() + interval '1 hour')
"""


@dataclass
class Machines:
    """Callers that act for the editor, by scope and project; made at first use."""

    world: World
    open_caller: Callable[[str], Caller]
    sign: Callable[[str, str], str]
    known: dict[tuple[str, str | None], Caller] = field(
        default_factory=dict[tuple[str, str | None], Caller]
    )

    async def find(self, scope: str, project_id: str | None = None) -> Caller:
        if (scope, project_id) not in self.known:
            records = self.world.records
            token_id, user_id = str(uuid4()), records.ids["editor"]
            await records.connection.execute(
                INSERT_TOKEN, [token_id, records.ids["organization_id"], project_id, user_id, scope]
            )
            self.known[scope, project_id] = self.open_caller(self.sign(user_id, token_id))
        return self.known[scope, project_id]


@pytest.fixture(scope="module")
async def machines(world: World, supabase: SupabaseDetails) -> AsyncIterator[Machines]:
    async with AsyncExitStack() as clients:

        def open_caller(token: str) -> Caller:
            client = httpx.AsyncClient(
                base_url=f"{supabase.supabase_url}/rest/v1/",
                headers={"apikey": supabase.publishable_key, "Authorization": f"Bearer {token}"},
                timeout=30.0,
            )
            clients.push_async_callback(client.aclose)
            return Caller(client)

        def sign(user_id: str, token_id: str) -> str:
            claims = {
                "sub": user_id,
                "role": "authenticated",
                "aud": "authenticated",
                "iss": f"{supabase.supabase_url}/auth/v1",
                "exp": int(time.time()) + 600,
                "api_token": token_id,
            }
            return jwt.encode(claims, supabase.jwt_secret, "HS256")

        yield Machines(world, open_caller, sign)


def may(table: str, action: str, role: str) -> bool:
    return CELLS[table, action, role] == "rows"


@pytest.mark.parametrize("table", sorted(SPECIMENS))
async def test_a_token_that_runs_writes_runs_alone(
    table: str, machines: Machines, world: World
) -> None:
    machine = await machines.find("run")
    for action, attempt_it in WRITES.items():
        attempt: Attempt = await attempt_it(machine, world.records, table)
        assert attempt.happened == ((table, action) == ("test_runs", "insert")), action


async def test_a_token_that_reads_starts_nothing(machines: Machines, world: World) -> None:
    attempt = await try_insert(await machines.find("read"), world.records, "test_runs")
    assert attempt.word == "denied"


@pytest.mark.parametrize("table", BOUND)
async def test_a_bound_token_stays_in_its_project(
    table: str, machines: Machines, world: World
) -> None:
    ours = await machines.find("write", world.records.ids["project_id"])
    theirs = await machines.find("write", world.sibling.ids["project_id"])
    seen = await try_select(ours, world.records, table)
    expected = may(table, "select", "editor") and table not in OF_OTHER_PROJECTS
    assert (seen.word == "rows") == expected
    for attempt_it in (try_select, *WRITES.values()):
        attempt: Attempt = await attempt_it(theirs, world.records, table)
        assert not attempt.happened


@pytest.mark.parametrize("table", PERSONAL)
async def test_what_is_personal_is_no_business_of_machines(
    table: str, machines: Machines, world: World
) -> None:
    machine = await machines.find("write")
    for attempt_it in (try_select, *WRITES.values()):
        attempt: Attempt = await attempt_it(machine, world.records, table)
        assert not attempt.happened


@pytest.mark.parametrize(
    ("table", "action", "word"),
    [
        ("organizations", "insert", "denied"),
        ("saved_searches", "insert", "denied"),
        ("saved_searches", "update", "none"),
        ("saved_searches", "delete", "none"),
        ("test_cases", "insert", "rows"),
        ("test_cases", "update", "rows"),
        ("test_cases", "delete", "rows"),
        ("report_templates", "insert", "rows"),
        ("environments", "insert", "denied"),
        ("organization_members", "insert", "denied"),
        ("organization_members", "update", "none"),
    ],
)
async def test_a_token_that_writes_does_what_editors_do_to_tests(
    table: str, action: str, word: str, machines: Machines, world: World
) -> None:
    machine = await machines.find("write")
    assert (await WRITES[action](machine, world.records, table)).word == word


@pytest.mark.parametrize("action", WRITES)
async def test_a_bound_token_writes_nothing_of_the_whole_organization(
    action: str, machines: Machines, world: World
) -> None:
    machine = await machines.find("write", world.records.ids["project_id"])
    assert not (await WRITES[action](machine, world.records, "report_templates")).happened


async def test_a_machine_does_not_leave_for_its_person(machines: Machines, world: World) -> None:
    machine = await machines.find("write")
    left = await machine.delete("organization_members", user_id=world.records.ids["editor"])
    assert left == []
    renamed = await machine.update(
        "users", {"full_name": "Machine"}, id=world.records.ids["editor"]
    )
    assert renamed == []


@pytest.mark.parametrize("claim", ["", "null", "no id"])
async def test_an_odd_claim_opens_nothing(claim: str, machines: Machines, world: World) -> None:
    caller = machines.open_caller(machines.sign(world.records.ids["editor"], claim))
    answer = await caller.client.get("projects")
    assert answer.status_code == 400
    assert world.records.ids["project_id"] not in answer.text


async def test_an_unknown_token_sees_nothing(machines: Machines, world: World) -> None:
    caller = machines.open_caller(machines.sign(world.records.ids["editor"], str(uuid4())))
    for table in ("users", "organizations", "projects", "test_runs", "user_preferences"):
        assert await caller.select(table) == []


async def test_a_token_of_somebody_else_sees_nothing(machines: Machines, world: World) -> None:
    token_id = str(uuid4())
    records = world.records
    await records.connection.execute(
        INSERT_TOKEN,
        [token_id, records.ids["organization_id"], None, records.ids["editor"], "write"],
    )
    caller = machines.open_caller(machines.sign(world.callers["owner"].user_id, token_id))
    assert await caller.select("projects") == []
