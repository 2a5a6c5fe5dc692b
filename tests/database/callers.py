"""Speaks to PostgREST the way a browser or the service does: with a key and a real token."""

from dataclasses import dataclass
from typing import Any

import httpx

Json = dict[str, Any]


class RefusedError(Exception):
    """PostgREST answered with an error; `code` and `hint` are those of the database."""

    def __init__(self, response: httpx.Response) -> None:
        body = response.json()
        self.status = response.status_code
        self.code: str = body.get("code", "")
        self.hint: str | None = body.get("hint")
        self.detail: str | None = body.get("details")
        self.text = response.text
        super().__init__(f"{self.status} {self.text}")


@dataclass(frozen=True)
class Caller:
    """Somebody who calls PostgREST; `user_id` is empty for the service and for nobody."""

    client: httpx.AsyncClient
    user_id: str = ""

    async def call(self, function: str, **request: Any) -> Any:
        return await self._send("POST", f"rpc/{function}", json={"request": request})

    async def insert(self, table: str, **row: Any) -> Json:
        rows = await self._send("POST", table, json=row, returning="representation")
        return rows[0]

    async def select(self, table: str, columns: str = "*", **where: Any) -> list[Json]:
        return await self._send("GET", table, params={"select": columns, **_equal(where)})

    async def update(self, table: str, changes: Json, **where: Any) -> list[Json]:
        return await self._send(
            "PATCH", table, params=_equal(where), json=changes, returning="representation"
        )

    async def delete(self, table: str, **where: Any) -> list[Json]:
        return await self._send("DELETE", table, params=_equal(where), returning="representation")

    async def _send(
        self,
        method: str,
        path: str,
        *,
        params: Json | None = None,
        json: Any = None,
        returning: str = "",
    ) -> Any:
        response = await self.client.request(
            method,
            path,
            params=params,
            json=json,
            headers={"Prefer": f"return={returning}"} if returning else {},
        )
        if response.is_error:
            raise RefusedError(response)
        return response.json() if response.content else None


def _equal(where: Json) -> dict[str, str]:
    return {column: f"eq.{value}" for column, value in where.items()}
