"""The gateway as one ASGI application."""

import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import aiohttp
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from scripts.local_supabase.gateway.admin_users import AdminUsers
from scripts.local_supabase.gateway.forwarding import AuthForwarding, RestForwarding
from scripts.local_supabase.gateway.proxy import ReverseProxy
from scripts.local_supabase.gateway.responses import report_missing
from scripts.local_supabase.keys import KeyRing
from scripts.local_supabase.realtime.service import RealtimeService

# Shorter than node's five seconds: a connection that the other side is closing must not be used again.
KEEP_ALIVE_SECONDS = 3
CONNECT_SECONDS = 5
READ_SECONDS = 60
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Upstreams:
    """Where the services behind the gateway listen."""

    rest_url: str
    auth_url: str


def create_session() -> aiohttp.ClientSession:
    """Return the HTTP client of the gateway, which leaves every body as it is."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS),
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS
        ),
        auto_decompress=False,
        skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def create_application(
    upstreams: Upstreams,
    keys: KeyRing,
    session: aiohttp.ClientSession,
    realtime: RealtimeService,
    users: AdminUsers,
) -> Starlette:
    """Put every service under the path it has on a hosted project."""
    rest = ReverseProxy("PostgREST", session, upstreams.rest_url, RestForwarding(keys))
    auth = ReverseProxy("The auth service", session, upstreams.auth_url, AuthForwarding(keys))
    routes: list[BaseRoute] = [
        Route("/health", _report_health),
        Mount("/rest/v1", app=rest),
        Mount("/auth/v1/admin", routes=users.routes),
        Mount("/auth/v1", app=auth),
        *realtime.routes,
        _create_missing("/storage/v1", "Storage"),
        _create_missing("/functions/v1", "Edge Functions"),
        _create_missing("/graphql/v1", "GraphQL"),
    ]
    return Starlette(
        routes=routes, middleware=[_create_cors()], lifespan=_create_lifespan(realtime)
    )


async def _report_health(_: Request) -> Response:
    return JSONResponse({"status": "healthy"})


def _create_missing(prefix: str, feature: str) -> BaseRoute:
    async def answer(_: Request) -> Response:
        return report_missing(feature)

    return Mount(prefix, routes=[Route("/{path:path}", answer, methods=METHODS)])


def _create_cors() -> Middleware:
    return Middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=METHODS,
        allow_headers=["*"],
        expose_headers=["Content-Range", "Content-Location", "Location", "X-Total-Count", "Link"],
    )


def _create_lifespan(
    realtime: RealtimeService,
) -> Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        async with realtime.lifespan():
            yield

    return lifespan
