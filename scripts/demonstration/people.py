"""People who use the platform: they sign up through auth and speak to the service as themselves."""

from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from scripts.demonstration.components import SupabaseDetails

Document = dict[str, Any]


class UnexpectedAnswerError(Exception):
    """The service or Supabase answered something else than the demonstration needs to go on."""


def read_document(answer: httpx.Response) -> Document:
    """The JSON object of a successful answer; raises UnexpectedAnswerError for any other."""
    if not answer.is_success:
        request = answer.request
        message = f"{request.method} {request.url}: {answer.status_code} {answer.text}"
        raise UnexpectedAnswerError(message)
    document: Document = answer.json()
    return document


class Person(AbstractAsyncContextManager["Person"]):
    """Someone with a browser: a session of auth, the service's API, and Supabase itself."""

    def __init__(self, name: str, supabase: SupabaseDetails, service_url: str) -> None:
        self.name = name
        self.email = f"{name.lower()}-{uuid4().hex[:8]}@example.org"
        self.service = httpx.AsyncClient(base_url=f"{service_url}/api/v1", timeout=30.0)
        self.supabase = httpx.AsyncClient(
            base_url=supabase.supabase_url,
            headers={"apikey": supabase.publishable_key},
            timeout=30.0,
        )

    async def sign_up(self) -> None:
        credentials = {"email": self.email, "password": uuid4().hex}
        answer = await self.supabase.post("/auth/v1/signup", json=credentials)
        bearer = f"Bearer {read_document(answer)['access_token']}"
        self.service.headers["Authorization"] = bearer
        self.supabase.headers["Authorization"] = bearer

    async def create(self, path: str, document: Document) -> Document:
        return read_document(await self.service.post(path, json=document))

    async def replace(self, path: str, document: Document) -> Document:
        return read_document(await self.service.put(path, json=document))

    async def get(self, path: str) -> Document:
        return read_document(await self.service.get(path))

    async def find_status(self, method: str, path: str, document: Document | None = None) -> int:
        """The status alone, for what may be refused; the body of a stream is not read."""
        async with self.service.stream(method, path, json=document) as answer:
            return answer.status_code

    async def read_table(self, table: str) -> str:
        """Every row that row level security shows this person, as PostgREST wrote it."""
        answer = await self.supabase.get(f"/rest/v1/{table}", params={"select": "*"})
        if not answer.is_success:
            raise UnexpectedAnswerError(f"{table}: {answer.status_code} {answer.text}")
        return answer.text

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self.service.aclose()
        await self.supabase.aclose()
