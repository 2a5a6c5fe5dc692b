"""What SQL sends reaches subscribers: once, in commit order, also across a restart of Postgres."""

import asyncio
import json
from uuid import uuid4

import pytest
from psycopg import AsyncConnection

from tests.local_supabase.realtime.server import RealtimeServer, keep_counting
from tests.local_supabase.realtime.sockets import (
    RawSocket,
    build_message,
    open_socket,
    private_join,
)


@pytest.fixture
def topic() -> str:
    return f"room:ann:{uuid4().hex}"


async def receive_numbers(socket: RawSocket, count: int) -> list[int]:
    return [(await socket.receive()).payload["payload"]["n"] for _ in range(count)]


async def test_version_one_gets_json_with_the_id_of_the_row(
    realtime: RealtimeServer, topic: str
) -> None:
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(realtime.sign("ann")))
        await realtime.database.send(topic, '{"n": 1}', event="counted")
        frame = await socket.receive()
        rows = await realtime.database.execute(
            "select id::text from realtime.messages where topic = %s", topic
        )
        message_id = rows[0][0]
        assert (frame.topic, frame.event, frame.ref) == (f"realtime:{topic}", "broadcast", None)
        assert frame.payload == {
            "type": "broadcast",
            "event": "counted",
            "payload": {"n": 1, "id": message_id},
            "meta": {"id": message_id},
        }


async def test_version_two_gets_a_binary_frame(realtime: RealtimeServer, topic: str) -> None:
    async with open_socket(realtime, version="2.0.0") as socket:
        await socket.join(topic, private_join(realtime.sign("ann")))
        await realtime.database.send(topic, '{"id": 7}', event="é")
        frame = await socket.receive_raw()
        assert isinstance(frame, bytes)
        name = f"realtime:{topic}".encode()
        kind, topic_length, event_length, meta_length, encoding = frame[:5]
        assert (kind, topic_length, event_length, encoding) == (4, len(name), 2, 1)
        assert frame[5 : 5 + topic_length + event_length] == name + "é".encode()
        meta = frame[5 + topic_length + event_length :][:meta_length]
        assert json.loads(meta).keys() == {"id"}
        assert json.loads(frame[5 + topic_length + event_length + meta_length :]) == {"id": 7}


async def test_bytes_reach_version_two_only(realtime: RealtimeServer, topic: str) -> None:
    join = private_join(realtime.sign("ann"))
    async with open_socket(realtime, version="2.0.0") as new, open_socket(realtime) as old:
        await new.join(topic, join)
        await old.join(topic, join)
        await realtime.database.execute("select realtime.send_binary('\\x00ff', 'raw', %s)", topic)
        frame = await new.receive_raw()
        assert isinstance(frame, bytes)
        assert (frame[4], frame[-2:]) == (0, b"\x00\xff")
        await old.assert_silence()


async def test_public_messages_reach_public_channels_only(
    realtime: RealtimeServer, topic: str
) -> None:
    send = "select realtime.send(%s::jsonb, 'said', %s, %s)"
    async with open_socket(realtime) as inside, open_socket(realtime) as outside:
        await inside.join(topic, private_join(realtime.sign("ann")))
        await outside.join(topic)
        await realtime.database.execute(send, '{"n": 1}', topic, False)
        await realtime.database.execute(send, '{"n": 2}', topic, True)
        await realtime.database.execute(send, '{"n": 3}', topic, False)
        assert await receive_numbers(outside, 2) == [1, 3]
        assert await receive_numbers(inside, 1) == [2]


async def test_order_of_commits_decides(realtime: RealtimeServer, topic: str) -> None:
    send = "select realtime.send(jsonb_build_object('n', %s::int), 'said', %s)"
    url = realtime.database.url
    async with (
        open_socket(realtime) as socket,
        await AsyncConnection.connect(url) as early,
        await AsyncConnection.connect(url) as late,
        await AsyncConnection.connect(url) as undone,
    ):
        await socket.join(topic, private_join(realtime.sign("ann")))
        await early.execute(send, (1, topic))
        await late.execute(send, (2, topic))
        await undone.execute(send, (3, topic))
        await late.commit()
        await undone.rollback()
        await early.commit()
        assert await receive_numbers(socket, 2) == [2, 1]
        await socket.assert_silence()


async def test_many_messages_arrive_once_and_in_order(realtime: RealtimeServer, topic: str) -> None:
    count = 3000
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(realtime.sign("ann")))
        receiving = asyncio.create_task(receive_numbers(socket, count))
        await realtime.database.execute(
            "select realtime.send(jsonb_build_object('n', n), 'said', %s)"
            " from generate_series(1, %s) as n order by n",
            topic,
            count,
        )
        assert await receiving == list(range(1, count + 1))


async def test_restart_of_postgres_loses_nothing(realtime: RealtimeServer, topic: str) -> None:
    database = realtime.database
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(realtime.sign("ann"), ack=True))
        await database.send(topic, '{"n": 0}')
        assert await receive_numbers(socket, 1) == [0]
        await database.stop()
        reason = await socket.fail_to_join(f"{topic}:2", private_join(realtime.sign("ann")))
        assert reason.startswith("InitializingProjectConnection: ")
        await database.start()
        # Sent at once: before, while and after the server comes back.
        async with keep_counting(database, topic):
            assert await receive_numbers(socket, 1000) == list(range(1, 1001))
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(realtime.sign("ann"), ack=True))
        ref = await socket.push(f"realtime:{topic}", "broadcast", build_message())
        assert (await socket.receive_reply(ref))["status"] == "ok"


async def test_strange_notification_is_ignored(realtime: RealtimeServer, topic: str) -> None:
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(realtime.sign("ann")))
        await realtime.database.execute("notify realtime_messages, 'no id'")
        await realtime.database.send(topic, '{"n": 1}')
        assert await receive_numbers(socket, 1) == [1]


async def test_server_tells_when_it_listens(realtime: RealtimeServer, topic: str) -> None:
    join = private_join(realtime.sign("ann"), replication_ready=True)
    async with open_socket(realtime) as socket:
        await socket.join(topic, join)
        assert (await socket.receive()).payload == {
            "channel": topic,
            "extension": "system",
            "message": "Replication connection established",
            "status": "ok",
        }
