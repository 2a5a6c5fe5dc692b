"""The WebSocket: real service, real Supabase, a real client."""

from datetime import timedelta
from uuid import uuid4

import httpx
import jwt
import pytest

from app.core.clock import SystemClock
from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.service import StartService
from tests.fixtures.users import SignUp
from tests.realtime.conditions import until
from tests.realtime.live_run import LiveRun, start_live_run
from tests.realtime.socket_client import open_authenticated, open_socket
from tests.runs.workspace import Workspace


def sign_token(supabase: SupabaseDetails, token: str, lifetime: timedelta) -> str:
    """The same user's token with another end."""
    claims = jwt.decode(token, options={"verify_signature": False})
    claims["exp"] = (SystemClock().now() + lifetime).timestamp()
    return jwt.encode(claims, supabase.jwt_secret, "HS256")


async def test_runs_and_their_project_are_followed_on_one_socket(
    supabase: SupabaseDetails,
    service_role: httpx.AsyncClient,
    relay_service: Service,
    workspace: Workspace,
    live_run: LiveRun,
) -> None:
    other_run = await start_live_run(supabase, service_role, workspace)
    topics = [f"run:{live_run.run_id}", f"run:{other_run.run_id}"]
    project = f"project:{workspace.project_id}"
    async with open_authenticated(relay_service.url, workspace.user.access_token) as client:
        for number, topic in enumerate([*topics, project]):
            await client.say("subscribe", topic=topic, ref=str(number))
            answer = await client.wait_for_answer("subscribed", str(number))
            assert answer["topic"] == topic
        await until(lambda: sum(item["type"] == "snapshot" for item in client.received) == 3)
        for run in (live_run, other_run):
            await run.publish(3)
            await run.finish()
        for run, topic in zip((live_run, other_run), topics, strict=True):
            ended = await client.wait_for(
                lambda item, topic=topic: item["type"] == "unsubscribed" and item["topic"] == topic
            )
            assert ended["data"] == {"ref": None, "reason": "completed"}
            assert client.list_seqs(topic) == list(range(2, run.position + 1))
        ends = [item for item in client.received if item["type"] == "run_completed"]
        await until(lambda: len([i for i in client.received if i["type"] == "run_completed"]) == 4)
        ends = [i for i in client.received if i["type"] == "run_completed" and "project_id" in i]
        assert {item["run_id"] for item in ends} == {live_run.run_id, other_run.run_id}
        seqs = client.list_seqs(project)
        assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))


async def test_a_subscription_resumes_and_ends_on_request(
    relay_service: Service, workspace: Workspace, live_run: LiveRun
) -> None:
    topic = f"run:{live_run.run_id}"
    await live_run.publish(4)
    async with open_authenticated(relay_service.url, workspace.user.access_token) as client:
        await client.say("subscribe", topic=topic, after_seq=3)
        await until(lambda: client.list_seqs(topic) == list(range(4, live_run.position + 1)))
        await client.say("unsubscribe", topic=topic, ref="bye")
        answer = await client.wait_for_answer("unsubscribed", "bye")
        assert answer["data"]["reason"] == "requested"
        seen = len(client.list_seqs(topic))
        await live_run.publish(1)
        await client.say("ping", ref="after")
        await client.wait_for_answer("pong", "after")
        assert len(client.list_seqs(topic)) == seen


@pytest.mark.parametrize("way", ["subprotocol", "ticket", "message"])
async def test_a_socket_says_for_whom_it_speaks(
    relay_service: Service, workspace: Workspace, member: httpx.AsyncClient, way: str
) -> None:
    token = workspace.user.access_token
    subprotocols, query = (), ""
    if way == "subprotocol":
        subprotocols = ("atp.v1", f"bearer.{token}")
    elif way == "ticket":
        answer = await member.post("/api/v1/realtime/tickets")
        query = f"?ticket={answer.json()['ticket']}"
    async with open_socket(relay_service.url, subprotocols=subprotocols, query=query) as client:
        if way == "message":
            await client.say("authenticate", token=token)
        answer = await client.wait_for_answer("authenticated")
    assert answer["data"]["user_id"] == workspace.user.id


@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"type":"authenticate","token":"x"}', 4401),
        ('{"type":"ping"}', 4401),
        ("{", 4400),
        (b"{}", 4400),
        ("x" * 40_000, 4400),
        ("x" * 100_000, 1009),
    ],
)
async def test_without_a_name_a_socket_is_closed(
    relay_service: Service, first: str | bytes, code: int
) -> None:
    async with open_socket(relay_service.url) as client:
        await client.send(first)
        assert await client.wait_for_close() == code


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"type": "subscribe", "topic": f"run:{uuid4()}"}, "not_found"),
        ({"type": "subscribe", "topic": "lobby"}, "invalid_message"),
        ({"type": "subscribe"}, "invalid_message"),
        ({"type": "shout", "topic": "x"}, "invalid_message"),
        ({"type": "authenticate", "token": "x"}, "invalid_token"),
    ],
)
async def test_a_message_that_cannot_be_obeyed_is_refused_and_the_socket_stays(
    relay_service: Service, workspace: Workspace, message: dict[str, str], code: str
) -> None:
    async with open_authenticated(relay_service.url, workspace.user.access_token) as client:
        await client.say(message.pop("type"), **message)
        refusal = await client.wait_for(lambda item: item["type"] == "error")
        assert refusal["data"]["code"] == code
        await client.say("ping")
        await client.wait_for_answer("pong")


