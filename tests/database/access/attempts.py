"""Tries one action on one row through PostgREST and says in the words of the matrix what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from tests.database.access.records import Records
from tests.database.access.specimens import SPECIMENS
from tests.database.callers import Caller, Json, RefusedError


@dataclass(frozen=True)
class Attempt:
    """One request; `happened` tells whether the database shows its effect."""

    response: httpx.Response
    happened: bool

    @property
    def word(self) -> str:
        if self.response.is_success:
            return "rows" if self.happened else "none"
        refusal = RefusedError(self.response)
        if refusal.code == "42501" and refusal.status in (401, 403):
            return "denied"
        if (refusal.status, refusal.hint) == (404, "not_found"):
            return "unknown"
        raise refusal


async def try_select(caller: Caller, records: Records, table: str) -> Attempt:
    row = await records.make(table)
    response = await _send(caller, "GET", table, records.select_key(table, row))
    return Attempt(response, response.is_success and len(response.json()) == 1)


async def try_insert(caller: Caller, records: Records, table: str, **replaced: Any) -> Attempt:
    row = await records.build(table)
    response = await _send(caller, "POST", table, body=row | replaced)
    return Attempt(response, response.is_success)


async def try_update(
    caller: Caller, records: Records, table: str, changes: Mapping[str, Any] | None = None
) -> Attempt:
    row = await records.make(table)
    body = dict(changes or SPECIMENS[table].change)
    response = await _send(caller, "PATCH", table, records.select_key(table, row), body)
    return Attempt(response, await records.find(table, row) != row)


async def try_delete(caller: Caller, records: Records, table: str) -> Attempt:
    row = await records.make(table)
    response = await _send(caller, "DELETE", table, records.select_key(table, row))
    return Attempt(response, await records.find(table, row) is None)


ATTEMPTS = {
    "select": try_select,
    "insert": try_insert,
    "update": try_update,
    "delete": try_delete,
}


async def _send(
    caller: Caller, method: str, table: str, key: Json | None = None, body: Json | None = None
) -> httpx.Response:
    return await caller.client.request(
        method,
        table,
        params={name: f"eq.{value}" for name, value in (key or {}).items()},
        json=body,
    )
