"""A project with an environment, built and run through the HTTP API."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx

from scripts.demonstration.components import Service
from tests.fixtures.connections import SHORT_LIVED
from tests.fixtures.users import User

Document = dict[str, Any]

UNFINISHED = {"pending", "running"}
EVIDENCE = ["details", "assertions"]
BEARER = {"auth_type": "bearer", "auth_token_ref": "access_token"}


class Workspace:
    """One user's organization, project, environment and suite; `client` speaks as the user."""

    def __init__(self, client: httpx.AsyncClient, user: User) -> None:
        self.client = client
        self.user = user
        self.organization_id = ""
        self.project_id = ""
        self.environment_id = ""
        self.suite_id = ""

    async def build(self, base_url: str) -> None:
        organization = {"name": "Acme", "slug": f"acme-{uuid4().hex}"}
        self.organization_id = await self.post_for_id("/organizations", organization)
        owner = f"/organizations/{self.organization_id}"
        self.project_id = await self.post_for_id(f"{owner}/projects", {"name": "Shop"})
        project = f"/projects/{self.project_id}"
        environment = {"name": "local", "base_url": base_url}
        self.environment_id = await self.post_for_id(f"{project}/environments", environment)
        self.suite_id = await self.post_for_id(f"{project}/suites", {"name": "Suite"})

    async def post(self, path: str, document: Document | None = None) -> Document:
        answer = await self.client.post(path, json=document)
        assert answer.is_success, answer.text
        return answer.json()

    async def post_for_id(self, path: str, document: Document) -> str:
        return (await self.post(path, document))["id"]

    async def get(self, path: str, **query: Any) -> Document:
        answer = await self.client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def set_variable(self, key: str, value: str, *, is_secret: bool = False) -> None:
        path = f"/environments/{self.environment_id}/variables/{key}"
        answer = await self.client.put(path, json={"value": value, "is_secret": is_secret})
        assert answer.is_success, answer.text

    async def add_case(
        self,
        key: str,
        path: str,
        *,
        method: str = "GET",
        requires: Sequence[str] = (),
        request: Mapping[str, Any] | None = None,
        response: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> str:
        case: Document = {
            "key": key,
            "name": key.title(),
            "endpoint": {"method": method, "path": path},
            "request": dict(request or {}),
            "response": dict(response or {}),
            "dependencies": [{"required_test_key": required} for required in requires],
            **fields,
        }
        return await self.post_for_id(f"/suites/{self.suite_id}/cases", case)

    async def start_run(self, **fields: Any) -> str:
        start = {"project_id": self.project_id, "environment_id": self.environment_id, **fields}
        return await self.post_for_id("/runs", start)

    async def finish_run(self, run_id: str) -> Document:
        """Follow the run's events to its end; return the run."""
        url = f"/runs/{run_id}/events"
        async with self.client.stream("GET", url, timeout=60) as stream:
            assert stream.status_code == 200
            async for _ in stream.aiter_lines():
                pass
        run = await self.get(f"/runs/{run_id}")
        assert run["status"] not in UNFINISHED, run
        return run

    async def run(self, **fields: Any) -> Document:
        return await self.finish_run(await self.start_run(**fields))

    async def results(self, run_id: str) -> dict[str, Document]:
        """Final results with their evidence, by the key of their test."""
        page = await self.get(f"/runs/{run_id}/results", limit=200, include=EVIDENCE)
        assert page["next_cursor"] is None
        return {item["key"]: item for item in page["items"] if item["is_final"]}


@asynccontextmanager
async def open_workspace(service: Service, user: User, base_url: str) -> AsyncGenerator[Workspace]:
    """Yield a new workspace; its client closes at the end."""
    api = f"{service.url}/api/v1"
    async with httpx.AsyncClient(
        base_url=api, headers=user.headers, timeout=30, limits=SHORT_LIVED
    ) as client:
        workspace = Workspace(client, user)
        await workspace.build(base_url)
        yield workspace
