import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import httpx
import pytest
from aiohttp import web
from starlette.applications import Starlette
from starlette.routing import Mount
from yarl import URL

from scripts.demonstration.components import SupabaseDetails
from scripts.local_supabase.gateway.application import create_session
from scripts.local_supabase.gateway.forwarding import RestForwarding
from scripts.local_supabase.gateway.proxy import ReverseProxy
from scripts.local_supabase.gateway.server import GatewayServer, GatewayStartError
from scripts.local_supabase.keys import KeyRing
from scripts.local_supabase.ports import listen

ORIGIN = {"Origin": "https://app.example.org"}


@pytest.fixture
async def http(supabase: SupabaseDetails) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=supabase.supabase_url, timeout=30) as client:
        yield client


async def test_requests_without_a_valid_key_are_refused(
    http: httpx.AsyncClient, supabase: SupabaseDetails
) -> None:
    public = {"apikey": supabase.publishable_key}
    refused = [
        await http.get("/rest/v1/"),
        await http.get("/rest/v1/", headers={"apikey": "sb_publishable_of_someone_else"}),
        await http.get("/rest/v1/", headers={"apikey": f"{supabase.anon_jwt}x"}),
        await http.get("/rest/v1/", headers={"Authorization": f"Bearer {supabase.secret_key}"}),
        await http.get(
            "/rest/v1/", headers={**public, "Authorization": f"Bearer {supabase.secret_key}"}
        ),
        await http.get("/rest/v1/", headers={**public, "Authorization": "Bearer not.a.token"}),
        await http.get("/auth/v1/user"),
        await http.post("/auth/v1/signup", json={"email": "a@example.org", "password": "123456"}),
    ]
    assert [answer.status_code for answer in refused] == [401] * len(refused)
    assert all("message" in answer.json() for answer in refused)


async def test_secret_keys_are_refused_in_browsers(
    http: httpx.AsyncClient, supabase: SupabaseDetails
) -> None:
    browser = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}
    secret = await http.get("/rest/v1/", headers={"apikey": supabase.secret_key, **browser})
    public = await http.get("/rest/v1/", headers={"apikey": supabase.publishable_key, **browser})
    assert (secret.status_code, public.status_code) == (401, 200)


async def test_the_key_may_be_a_query_parameter(
    http: httpx.AsyncClient, supabase: SupabaseDetails, notes: str
) -> None:
    answer = await http.get(f"/rest/v1/{notes}?select=id&apikey={supabase.publishable_key}")
    assert (answer.status_code, answer.json()) == (200, [])


async def test_key_discovery_and_links_need_no_key(http: httpx.AsyncClient) -> None:
    keys = await http.get("/auth/v1/.well-known/jwks.json")
    assert (keys.status_code, keys.json()) == (200, {"keys": []})
    assert (await http.get("/auth/v1/verify?token=x&type=signup")).status_code != 401


@pytest.mark.parametrize("path", ["/storage/v1/bucket", "/functions/v1/hello", "/graphql/v1"])
async def test_what_is_missing_says_so(
    http: httpx.AsyncClient, supabase: SupabaseDetails, path: str
) -> None:
    answer = await http.get(path, headers={"apikey": supabase.secret_key}, follow_redirects=True)
    assert answer.status_code == 501
    assert "supabase start" in answer.json()["message"]


async def test_pages_of_other_origins_may_call_everything(
    http: httpx.AsyncClient, supabase: SupabaseDetails, notes: str
) -> None:
    preflight = await http.options(
        f"/rest/v1/{notes}",
        headers={
            **ORIGIN,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "apikey,authorization,prefer,x-client-info",
        },
    )
    assert preflight.status_code == 200
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    assert "prefer" in preflight.headers["access-control-allow-headers"]
    answers = [
        await http.get(path, headers={"apikey": supabase.publishable_key, **ORIGIN})
        for path in (f"/rest/v1/{notes}", "/auth/v1/settings")
    ]
    origins = [answer.headers.get_list("access-control-allow-origin") for answer in answers]
    assert origins == [["*"], ["*"]]


