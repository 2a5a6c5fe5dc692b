"""People of one organization, and one who does not belong to it, each with the API at hand."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

import httpx
import psycopg
import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.connections import SHORT_LIVED
from tests.fixtures.users import SignUp, User

Role = Literal["owner", "admin", "editor", "viewer", "stranger"]
ROLES: tuple[Role, ...] = ("owner", "admin", "editor", "viewer", "stranger")
ADD_MEMBER = (
    "insert into public.organization_members (organization_id, user_id, role) values (%s, %s, %s)"
)


def name_something(kind: str) -> str:
    return f"{kind}-{uuid4().hex[:12]}"


@dataclass(frozen=True)
class Person:
    """A signed-in user with a client of our API."""

    user: User
    http: httpx.AsyncClient

    async def get(self, path: str, **parameters: Any) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", params=parameters)

    async def post(self, path: str, document: Any) -> httpx.Response:
        return await self.http.post(f"/api/v1{path}", json=document)

    async def put(self, path: str, document: Any) -> httpx.Response:
        return await self.http.put(f"/api/v1{path}", json=document)

    async def patch(self, path: str, document: Any) -> httpx.Response:
        return await self.http.patch(f"/api/v1{path}", json=document)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(f"/api/v1{path}")

    async def create(self, path: str, **document: Any) -> dict[str, Any]:
        answer = await self.post(path, document)
        assert answer.status_code == 201, answer.text
        return answer.json()


@dataclass(frozen=True)
class Team:
    """An organization and one person for each role; the stranger is in none."""

    organization: dict[str, Any]
    people: dict[Role, Person]

    def __getitem__(self, role: Role) -> Person:
        return self.people[role]

    @property
    def owner(self) -> Person:
        return self.people["owner"]

    async def create_project(self) -> dict[str, Any]:
        path = f"/organizations/{self.organization['id']}/projects"
        return await self.owner.create(path, name=name_something("Project"))

    async def create_suite(self) -> dict[str, Any]:
        project = await self.create_project()
        return await self.owner.create(f"/projects/{project['id']}/suites", name="Suite")

    async def create_environment(self) -> dict[str, Any]:
        project = await self.create_project()
        path = f"/projects/{project['id']}/environments"
        return await self.owner.create(path, name="Staging", base_url="http://127.0.0.1:1")


@asynccontextmanager
async def gather_team(
    service: Service, supabase: SupabaseDetails, sign_up: SignUp
) -> AsyncGenerator[Team]:
    """Sign people up, found an organization and give each of them a role."""
    async with AsyncExitStack() as clients:
        people: dict[Role, Person] = {}
        for role in ROLES:
            user = await sign_up()
            client = httpx.AsyncClient(
                base_url=service.url, headers=user.headers, timeout=20.0, limits=SHORT_LIVED
            )
            people[role] = Person(user, await clients.enter_async_context(client))
        organization = await people["owner"].create(
            "/organizations", name="Team", slug=name_something("team")
        )
        await add_members(supabase, organization["id"], people)
        yield Team(organization, people)


@pytest.fixture(scope="session")
async def team(service: Service, supabase: SupabaseDetails, sign_up: SignUp) -> AsyncIterator[Team]:
    """A team for all tests: none of them changes it."""
    async with gather_team(service, supabase, sign_up) as team:
        yield team


@pytest.fixture
async def crew(service: Service, supabase: SupabaseDetails, sign_up: SignUp) -> AsyncIterator[Team]:
    """A team of one test alone, which may change it."""
    async with gather_team(service, supabase, sign_up) as crew:
        yield crew


async def add_members(
    supabase: SupabaseDetails, organization_id: str, people: dict[Role, Person]
) -> None:
    members = [(organization_id, people[role].user.id, role) for role in ROLES[1:4]]
    async with await psycopg.AsyncConnection.connect(supabase.database_url) as connection:
        await connection.cursor().executemany(ADD_MEMBER, members)
