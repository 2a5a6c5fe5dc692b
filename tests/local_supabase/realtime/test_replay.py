"""Stored messages, sent again to who joins later."""

import time
from typing import Any
from uuid import uuid4

import pytest

from tests.local_supabase.realtime.server import RealtimeServer, keep_counting
from tests.local_supabase.realtime.sockets import RawSocket, open_socket, private_join


@pytest.fixture
def topic() -> str:
    return f"room:ann:{uuid4().hex}"


async def send_numbers(realtime: RealtimeServer, topic: str, count: int) -> None:
    for number in range(1, count + 1):
        await realtime.database.send(topic, f'{{"n": {number}}}')


async def receive_numbers(socket: RawSocket, count: int) -> list[tuple[int, bool]]:
    """Return the numbers and whether each was replayed."""
    payloads = [(await socket.receive()).payload for _ in range(count)]
    return [(p["payload"]["n"], p["meta"].get("replayed", False)) for p in payloads]


async def test_newest_messages_come_first_the_oldest_of_them_leading(
    realtime: RealtimeServer, topic: str
) -> None:
    before = int(time.time() * 1000)
    await send_numbers(realtime, topic, 4)
    join = private_join(realtime.sign("ann"), replay={"since": before - 1000, "limit": 3})
    async with open_socket(realtime) as socket:
        await socket.join(topic, join)
        assert await receive_numbers(socket, 3) == [(2, True), (3, True), (4, True)]
        await realtime.database.send(topic, '{"n": 5}')
        assert await receive_numbers(socket, 1) == [(5, False)]


async def test_messages_before_the_given_time_stay_away(
    realtime: RealtimeServer, topic: str
) -> None:
    await send_numbers(realtime, topic, 2)
    since = int(time.time() * 1000) + 60_000
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(realtime.sign("ann"), replay={"since": since}))
        await socket.assert_silence()


async def test_no_more_than_25_by_default(realtime: RealtimeServer, topic: str) -> None:
    await send_numbers(realtime, topic, 27)
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(realtime.sign("ann"), replay={"since": 0}))
        assert await receive_numbers(socket, 25) == [(n, True) for n in range(3, 28)]
        await socket.assert_silence()


async def test_other_topics_and_public_messages_are_not_replayed(
    realtime: RealtimeServer, topic: str
) -> None:
    await realtime.database.send(f"{topic}:other")
    await realtime.database.execute("select realtime.send('{}', 'said', %s, false)", topic)
    async with open_socket(realtime) as socket:
        await socket.join(topic, private_join(realtime.sign("ann"), replay={"since": 0}))
        await socket.assert_silence()


async def test_no_message_comes_twice_or_never(realtime: RealtimeServer, topic: str) -> None:
    """Join again and again while messages are sent: the replay and what follows leave no gap."""
    join = private_join(realtime.sign("ann"), replay={"since": 0})
    async with open_socket(realtime) as socket, keep_counting(realtime.database, topic):
        for _ in range(40):
            ref = await socket.push(f"realtime:{topic}", "phx_join", join)
            while (await socket.receive()).ref != ref:
                pass
            numbers: list[int] = []
            while len(numbers) < 40:
                frame = await socket.receive()
                number = frame.payload["payload"]["n"] if frame.event == "broadcast" else -1
                # Live delivery may lag behind the table: what the limit cut off can still arrive.
                if number >= (numbers[0] if numbers else 0):
                    numbers.append(number)
            assert numbers == list(range(numbers[0], numbers[0] + 40))


@pytest.mark.parametrize(
    "replay", [{}, {"since": "yesterday"}, {"since": 0, "limit": 26}, {"since": 0, "limit": 0}, 7]
)
async def test_wrong_parameters_are_refused(realtime: RealtimeServer, replay: Any) -> None:
    async with open_socket(realtime) as socket:
        reason = await socket.fail_to_join(
            "room:ann", private_join(realtime.sign("ann"), replay=replay)
        )
        assert reason.startswith("UnableToReplayMessages: ")


async def test_public_channels_have_no_replay(realtime: RealtimeServer) -> None:
    config = {"config": {"broadcast": {"replay": {"since": 0}}}}
    async with open_socket(realtime) as socket:
        assert await socket.fail_to_join("public", config) == (
            "UnableToReplayMessages: Replay is not allowed for public channels"
        )
