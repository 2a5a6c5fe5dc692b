"""Reads tables, columns, foreign keys and functions of the exposed schema from the catalogue."""

from dataclasses import dataclass
from typing import Final, LiteralString, TypeVar

from psycopg import AsyncConnection
from psycopg.rows import DictRow, class_row

_Row = TypeVar("_Row")

LIST_TABLES: Final[LiteralString] = """
select
  relname::text as name, obj_description(oid, 'pg_class') as comment,
  case relkind when 'p' then pg_get_partkeydef(oid) end as partition_key
from pg_class
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and not relispartition
order by relname
"""
LIST_COLUMNS: Final[LiteralString] = """
select
  relname::text as table, attname::text as name, format_type(atttypid, atttypmod) as type,
  not attnotnull as is_nullable, col_description(attrelid, attnum) as comment,
  exists (
    select from pg_constraint
    where conrelid = attrelid and contype = 'p' and attnum = any (conkey)
  ) as is_key
from pg_attribute
inner join pg_class on pg_class.oid = attrelid
where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v') and not relispartition
  and attnum > 0 and not attisdropped
order by relname, attnum
"""
# The last column of a key is its own; those before it repeat the tenant.
LIST_FOREIGN_KEYS: Final[LiteralString] = """
select
  source.relname::text as table, target.relname::text as referenced, own.attname::text as column,
  not own.attnotnull as is_optional,
  exists (
    select from pg_index
    where indrelid = conrelid and indisunique and indpred is null
      and (indkey::int2[])[0:indnkeyatts - 1] <@ conkey
  ) as is_unique
from pg_constraint
inner join pg_class as source on source.oid = conrelid
inner join pg_class as target on target.oid = confrelid
cross join lateral (
  select attname, attnotnull from unnest(conkey) with ordinality as key (number, place)
  inner join pg_attribute on attrelid = conrelid and attnum = key.number
  order by attname in ('organization_id', 'run_date'), attnotnull, place desc
  limit 1
) as own
where contype = 'f' and conparentid = 0
  and connamespace = 'public'::regnamespace and target.relnamespace = 'public'::regnamespace
order by target.relname, source.relname, own.attname
"""
LIST_FUNCTIONS: Final[LiteralString] = """
select proname::text as name, obj_description(oid, 'pg_proc') as comment
from pg_proc
where pronamespace = 'public'::regnamespace
order by proname
"""


@dataclass(frozen=True)
class Table:
    """A table or view; `partition_key` is None unless it is partitioned."""

    name: str
    comment: str | None
    partition_key: str | None


@dataclass(frozen=True)
class Column:
    """A column in the order of the table."""

    table: str
    name: str
    type: str
    is_nullable: bool
    comment: str | None
    is_key: bool


@dataclass(frozen=True)
class ForeignKey:
    """A reference by `column`: at most one row refers to the same when it is unique."""

    table: str
    referenced: str
    column: str
    is_optional: bool
    is_unique: bool


@dataclass(frozen=True)
class Function:
    """A function that the API exposes."""

    name: str
    comment: str | None


@dataclass(frozen=True)
class Catalogue:
    """Everything that the document shows."""

    tables: list[Table]
    columns: list[Column]
    foreign_keys: list[ForeignKey]
    functions: list[Function]


async def read_catalogue(connection: AsyncConnection[DictRow]) -> Catalogue:
    """Read the catalogue of a database to which all migrations were applied."""
    return Catalogue(
        tables=await _read(connection, Table, LIST_TABLES),
        columns=await _read(connection, Column, LIST_COLUMNS),
        foreign_keys=await _read(connection, ForeignKey, LIST_FOREIGN_KEYS),
        functions=await _read(connection, Function, LIST_FUNCTIONS),
    )


async def _read(
    connection: AsyncConnection[DictRow], row_type: type[_Row], query: LiteralString
) -> list[_Row]:
    async with connection.cursor(row_factory=class_row(row_type)) as cursor:
        return await (await cursor.execute(query)).fetchall()
