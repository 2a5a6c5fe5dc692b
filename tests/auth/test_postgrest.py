"""What we sign with a private key is taken by the real PostgREST, and its rights end where they should."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest

from scripts.demonstration.components import LocalSupabase, Service, SupabaseDetails
from tests.auth.key_server import Algorithm, SigningKey
from tests.auth.private_keys import dump_private_key
from tests.auth.signed_project import run_signed_project
from tests.workspaces.machines import create_api_token, sign_in
from tests.workspaces.people import Person, Team

ALGORITHMS: tuple[Algorithm, ...] = ("ES256", "RS256", "EdDSA")
CASE = {"key": "ping", "name": "Ping", "endpoint": {"method": "GET", "path": "/ping"}}


@dataclass(frozen=True)
class SignedProject:
    """A project, the private keys that it takes, and a service that holds the first."""

    details: SupabaseDetails
    keys: dict[Algorithm, SigningKey]
    service: Service

    async def read_projects(self, token: str) -> httpx.Response:
        headers = {"apikey": self.details.publishable_key, "Authorization": f"Bearer {token}"}
        url = f"{self.details.supabase_url}/rest/v1/projects?select=id"
        async with httpx.AsyncClient(headers=headers) as client:
            return await client.get(url)


@pytest.fixture(scope="module")
async def project(
    local_supabase: LocalSupabase, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[SignedProject]:
    keys: dict[Algorithm, SigningKey] = {name: SigningKey(name) for name in ALGORITHMS}
    directory: Path = tmp_path_factory.mktemp("signed-project")
    async with run_signed_project(local_supabase, list(keys.values()), directory) as details:
        settings = {
            "SUPABASE_JWT_SECRET": "",
            "ACCESS_TOKEN_SIGNING_KEY": dump_private_key(keys["ES256"]),
            "RUN_WORKER_IN_API": "false",
        }
        service = Service(details, directory / "service.log", settings)
        # The gateway that the service waits for runs in this loop.
        await asyncio.to_thread(service.start)
        try:
            yield SignedProject(details, keys, service)
        finally:
            await asyncio.to_thread(service.stop)


def read_claims(person: Person) -> dict[str, Any]:
    return jwt.decode(person.user.access_token, options={"verify_signature": False})


async def create_work(team: Team) -> dict[str, str]:
    """Have the owner make what can be run; return the body of a start."""
    suite = await team.create_suite()
    await team.owner.create(f"/suites/{suite['id']}/cases", **CASE)
    path = f"/projects/{suite['project_id']}/environments"
    environment = await team.owner.create(path, name="Local", base_url="http://127.0.0.1:1")
    return {"project_id": suite["project_id"], "environment_id": environment["id"]}


async def test_a_machine_reads_and_runs_and_no_more(team: Team, project: SignedProject) -> None:
    start = await create_work(team)
    created = await create_api_token(team["editor"], team.organization["id"], "run")
    async with sign_in(project.service, team["editor"], created["api_token"]) as machine:
        header = jwt.get_unverified_header(machine.user.access_token)
        assert (header["alg"], header["kid"]) == ("ES256", project.keys["ES256"].key_id)
        read = await machine.get(f"/projects/{start['project_id']}")
        assert read.json()["id"] == start["project_id"]
        run = await machine.post("/runs", start)
        assert run.status_code == 202, run.text
        assert (await machine.get(f"/runs/{run.json()['id']}")).status_code == 200
        renamed = await machine.patch(f"/projects/{start['project_id']}", {"name": "Mine"})
        assert (renamed.status_code, renamed.json()["code"]) == (403, "forbidden")


async def test_a_reading_machine_starts_nothing(team: Team, project: SignedProject) -> None:
    start = await create_work(team)
    created = await create_api_token(team["editor"], team.organization["id"], "read")
    async with sign_in(project.service, team["editor"], created["api_token"]) as machine:
        assert (await machine.post("/runs", start)).status_code == 403
        assert (await machine.get(f"/projects/{start['project_id']}")).status_code == 200
        direct = await project.read_projects(machine.user.access_token)
        assert start["project_id"] in [row["id"] for row in direct.json()]
        await team["editor"].delete(f"/api-tokens/{created['id']}")
        ended = await project.read_projects(machine.user.access_token)
        assert (ended.status_code, ended.json()) == (200, [])


async def test_it_knows_no_shared_secret(team: Team, project: SignedProject) -> None:
    headers = team.owner.user.headers
    async with httpx.AsyncClient(base_url=project.service.url, headers=headers) as client:
        answer = await client.get("/api/v1/users/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_postgrest_takes_what_we_sign(
    algorithm: Algorithm, team: Team, project: SignedProject
) -> None:
    claims = read_claims(team.owner)
    known = project.keys[algorithm]
    assert (await project.read_projects(known.sign(claims))).status_code == 200
    forged = SigningKey(algorithm, known.key_id).sign(claims)
    assert (await project.read_projects(forged)).status_code == 401
