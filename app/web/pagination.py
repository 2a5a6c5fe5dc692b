"""Lists in pieces: `{"items": [...], "next_cursor": ...}` over a keyset."""

import base64
import binascii
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import orjson
from pydantic import BaseModel, ConfigDict, Field

from app.db.session import Keyset, Row, Session
from app.web.errors import InvalidCursorError

Item = TypeVar("Item", bound=BaseModel)


class PageRequest(BaseModel):
    """Which piece of a list the caller wants."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(default=50, ge=1, le=200, description="How many items at most.")
    cursor: str | None = Field(
        default=None, max_length=1_000, description="The `next_cursor` of the piece before."
    )


class Page(BaseModel, Generic[Item]):
    """A piece of a list; `next_cursor` is null on the last one."""

    items: list[Item]
    next_cursor: str | None = Field(examples=[None])

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """Return the name under which lists of these items are described: `RunPage`."""
        return f"{params[0].__name__}{cls.__name__}"


@dataclass(frozen=True, slots=True)
class Listing(Generic[Item]):
    """
    A table as a list.

    `order` names fields of the rows that together are unique; `columns` are those of the item
    unless given. `includes` are fields of the item that callers get on demand: what PostgREST is
    asked for by name of the field. `orders` names the columns that order those that are lists:
    otherwise the order, and with it the entity tag, would change without a change.
    """

    table: str
    item: type[Item]
    order: tuple[str, ...]
    columns: str | None = None
    includes: Mapping[str, str] = field(default_factory=dict[str, str])
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

    @property
    def selected(self) -> str:
        """The columns of every item as PostgREST takes them."""
        own = [name for name in self.item.model_fields if name not in self.includes]
        return self.columns or ",".join(own)

    def select_with(self, include: Collection[str]) -> str:
        """Return the columns of an item with what the caller wants included."""
        wanted = [columns for name, columns in self.includes.items() if name in include]
        return ",".join([self.selected, *wanted])

    def orders_of(self, include: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return how the lists are ordered that the caller wants included."""
        return {name: columns for name, columns in self.orders.items() if name in include}

    async def find(
        self, session: Session, include: Collection[str] = (), **where: object
    ) -> Row | None:
        """Return the visible row whose columns equal `where`, with what the caller wants included."""
        return await session.find(
            self.table, self.select_with(include), self.orders_of(include), **where
        )

    async def select_page(
        self,
        session: Session,
        page: PageRequest,
        *,
        sort: str | None = None,
        include: Collection[str] = (),
        **where: object,
    ) -> Page[Item]:
        """
        Return a piece of the visible rows that fulfil `where` (values or conditions).

        `sort` is a column that is never null, with `-` before it for the other direction; rows
        that are equal in it follow the order of the list. Raises `InvalidCursorError`.
        """
        order = _order_by(sort, self.order)
        descending = (sort or "").startswith("-")
        kind = f"{self.table} {'-' if descending else ''}{','.join(order)}"
        after = decode_cursor(page.cursor, kind, len(order)) if page.cursor else None
        rows = await session.select(
            self.table,
            self.select_with(include),
            where=where,
            keyset=Keyset(order, descending=descending, after=after),
            limit=page.limit + 1,
            orders=self.orders_of(include),
        )
        items = [self.item.model_validate(row) for row in rows[: page.limit]]
        if len(rows) <= page.limit:
            return Page(items=items, next_cursor=None)
        last = rows[page.limit - 1]
        return Page(
            items=items, next_cursor=encode_cursor(kind, [last[column] for column in order])
        )


def encode_cursor(kind: str, values: Sequence[Any]) -> str:
    """Return an opaque cursor for a place in a list; `kind` names the list and its order."""
    return base64.urlsafe_b64encode(orjson.dumps([kind, *values])).decode().rstrip("=")


def decode_cursor(cursor: str, kind: str, length: int) -> tuple[str, ...]:
    """Return the place that a cursor of such a list stands for; raises `InvalidCursorError`."""
    try:
        content = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = orjson.loads(content)
    except (binascii.Error, orjson.JSONDecodeError, UnicodeEncodeError, ValueError) as error:
        raise InvalidCursorError(field="cursor") from error
    match values:
        case [present, *place] if present == kind and len(place) == length:
            return tuple(str(value) for value in place)
        case _:
            raise InvalidCursorError(field="cursor")


def _order_by(sort: str | None, order: tuple[str, ...]) -> tuple[str, ...]:
    if sort is None:
        return order
    first = sort.removeprefix("-")
    return (first, *(column for column in order if column != first))
