"""The local stack as supabase-py sees it, unmodified."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import jwt
import pytest
from realtime import RealtimeChannelOptions, RealtimeSubscribeStates
from realtime.types import BroadcastPayload

from scripts.demonstration.components import SupabaseDetails
from supabase import AsyncClient, acreate_client
from tests.fixtures.database import Connect

pytestmark = pytest.mark.usefixtures("client_policy")

PATIENCE_SECONDS = 20
SEND = "select realtime.send(jsonb_build_object('n', %s::int), 'said', %s)"

SUBSCRIBED = RealtimeSubscribeStates.SUBSCRIBED
CHANNEL_ERROR = RealtimeSubscribeStates.CHANNEL_ERROR
CLOSED = RealtimeSubscribeStates.CLOSED

State = tuple[RealtimeSubscribeStates, Exception | None]


@asynccontextmanager
async def open_client(supabase: SupabaseDetails, key: str) -> AsyncGenerator[AsyncClient]:
    client = await acreate_client(supabase.supabase_url, key)
    try:
        yield client
    finally:
        await client.realtime.close()
        await client.auth.close()


async def sign_up(client: AsyncClient) -> str:
    """Sign a new user up and return their topic."""
    answer = await client.auth.sign_up(
        {"email": f"{uuid4().hex}@example.org", "password": uuid4().hex}
    )
    assert answer.user is not None
    assert answer.session is not None
    await client.realtime.set_auth(answer.session.access_token)
    return f"client:{answer.user.id}"


class Listener:
    """A channel and everything its callbacks were given."""

    def __init__(self, client: AsyncClient, topic: str, *, private: bool = False) -> None:
        self.states = asyncio.Queue[State]()
        self.heard = asyncio.Queue[dict[str, Any]]()
        self.channel = client.channel(topic, build_options(private=private))
        self.channel.on_broadcast("said", self._hear)

    def _hear(self, payload: BroadcastPayload) -> None:
        self.heard.put_nowait({**payload})

    async def subscribe(self) -> State:
        await self.channel.subscribe(lambda state, error: self.states.put_nowait((state, error)))
        return await self.wait_for_state()

    async def wait_for_state(self) -> State:
        return await asyncio.wait_for(self.states.get(), PATIENCE_SECONDS)

    async def hear(self) -> Any:
        """Return the number that was said next."""
        message = await asyncio.wait_for(self.heard.get(), PATIENCE_SECONDS)
        return message["payload"]["n"]


def build_options(*, private: bool) -> RealtimeChannelOptions:
    return {
        "config": {
            "private": private,
            "broadcast": {"ack": True, "self": False},
            "presence": {"key": "", "enabled": False},
        }
    }


@pytest.fixture
async def ann(supabase: SupabaseDetails) -> AsyncIterator[AsyncClient]:
    async with open_client(supabase, supabase.publishable_key) as client:
        yield client


@pytest.fixture
async def bob(supabase: SupabaseDetails) -> AsyncIterator[AsyncClient]:
    async with open_client(supabase, supabase.publishable_key) as client:
        yield client


async def test_user_hears_the_database(ann: AsyncClient, database: Connect) -> None:
    connection = await database()
    topic = await sign_up(ann)
    listener = Listener(ann, topic, private=True)
    assert await listener.subscribe() == (SUBSCRIBED, None)
    await connection.execute(SEND, (1, topic))
    assert await listener.hear() == 1
    session = await ann.auth.refresh_session()
    assert session.session is not None
    await ann.realtime.set_auth(session.session.access_token)
    await connection.execute(SEND, (2, topic))
    assert await listener.hear() == 2
    await listener.channel.unsubscribe()
    assert await listener.wait_for_state() == (CLOSED, None)


async def test_stranger_is_refused(ann: AsyncClient, bob: AsyncClient) -> None:
    topic = await sign_up(ann)
    await sign_up(bob)
    state, error = await Listener(bob, topic, private=True).subscribe()
    assert state == CHANNEL_ERROR
    assert "Unauthorized: You do not have permissions to read" in str(error)


async def test_service_key_hears_everything(
    supabase: SupabaseDetails, ann: AsyncClient, database: Connect
) -> None:
    topic = await sign_up(ann)
    async with open_client(supabase, supabase.secret_key) as service:
        listener = Listener(service, topic, private=True)
        assert await listener.subscribe() == (SUBSCRIBED, None)
        await (await database()).execute(SEND, (1, topic))
        assert await listener.hear() == 1


async def test_expired_token_closes_the_channel(
    supabase: SupabaseDetails, ann: AsyncClient
) -> None:
    subject = str(uuid4())
    claims: dict[str, Any] = {
        "sub": subject,
        "role": "authenticated",
        "exp": time.time() + 3,
    }
    await ann.realtime.set_auth(jwt.encode(claims, supabase.jwt_secret, algorithm="HS256"))
    listener = Listener(ann, f"client:{subject}", private=True)
    assert await listener.subscribe() == (SUBSCRIBED, None)
    state, error = await listener.wait_for_state()
    assert state == CHANNEL_ERROR
    assert "Token has expired" in str(error)
    assert await listener.wait_for_state() == (CLOSED, None)


async def test_clients_talk_on_a_public_channel(ann: AsyncClient, bob: AsyncClient) -> None:
    topic = uuid4().hex
    speaker, listener = Listener(ann, topic), Listener(bob, topic)
    assert await speaker.subscribe() == (SUBSCRIBED, None)
    assert await listener.subscribe() == (SUBSCRIBED, None)
    await speaker.channel.send_broadcast("said", {"n": 1})
    assert await listener.hear() == 1
    await speaker.channel.http_send("said", {"n": 2})
    assert [await listener.hear(), await speaker.hear()] == [2, 2]


async def test_presence_is_seen(ann: AsyncClient, bob: AsyncClient) -> None:
    topic = uuid4().hex
    present, watching = Listener(ann, topic), Listener(bob, topic)
    synchronised = asyncio.Queue[None]()
    watching.channel.on_presence_sync(lambda: synchronised.put_nowait(None))
    await present.subscribe()
    await watching.subscribe()
    await present.channel.track({"mood": "calm"})
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (state := watching.channel.presence_state()):
            await synchronised.get()
    ((presence,),) = state.values()
    assert {**presence}["mood"] == "calm"
