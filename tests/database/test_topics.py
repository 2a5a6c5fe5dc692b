"""Who may follow a topic, and who may say there that they do; asked as Realtime asks."""

import json

import pytest
from psycopg import AsyncConnection, errors
from psycopg.rows import DictRow

from tests.database.callers import Caller, RefusedError
from tests.database.conftest import CreateCaller
from tests.database.workspaces import Workspace
from tests.fixtures.database import Connect

INSERT = "insert into realtime.messages (topic, extension) values (%s, %s) returning id"
BECOME_USER = """
    select set_config('role', 'authenticated', true), set_config('realtime.topic', %s, true),
      set_config('request.jwt.claims', %s, true)
"""


class Doorkeeper:
    """Tries what a person may do on a topic, in transactions that are rolled back."""

    def __init__(self, connection: AsyncConnection[DictRow]) -> None:
        self._connection = connection

    async def can_read(self, caller: Caller, topic: str, extension: str = "broadcast") -> bool:
        async with self._connection.transaction(force_rollback=True):
            row = await (await self._connection.execute(INSERT, [topic, extension])).fetchone()
            assert row is not None
            await self._become(caller, topic)
            seen = await self._connection.execute(
                "select from realtime.messages where id = %s", [row["id"]]
            )
            return seen.rowcount == 1

    async def can_write(self, caller: Caller, topic: str, extension: str) -> bool:
        async with self._connection.transaction(force_rollback=True):
            await self._become(caller, topic)
            try:
                await self._connection.execute(INSERT, [topic, extension])
            except errors.InsufficientPrivilege:
                return False
            return True

    async def _become(self, caller: Caller, topic: str) -> None:
        claims = json.dumps({"sub": caller.user_id, "role": "authenticated"})
        await self._connection.execute(BECOME_USER, [topic, claims])


@pytest.fixture
async def doorkeeper(database: Connect) -> Doorkeeper:
    return Doorkeeper(await database())


@pytest.fixture
async def topics(workspace: Workspace) -> list[str]:
    """The topics of a run and of its project."""
    await workspace.create_case("login")
    run = await workspace.start_run()
    return [f"run:{run['id']}", f"project:{workspace.project_id}"]


async def test_members_follow_and_say_so_and_strangers_do_not(
    workspace: Workspace, sign_in: CreateCaller, topics: list[str], doorkeeper: Doorkeeper
) -> None:
    viewer, stranger = await sign_in(), await sign_in()
    await workspace.add_member(viewer, "viewer")
    for topic in topics:
        for extension in ("broadcast", "presence"):
            assert await doorkeeper.can_read(viewer, topic, extension)
            assert not await doorkeeper.can_read(stranger, topic, extension)
        assert await doorkeeper.can_write(viewer, topic, "presence")
        assert not await doorkeeper.can_write(stranger, topic, "presence")


async def test_nobody_but_the_database_broadcasts(
    workspace: Workspace, topics: list[str], doorkeeper: Doorkeeper
) -> None:
    for topic in topics:
        assert not await doorkeeper.can_write(workspace.owner, topic, "broadcast")


@pytest.mark.parametrize(
    "form", ["run:", "run:not-a-uuid", "project:1 or true", "run:{id}x", "{id}", "x:{id}"]
)
async def test_odd_topics_are_closed(
    form: str, workspace: Workspace, topics: list[str], doorkeeper: Doorkeeper
) -> None:
    topic = form.format(id=topics[0].removeprefix("run:"))
    assert not await doorkeeper.can_read(workspace.owner, topic)
    assert not await doorkeeper.can_write(workspace.owner, topic, "presence")


async def test_people_ask_which_topics_are_open_to_them(
    workspace: Workspace, sign_in: CreateCaller, nobody: Caller, topics: list[str]
) -> None:
    stranger = await sign_in()
    asked = [*topics, "run:not-a-uuid"]
    assert await workspace.owner.call("list_readable_topics", topics=asked) == {"topics": topics}
    assert await stranger.call("list_readable_topics", topics=asked) == {"topics": []}
    with pytest.raises(RefusedError) as refusal:
        await nobody.call("list_readable_topics", topics=asked)
    assert refusal.value.status == 401
