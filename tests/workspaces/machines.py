"""Machines: what holds an API token and gets access tokens for it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from scripts.demonstration.components import Service
from tests.fixtures.users import User
from tests.workspaces.people import Person


async def create_api_token(
    person: Person, organization_id: str, scope: str = "run", **fields: Any
) -> dict[str, Any]:
    """Have a person make a token; return it with its secret."""
    path = f"/organizations/{organization_id}/api-tokens"
    return await person.create(path, name="Machine", scope=scope, **fields)


async def exchange(service: Service, secret: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=service.url) as client:
        return await client.post("/api/v1/access-tokens", json={"api_token": secret})


@asynccontextmanager
async def sign_in(service: Service, person: Person, secret: str) -> AsyncGenerator[Person]:
    """Give the client of a machine that acts for a person."""
    answer = await exchange(service, secret)
    assert answer.status_code == 200, answer.text
    user = User(person.user.id, person.user.email, answer.json()["access_token"])
    async with httpx.AsyncClient(
        base_url=service.url, headers=user.headers, timeout=20.0
    ) as client:
        yield Person(user, client)
