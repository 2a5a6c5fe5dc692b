"""The database as one caller sees it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar, cast
from uuid import UUID

import httpx
import tenacity
from postgrest import AsyncPostgrestClient
from postgrest.exceptions import APIError

from app.core.errors import InvalidError, UnavailableError
from app.core.logging import get_logger
from app.db.conditions import Alternatives, Condition, quote
from app.db.mapping import from_answer, from_transport, left_no_trace

# A document or row as PostgREST sent it; whoever parses it gives it a type.
Json = Any
Row = dict[str, Any]

FIRST_WAIT_SECONDS = 0.05
LONGEST_WAIT_SECONDS = 1.0
NO_ORDERS: Final[Mapping[str, Sequence[str]]] = {}

_T = TypeVar("_T")
_Answer = TypeVar("_Answer", covariant=True)
logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Keyset:
    """A total order of a table, by columns that are unique together, and a place in it."""

    columns: tuple[str, ...]
    descending: bool = False
    after: tuple[str, ...] | None = None

    def to_filter(self) -> str:
        """Return the PostgREST condition for rows behind `after`."""
        operator = "lt" if self.descending else "gt"
        values = [quote(value) for value in self.after or ()]
        alternatives: list[str] = []
        for position, column in enumerate(self.columns):
            equal = [
                f"{name}.eq.{value}"
                for name, value in zip(self.columns[:position], values, strict=False)
            ]
            behind = [*equal, f"{column}.{operator}.{values[position]}"]
            alternatives.append(f"and({','.join(behind)})")
        return ",".join(alternatives)


class _Executable(Protocol[_Answer]):
    async def execute(self) -> _Answer: ...


class Session:
    """
    Reads and writes with the rights of one caller.

    Every method raises an `AppError`: refusals as they are, trouble on the way as
    `UnavailableError`. Reads, calls marked idempotent, and requests that certainly changed
    nothing are repeated for up to `patience`.
    """

    def __init__(self, client: AsyncPostgrestClient, patience: timedelta) -> None:
        self._client = client
        self._patience = patience

    async def call(
        self,
        function: str,
        request: Mapping[str, Any],
        *,
        idempotent: bool = False,
        patience: timedelta | None = None,
    ) -> Json:
        """Call `public.<function>(request jsonb)`, one transaction, and return its document."""
        # The library types parameters as strings but sends them as JSON.
        parameters = cast("dict[str, str]", {"request": request})
        answer = await self._execute(
            function, lambda: self._client.rpc(function, parameters), idempotent, patience
        )
        return answer.data

    async def select(
        self,
        table: str,
        columns: str,
        *,
        where: Mapping[str, object],
        keyset: Keyset,
        limit: int,
        orders: Mapping[str, Sequence[str]] = NO_ORDERS,
    ) -> list[Row]:
        """
        Return the visible rows that fulfil `where`, as `keyset` orders.

        `where` gives columns their values or conditions; a column with several has a tuple.
        `orders` gives embedded lists the columns that order them.
        """
        wanted = [(column, value) for column, given in where.items() for value in _list(given)]

        def build() -> _Executable[Any]:
            query = self._client.from_(table).select(columns).limit(limit)
            for column, value in wanted:
                if isinstance(value, Condition):
                    query = query.filter(column, value.operator, value.operand)
                elif isinstance(value, Alternatives):
                    query = query.or_(value.to_filter())
                else:
                    query = query.eq(column, value)
            for column in keyset.columns:
                query = query.order(column, desc=keyset.descending)
            for part, names in orders.items():
                for column in names:
                    query = query.order(column, foreign_table=part)
            if keyset.after is None:
                return query
            # Of alternatives no index can make its beginning.
            bound = "lte" if keyset.descending else "gte"
            query = query.filter(keyset.columns[0], bound, keyset.after[0])
            return query.or_(keyset.to_filter())

        answer = await self._execute(table, build, True)
        return cast("list[Row]", answer.data)

    async def find(
        self,
        table: str,
        columns: str,
        orders: Mapping[str, Sequence[str]] = NO_ORDERS,
        **where: object,
    ) -> Row | None:
        """Return the visible row whose columns equal `where`, or None; `orders` as in `select`."""
        keyset = Keyset(columns=tuple(where))
        rows = await self.select(table, columns, where=where, keyset=keyset, limit=1, orders=orders)
        return rows[0] if rows else None

    async def insert(self, table: str, row: Mapping[str, Any], columns: str) -> Row:
        """Insert one row and return these columns of it."""
        answer = await self._execute(
            table, lambda: self._client.from_(table).insert(row).select(columns), False
        )
        return cast("list[Row]", answer.data)[0]

    async def upsert(
        self, table: str, row: Mapping[str, Any], columns: str, *, on_conflict: Sequence[str]
    ) -> Row:
        """Insert one row, or replace the one with the same `on_conflict`; return these columns."""
        answer = await self._execute(
            table,
            lambda: (
                self._client.from_(table)
                .upsert(row, on_conflict=",".join(on_conflict))
                .select(columns)
            ),
            True,
        )
        return cast("list[Row]", answer.data)[0]

    async def update(
        self,
        table: str,
        identifier: UUID,
        changes: Mapping[str, Any],
        columns: str,
        *,
        unchanged_since: datetime | None = None,
    ) -> Row | None:
        """
        Change the row with this id and return these columns; None when the caller may not.

        With `unchanged_since`, only if the row's `updated_at` still is that.
        """

        def build() -> _Executable[Any]:
            query = self._client.from_(table).update(changes).eq("id", identifier)
            if unchanged_since is not None:
                query = query.eq("updated_at", unchanged_since.isoformat())
            return query.select(columns)

        # A conditional change that is repeated would meet its own first success as another's.
        answer = await self._execute(table, build, unchanged_since is None)
        rows = cast("list[Row]", answer.data)
        return rows[0] if rows else None

    async def delete(
        self,
        table: str,
        identifier: UUID,
        *,
        unchanged_since: datetime | None = None,
        **where: object,
    ) -> bool:
        """
        Delete the row with this id; say whether there was one that the caller may delete.

        With `where` and `unchanged_since`, only if its columns equal that.
        """

        def build() -> _Executable[Any]:
            query = self._client.from_(table).delete().eq("id", identifier)
            for column, value in where.items():
                query = query.eq(column, value)
            return (
                query
                if unchanged_since is None
                else query.eq("updated_at", unchanged_since.isoformat())
            )

        answer = await self._execute(table, build, False)
        return bool(answer.data)

    async def _execute(
        self,
        resource: str,
        build: Callable[[], _Executable[_T]],
        idempotent: bool,
        patience: timedelta | None = None,
    ) -> _T:
        def may_repeat(error: BaseException) -> bool:
            return isinstance(error, UnavailableError) and (
                idempotent or (error.__cause__ is not None and left_no_trace(error.__cause__))
            )

        def warn(state: tenacity.RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            logger.warning("database_request_repeated", resource=resource, error=repr(error))

        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception(may_repeat),
            stop=tenacity.stop_after_delay(self._patience if patience is None else patience),
            wait=tenacity.wait_random_exponential(FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS),
            before_sleep=warn,
            reraise=True,
        )
        return await retrying(_send, build)


def _list(given: object) -> tuple[object, ...]:
    return cast("tuple[object, ...]", given) if isinstance(given, tuple) else (given,)


async def _send(build: Callable[[], _Executable[_T]]) -> _T:
    try:
        return await build().execute()
    except APIError as error:
        # Its details may quote a whole row, tokens included, and causes end up in logs.
        raise from_answer(error) from APIError({**error.json(), "details": None})
    except httpx.TransportError as error:
        raise from_transport(error) from error
    except UnicodeEncodeError:
        # Without the cause, which holds the text.
        raise InvalidError("A text holds half of a surrogate pair.") from None
