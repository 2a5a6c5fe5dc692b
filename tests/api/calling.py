"""Calls of documented operations, and the table of what each has to answer."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast
from uuid import uuid4

import httpx
import orjson

from tests.api.examples import Operation, fill_in, list_operations
from tests.api.world import World
from tests.workspaces.people import Person

Caller = Literal["nobody", "stranger", "viewer", "owner"]
UNIQUE = frozenset({"name", "slug", "key", "path", "credential_name", "email"})
CALLERS: tuple[Caller, ...] = ("nobody", "stranger", "viewer", "owner")
TABLE: dict[str, dict[Caller, int]] = {
    operation: dict(zip(CALLERS, map(int, row.split()), strict=True))
    for operation, row in tomllib.loads((Path(__file__).parent / "calls.toml").read_text()).items()
}


@dataclass(frozen=True)
class Answer:
    """What came back; of a stream only that it began."""

    status: int
    document: Any
    request_id: str


async def call(
    person: Person,
    operation: Operation,
    world: World,
    *,
    anonymous: bool = False,
    unknown: bool = False,
) -> Answer:
    """Call an operation as its description says; `unknown` with ids of nothing in the path."""
    known = {name: world.known[name] for name in operation.parameters}
    if unknown:
        known = {name: str(uuid4()) if name.endswith("_id") else "UNKNOWN" for name in known}
    request = person.http.build_request(
        operation.method.upper(),
        operation.path.format(**known),
        params=fill_in(operation.make_query(), world.known),
        json=freshen(fill_in(operation.make_body(), world.known)),
    )
    if anonymous:
        del request.headers["Authorization"]
    answer = await person.http.send(request, stream=True)
    try:
        return Answer(answer.status_code, await _read(answer), answer.headers["X-Request-ID"])
    finally:
        await answer.aclose()


def freshen(body: Any) -> Any:
    """Return the body with names that nothing has yet."""
    if not isinstance(body, dict):
        return body
    document = cast("dict[str, Any]", body)
    suffix = uuid4().hex[:8]
    return {
        name: _tell_apart(value, suffix) if name in UNIQUE and isinstance(value, str) else value
        for name, value in document.items()
    }


def _tell_apart(value: str, suffix: str) -> str:
    return f"{suffix}-{value}" if "@" in value else f"{value}-{suffix}"


async def _read(answer: httpx.Response) -> Any:
    if "json" not in answer.headers.get("Content-Type", ""):
        return None
    return orjson.loads(await answer.aread() or b"null")


async def fetch_operations(person: Person) -> dict[str, Operation]:
    """Return every operation that the service describes."""
    return list_operations((await person.http.get("/openapi.json")).json())