async def test_a_filter_with_escapes_reaches_postgrest_unchanged(
    http: httpx.AsyncClient, supabase: SupabaseDetails, notes: str
) -> None:
    headers = {"apikey": supabase.secret_key}
    body = 'a "b", (c)+d%2F&=é'
    owner = "00000000-0000-4000-8000-000000000001"
    created = await http.post(
        f"/rest/v1/{notes}", headers=headers, json={"body": body, "owner": owner}
    )
    assert created.status_code == 201
    quoted = '"' + body.replace('"', '\\"') + '"'
    query = str(httpx.QueryParams({"body": f"in.({quoted})", "select": "body"}))
    answer = await http.get(f"/rest/v1/{notes}?{query}", headers=headers)
    assert answer.json() == [{"body": body}]


async def test_a_head_request_has_the_count_and_no_body(
    http: httpx.AsyncClient, supabase: SupabaseDetails, notes: str
) -> None:
    headers = {"apikey": supabase.publishable_key, "Prefer": "count=exact"}
    answer = await http.head(f"/rest/v1/{notes}", headers=headers)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-range"].endswith("/0")


async def test_bodies_stream_both_ways_and_the_path_stays_as_it_was(
    supabase: SupabaseDetails,
) -> None:
    """The second half of the request is sent only after the first half came back."""
    keys = _build_key_ring(supabase)
    came_back = asyncio.Event()

    async def send_in_two_parts() -> AsyncIterator[bytes]:
        yield b"first"
        await came_back.wait()
        yield b"second"

    async with (
        _serve_echo() as upstream,
        _serve_proxy(upstream, keys) as gateway,
        aiohttp.ClientSession() as client,
        asyncio.timeout(20),
    ):
        path = f"/rest/v1/a%2Fb?x=%22y%22&apikey={supabase.secret_key}"
        url = URL(gateway + path, encoded=True)
        async with client.post(url, data=send_in_two_parts()) as answer:
            assert await answer.content.readexactly(5) == b"first"
            came_back.set()
            assert await answer.content.read() == b"second"
            assert answer.headers["X-Target"] == "/a%2Fb?x=%22y%22"
            assert answer.headers["X-Authorization"] == f"Bearer {supabase.service_role_jwt}"


async def test_an_upstream_that_is_down_is_reported(supabase: SupabaseDetails) -> None:
    with listen(0) as unused:
        upstream = f"http://127.0.0.1:{unused.getsockname()[1]}"
    async with (
        _serve_proxy(upstream, _build_key_ring(supabase)) as gateway,
        httpx.AsyncClient(headers={"apikey": supabase.secret_key}, timeout=30) as client,
    ):
        answer = await client.get(f"{gateway}/rest/v1/anything")
    assert (answer.status_code, answer.json()["code"]) == (503, "upstream_unavailable")


async def test_a_gateway_that_cannot_start_says_so() -> None:
    @asynccontextmanager
    async def fail(_: Starlette) -> AsyncGenerator[None]:
        raise ConnectionError("no database")
        yield

    with listen(0) as listener:
        server = GatewayServer(Starlette(lifespan=fail), listener)
        with pytest.raises(GatewayStartError):
            await server.start()
        await server.stop()


def _build_key_ring(supabase: SupabaseDetails) -> KeyRing:
    return KeyRing(
        publishable_key=supabase.publishable_key,
        secret_key=supabase.secret_key,
        jwt_secret=supabase.jwt_secret,
        anon_jwt=supabase.anon_jwt,
        service_role_jwt=supabase.service_role_jwt,
        issuer=f"{supabase.supabase_url}/auth/v1",
    )


@asynccontextmanager
async def _serve_echo() -> AsyncGenerator[str]:
    async def echo(request: web.Request) -> web.StreamResponse:
        headers = {
            "X-Target": request.raw_path,
            "X-Authorization": request.headers.get("Authorization", ""),
        }
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        async for chunk in request.content.iter_any():
            await response.write(chunk)
        return response

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", echo)
    runner = web.AppRunner(application)
    await runner.setup()
    with listen(0) as listener:
        await web.SockSite(runner, listener).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            await runner.cleanup()


@asynccontextmanager
async def _serve_proxy(upstream: str, keys: KeyRing) -> AsyncGenerator[str]:
    async with create_session() as session:
        proxy = ReverseProxy("The upstream", session, upstream, RestForwarding(keys))
        with listen(0) as listener:
            server = GatewayServer(Starlette(routes=[Mount("/rest/v1", app=proxy)]), listener)
            await server.start()
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                await server.stop()