async def test_strangers_are_refused_and_nobody_follows_twice(
    relay_service: Service, workspace: Workspace, live_run: LiveRun, sign_up: SignUp
) -> None:
    topic, stranger = f"run:{live_run.run_id}", await sign_up()
    async with open_authenticated(relay_service.url, stranger.access_token) as client:
        for refused in (topic, f"project:{workspace.project_id}"):
            await client.say("subscribe", topic=refused, ref=refused)
            refusal = await client.wait_for_answer("error", refused)
            assert refusal["data"]["code"] == "not_found"
    async with open_authenticated(relay_service.url, workspace.user.access_token) as client:
        for ref in ("first", "second"):
            await client.say("subscribe", topic=topic, ref=ref)
        refusal = await client.wait_for_answer("error", "second")
        assert refusal["data"]["code"] == "already_subscribed"


async def test_the_token_is_renewed_on_the_socket(
    relay_service: Service, supabase: SupabaseDetails, workspace: Workspace, live_run: LiveRun
) -> None:
    topic = f"run:{live_run.run_id}"
    short = sign_token(supabase, workspace.user.access_token, timedelta(seconds=3))
    async with (
        open_authenticated(relay_service.url, short) as renewing,
        open_authenticated(relay_service.url, short) as expiring,
    ):
        for client in (renewing, expiring):
            await client.say("subscribe", topic=topic)
        await renewing.say("authenticate", token=workspace.user.access_token, ref="fresh")
        await renewing.wait_for_answer("authenticated", "fresh")
        assert await expiring.wait_for_close() == 4403
        await live_run.publish(1)
        await until(lambda: bool(renewing.list_seqs(topic)))
        assert renewing.close_code is None


async def test_a_socket_speaks_for_one_user(
    relay_service: Service, workspace: Workspace, sign_up: SignUp
) -> None:
    other = await sign_up()
    async with open_authenticated(relay_service.url, workspace.user.access_token) as client:
        await client.say("authenticate", token=other.access_token, ref="other")
        refusal = await client.wait_for_answer("error", "other")
        assert refusal["data"]["code"] == "invalid_token"


async def test_limits_are_told(
    start_service: StartService, workspace: Workspace, live_run: LiveRun
) -> None:
    service = start_service(
        RUN_WORKER_IN_API="false",
        REALTIME_CONNECTIONS="2",
        REALTIME_CONNECTIONS_PER_USER="1",
        REALTIME_SUBSCRIPTIONS="1",
    )
    token = workspace.user.access_token
    async with open_authenticated(service.url, token) as client:
        for topic in (f"run:{live_run.run_id}", f"project:{workspace.project_id}"):
            await client.say("subscribe", topic=topic, ref=topic)
        refusal = await client.wait_for_answer("error", f"project:{workspace.project_id}")
        assert refusal["data"]["code"] == "too_many_subscriptions"
        async with open_socket(service.url, subprotocols=("atp.v1", f"bearer.{token}")) as second:
            assert await second.wait_for_close() == 4429
        async with httpx.AsyncClient(headers=workspace.user.headers) as http:
            answer = await http.get(f"{service.url}/api/v1/runs/{live_run.run_id}/events")
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_connections")
        async with open_socket(service.url), open_socket(service.url) as third:
            assert await third.wait_for_close() == 4503


async def test_a_socket_ends_with_its_process(
    start_service: StartService, workspace: Workspace
) -> None:
    service = start_service(RUN_WORKER_IN_API="false")
    async with open_authenticated(service.url, workspace.user.access_token) as client:
        assert service.process is not None
        service.process.terminate()
        # Under load the server may be faster than the relay; its code means the same.
        assert await client.wait_for_close() in {1001, 1012}


async def test_what_opens_a_socket_is_not_logged(
    relay_service: Service, workspace: Workspace, member: httpx.AsyncClient
) -> None:
    logged_before = len(relay_service.log.read_text())
    token = workspace.user.access_token
    answer = await member.post("/api/v1/realtime/tickets")
    ticket = answer.json()["ticket"]
    async with open_socket(relay_service.url, query=f"?ticket={ticket}") as client:
        await client.wait_for_answer("authenticated")
    async with open_socket(relay_service.url, subprotocols=("atp.v1", f"bearer.{token}")) as client:
        await client.wait_for_answer("authenticated")
    log = relay_service.log.read_text()[logged_before:]
    assert log.count("/api/v1/realtime") > log.count("/api/v1/realtime/tickets")
    assert ticket not in log
    assert token not in log
