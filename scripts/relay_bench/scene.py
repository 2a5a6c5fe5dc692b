"""What is watched and who may watch it: a project with runs, and users of its organization."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final, LiteralString
from uuid import uuid4

import httpx
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from scripts.demonstration.components import SupabaseDetails

Document = dict[str, Any]
Connection = AsyncConnection[DictRow]

WORKER: Final = "bench"
SIGN_UPS_AT_A_TIME: Final = 4

CREATE_PROJECT: Final[LiteralString] = """
with project as (
  insert into public.projects (organization_id, name) values (%(organization_id)s, 'Shop')
  returning organization_id, id
),
environment as (
  insert into public.environments (organization_id, project_id, name, base_url)
  select organization_id, id, 'local', 'http://127.0.0.1:9' from project
  returning id
)
select project.id::text as project_id, environment.id::text as environment_id from project cross join environment
"""
CREATE_SUITE: Final[LiteralString] = """
with suite as (
  insert into public.test_suites (organization_id, project_id, name)
  values (%(organization_id)s, %(project_id)s, 'Suite')
  returning organization_id, project_id, id
),
endpoint as (
  insert into public.api_endpoints (organization_id, project_id, name, path, method)
  select organization_id, project_id, 'Items', '/items', 'GET' from suite
  returning id
)
insert into public.test_cases (organization_id, project_id, suite_id, endpoint_id, key, name)
select
  suite.organization_id, suite.project_id, suite.id, endpoint.id, 'test-' || number,
  'The shop answers question ' || number || ' about items'
from suite cross join endpoint cross join generate_series(1, %(tests)s) as number
"""
START_RUN: Final[LiteralString] = """
insert into public.test_runs (organization_id, project_id, environment_id, options)
values (%(organization_id)s, %(project_id)s, %(environment_id)s, '{}')
returning id::text
"""
CLAIM: Final[LiteralString] = "select public.get_run_plan(%s::jsonb) -> 'tests' as tests"
JOIN: Final[LiteralString] = """
insert into public.organization_members (organization_id, user_id, role) values (%s, %s, 'viewer')
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A claimed run: its `run_started` event is in the log."""

    id: str
    tests: list[Document]

    @property
    def identity(self) -> dict[str, str]:
        return {"run_id": self.id, "worker_id": WORKER}


@dataclass(frozen=True, slots=True)
class Scene:
    """A project, and tokens of those who may watch it."""

    project: dict[str, Any]
    tokens: tuple[str, ...]


async def connect(supabase: SupabaseDetails) -> Connection:
    return await Connection.connect(supabase.database_url, autocommit=True, row_factory=dict_row)


async def set_scene(supabase: SupabaseDetails, tests: int, users: int) -> Scene:
    """Make an organization with one project of so many tests, and so many members."""
    async with (
        await connect(supabase) as connection,
        httpx.AsyncClient(
            base_url=supabase.supabase_url, headers={"apikey": supabase.publishable_key}, timeout=60
        ) as client,
    ):
        sessions = await sign_up(client, users)
        project = {"organization_id": await create_organization(client, sessions[0])}
        project |= await fetch_one(connection, CREATE_PROJECT, project)
        await connection.execute(CREATE_SUITE, {**project, "tests": tests})
        for session in sessions[1:]:
            await connection.execute(JOIN, [project["organization_id"], session["user"]["id"]])
    return Scene(project, tuple(session["access_token"] for session in sessions))


async def start_run(connection: Connection, scene: Scene) -> Run:
    """Start a run of all tests and claim it."""
    run_id = (await fetch_one(connection, START_RUN, scene.project))["id"]
    request = json.dumps({"run_id": run_id, "worker_id": WORKER})
    return Run(run_id, (await fetch_one(connection, CLAIM, [request]))["tests"])


async def fetch_one(connection: Connection, statement: LiteralString, parameters: Any) -> DictRow:
    row = await (await connection.execute(statement, parameters)).fetchone()
    if row is None:
        raise LookupError(statement)
    return row


async def sign_up(client: httpx.AsyncClient, count: int) -> list[Document]:
    places = asyncio.Semaphore(SIGN_UPS_AT_A_TIME)

    async def sign_up_one() -> Document:
        credentials = {"email": f"{uuid4().hex}@example.org", "password": uuid4().hex}
        async with places:
            answer = await client.post("/auth/v1/signup", json=credentials)
        return answer.raise_for_status().json()

    return await asyncio.gather(*(sign_up_one() for _ in range(count)))


async def create_organization(client: httpx.AsyncClient, session: Document) -> str:
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    request = {"name": "Bench", "slug": f"bench-{uuid4().hex}"}
    answer = await client.post(
        "/rest/v1/rpc/create_organization", json={"request": request}, headers=headers
    )
    return answer.raise_for_status().json()["id"]
