"""Schema realtime: what migrations may rely on, and what role postgres may not do."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row

from scripts.local_supabase.realtime.partitions import refresh_partitions
from tests.local_supabase.realtime.server import Database, RealtimeServer

LIST_PARTITIONS = """
select inhrelid::regclass::text from pg_inherits
where inhparent = 'realtime.messages'::regclass order by 1
"""
CREATE_CHANGES = """
create temporary table things (id int, name text);
create function pg_temp.announce() returns trigger language plpgsql as $$
begin
  perform realtime.broadcast_changes(
    'things:' || coalesce(new.id, old.id), tg_op, tg_op, tg_table_name, 'public', new, old, tg_level
  );
  return null;
end $$;
create trigger announce after insert or update or delete on things
for each row execute function pg_temp.announce();
"""

# The fixture makes the partitions: without the server nothing can be stored.
pytestmark = pytest.mark.usefixtures("realtime")


@pytest.fixture
async def connection(realtime_database: Database) -> AsyncIterator[AsyncConnection[DictRow]]:
    """A transaction of role postgres that is rolled back."""
    async with await AsyncConnection[DictRow].connect(
        realtime_database.url, row_factory=dict_row
    ) as connection:
        yield connection
        await connection.rollback()


async def list_stored(connection: AsyncConnection[DictRow], topic: str) -> list[DictRow]:
    cursor = await connection.execute(
        "select topic, extension, event, private, payload, binary_payload, id::text"
        " from realtime.messages where topic = %s order by event",
        (topic,),
    )
    return await cursor.fetchall()


async def test_send_stores_a_message(connection: AsyncConnection[DictRow]) -> None:
    await connection.execute("select realtime.send('{\"n\": 1}', 'a', 't')")
    await connection.execute("select realtime.send('{\"id\": 7}', 'b', 't', false)")
    await connection.execute("select realtime.send_binary('\\xff', 'c', 't')")
    first, second, third = await list_stored(connection, "t")
    assert first["payload"] == {"n": 1, "id": first["id"]}
    assert (first["extension"], first["private"]) == ("broadcast", True)
    assert (second["payload"], second["private"]) == ({"id": 7}, False)
    assert (third["payload"], third["binary_payload"]) == (None, b"\xff")
    cursor = await connection.execute("select realtime.topic() as topic")
    assert await cursor.fetchone() == {"topic": "t"}


@pytest.mark.parametrize("payload", ["[1]", '"text"', "1", "null", None])
async def test_send_warns_about_what_is_no_object(
    connection: AsyncConnection[DictRow], payload: str | None
) -> None:
    warnings: list[str | None] = []
    connection.add_notice_handler(lambda notice: warnings.append(notice.message_primary))
    await connection.execute("select realtime.send(%s::jsonb, 'e', 't')", (payload,))
    assert warnings == ["WarnSendingBroadcastMessage: the payload must be a JSON object"]
    assert await list_stored(connection, "t") == []


async def test_send_without_permission_warns_and_goes_on(
    connection: AsyncConnection[DictRow],
) -> None:
    warnings: list[str | None] = []
    connection.add_notice_handler(lambda notice: warnings.append(notice.message_primary))
    await connection.execute("set local role authenticated")
    await connection.execute("select realtime.send('{}', 'e', 't')")
    await connection.execute("reset role")
    (warning,) = warnings
    assert warning is not None
    assert warning.startswith("WarnSendingBroadcastMessage: new row violates row-level security")
    assert await list_stored(connection, "t") == []


async def test_changes_carry_both_rows(connection: AsyncConnection[DictRow]) -> None:
    await connection.execute(CREATE_CHANGES)
    await connection.execute("insert into things values (1, 'a')")
    await connection.execute("update things set name = 'b'")
    await connection.execute("delete from things")
    rows = await list_stored(connection, "things:1")
    changes: dict[str, Any] = {row["event"]: row["payload"] for row in rows}
    old, new = {"id": 1, "name": "a"}, {"id": 1, "name": "b"}
    for operation, record, old_record in (
        ("INSERT", old, None),
        ("UPDATE", new, old),
        ("DELETE", None, new),
    ):
        assert changes[operation].pop("id")
        assert changes[operation] == {
            "schema": "public",
            "table": "things",
            "operation": operation,
            "record": record,
            "old_record": old_record,
        }


async def test_changes_of_a_statement_are_refused(connection: AsyncConnection[DictRow]) -> None:
    with pytest.raises(psycopg.errors.RaiseException, match="Failed to process the row: "):
        await connection.execute(
            "select realtime.broadcast_changes('t', 'e', 'INSERT', 'x', 'public', null, null,"
            " 'STATEMENT')"
        )


@pytest.mark.parametrize(
    "statement",
    [
        "alter table realtime.messages disable row level security",
        "alter table realtime.messages add column more text",
        "create index on realtime.messages (topic)",
        "create rule more as on insert to realtime.messages do nothing",
        "drop table realtime.messages",
        "delete from realtime.messages",
        "truncate realtime.messages",
        "create table realtime.more ()",
        "create function realtime.more() returns int language sql as 'select 1'",
        "set role supabase_realtime_admin",
        "grant supabase_realtime_admin to postgres",
        "alter event trigger realtime_admit_policy_author disable",
    ],
)
async def test_role_postgres_changes_nothing(
    connection: AsyncConnection[DictRow], statement: LiteralString
) -> None:
    await connection.execute("create policy mine on realtime.messages using (true)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await connection.execute(statement)


async def test_role_postgres_writes_policies(connection: AsyncConnection[DictRow]) -> None:
    await connection.execute("create policy mine on realtime.messages using (true)")
    await connection.execute("alter policy mine on realtime.messages using (false)")
    await connection.execute("drop policy mine on realtime.messages")
    cursor = await connection.execute(
        "select from pg_auth_members where roleid = 'supabase_realtime_admin'::regrole"
    )
    assert await cursor.fetchall() == []


async def test_failed_policy_leaves_no_membership(connection: AsyncConnection[DictRow]) -> None:
    with pytest.raises(psycopg.errors.UndefinedColumn):
        async with connection.transaction():
            await connection.execute("create policy mine on realtime.messages using (missing)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await connection.execute("drop table realtime.messages")


@pytest.mark.parametrize("role", ["anon", "authenticated", "service_role"])
async def test_other_roles_write_no_policies(
    connection: AsyncConnection[DictRow], role: str
) -> None:
    await connection.execute("select set_config('role', %s, true)", (role,))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await connection.execute("create policy mine on realtime.messages using (true)")


async def test_partitions_surround_today(realtime: RealtimeServer) -> None:
    today = datetime.now(UTC).date()
    names = [row[0] for row in await realtime.database.execute(LIST_PARTITIONS)]
    for offset in range(-1, 4):
        assert f"realtime.messages_{today + timedelta(days=offset):%Y_%m_%d}" in names


async def test_old_partitions_are_dropped(realtime: RealtimeServer) -> None:
    admin_url = realtime.database.postgres.admin_url
    today = datetime.now(UTC).date()
    long_ago = today - timedelta(days=30)
    before = await realtime.database.execute(LIST_PARTITIONS)
    await refresh_partitions(admin_url, long_ago)
    names = [row[0] for row in await realtime.database.execute(LIST_PARTITIONS)]
    assert f"realtime.messages_{long_ago:%Y_%m_%d}" in names
    await refresh_partitions(admin_url, today)
    assert await realtime.database.execute(LIST_PARTITIONS) == before


async def test_sender_in_another_time_zone_is_stored(
    connection: AsyncConnection[DictRow],
) -> None:
    topic = uuid4().hex
    await connection.execute("set local timezone to 'Pacific/Kiritimati'")
    await connection.execute("select realtime.send('{}', 'e', %s)", (topic,))
    cursor = await connection.execute(
        "select timezone('utc', now()) - inserted_at as age from realtime.messages"
        " where topic = %s",
        (topic,),
    )
    assert await cursor.fetchall() == [{"age": timedelta(0)}]
