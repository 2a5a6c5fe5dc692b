"""Two organizations with everything in them, and one caller for each role of the access matrix."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.rows import DictRow

from tests.database.access.records import Records, fill_project
from tests.database.callers import Caller

MEMBER_ROLES = ("viewer", "editor", "admin", "owner")

PRIMARY_KEYS = """
    select relname as table, array_agg(attname::text order by attnum) as columns
    from pg_index
    join pg_class on pg_class.oid = indrelid
    join pg_attribute on attrelid = indrelid and attnum = any (indkey)
    where indisprimary and relnamespace = 'public'::regnamespace
    group by relname
"""


@dataclass(frozen=True)
class World:
    """
    The tenant whose rows the callers try for, a sibling project in it, and a foreign tenant.

    `callers` has one for each role of the matrix and `double_agent`, who owns both organizations.
    """

    records: Records
    sibling: Records
    foreign: Records
    callers: Mapping[str, Caller]


async def create_world(
    connection: AsyncConnection[DictRow],
    sign_in: Callable[[], Awaitable[Caller]],
    anonymous: Caller,
    service: Caller,
) -> World:
    people = {role: await sign_in() for role in (*MEMBER_ROLES, "stranger", "double_agent")}
    cursor = await connection.execute(PRIMARY_KEYS)
    keys = {row["table"]: row["columns"] for row in await cursor.fetchall()}
    agent = {"double_agent": "owner"}
    ours = await create_tenant(
        Records(connection, keys),
        people,
        dict(zip(MEMBER_ROLES, MEMBER_ROLES, strict=True)) | agent,
    )
    sibling = Records(connection, keys, dict(ours.ids))
    await fill_project(sibling)
    foreign = await create_tenant(Records(connection, keys), people, {"stranger": "owner"} | agent)
    return World(ours, sibling, foreign, people | {"anonymous": anonymous, "service": service})


async def create_tenant(
    records: Records, people: Mapping[str, Caller], roles: Mapping[str, str]
) -> Records:
    """Make an organization whose members have these roles, and a full project in it."""
    # New organizations copy the members of this one: at first there are none.
    records.ids.update(organization_id=None, members=[])
    records.ids["organization_id"] = (await records.make("organizations"))["id"]
    for person, role in roles.items():
        await records.connection.execute(
            "insert into public.organization_members (organization_id, user_id, role) values (%s, %s, %s)",
            [records.ids["organization_id"], people[person].user_id, role],
        )
    records.ids["members"] = [people[person].user_id for person in roles]
    records.ids["editor"] = people.get("editor", people["stranger"]).user_id
    await fill_project(records)
    return records
