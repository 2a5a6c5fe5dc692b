"""The Realtime server as routes and a lifespan, to be mounted in the gateway's application."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from psycopg_pool import AsyncConnectionPool
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket

from scripts.local_supabase.keys import KeyRing
from scripts.local_supabase.realtime.authorization import Authorizer, Pool
from scripts.local_supabase.realtime.channels import ChannelRegistry
from scripts.local_supabase.realtime.connection import Connection
from scripts.local_supabase.realtime.feed import DatabaseFeed
from scripts.local_supabase.realtime.frames import CODECS
from scripts.local_supabase.realtime.http_broadcast import HttpBroadcast
from scripts.local_supabase.realtime.hub import Hub
from scripts.local_supabase.realtime.limits import Limits
from scripts.local_supabase.realtime.partitions import keep_partitions, refresh_partitions
from scripts.local_supabase.realtime.presence import PresenceTracker

DEFAULT_LIMITS = Limits()


class RealtimeService:
    """Serves /realtime/v1 while its lifespan is entered."""

    def __init__(
        self, admin_database_url: str, keys: KeyRing, limits: Limits = DEFAULT_LIMITS
    ) -> None:
        """Prepare; `admin_database_url` logs in as a superuser."""
        self._database_url = admin_database_url
        self._keys = keys
        self._pool: Pool = AsyncConnectionPool(
            admin_database_url,
            min_size=1,
            max_size=4,
            open=False,
            timeout=2,
            check=AsyncConnectionPool.check_connection,
            # A policy that never ends must not keep the others from joining.
            kwargs={"autocommit": True, "options": "-c statement_timeout=5000"},
        )
        registry = ChannelRegistry()
        self._hub = Hub(
            registry=registry,
            presence=PresenceTracker(registry),
            authorizer=Authorizer(keys, self._pool),
            pool=self._pool,
            feed=DatabaseFeed(admin_database_url, registry.publish),
            limits=limits,
        )

    @property
    def routes(self) -> list[BaseRoute]:
        """The routes, with their full paths."""
        http = HttpBroadcast(self._hub, self._keys)
        return [
            WebSocketRoute("/realtime/v1/websocket", self._serve_socket),
            Route("/realtime/v1/api/broadcast", http.send_batch, methods=["POST"]),
            Route(
                "/realtime/v1/api/broadcast/{topic:path}/events/{event}",
                http.send_one,
                methods=["POST"],
            ),
        ]

    @asynccontextmanager
    async def lifespan(self) -> AsyncGenerator[None]:
        """Return once every broadcast from the database is heard; raise when Postgres is not there."""
        await refresh_partitions(self._database_url, datetime.now(UTC).date())
        async with self._pool, asyncio.TaskGroup() as tasks:
            owned = [
                tasks.create_task(self._hub.feed.run()),
                tasks.create_task(keep_partitions(self._database_url)),
            ]
            try:
                async with asyncio.timeout(self._hub.limits.database_wait.total_seconds()):
                    await self._hub.feed.listening.wait()
                yield
            finally:
                for task in owned:
                    task.cancel()

    async def _serve_socket(self, websocket: WebSocket) -> None:
        codec = CODECS.get(websocket.query_params.get("vsn", "1.0.0"))
        key = websocket.query_params.get("apikey") or websocket.headers.get("apikey", "")
        token = self._keys.resolve_api_key(key)
        if token is None:
            await _refuse(websocket, 401, "Invalid or missing API key")
        elif codec is None:
            await _refuse(websocket, 400, f"vsn must be one of {', '.join(CODECS)}")
        else:
            await websocket.accept()
            await Connection(websocket, self._hub, codec, token).run()


async def _refuse(websocket: WebSocket, status: int, message: str) -> None:
    await websocket.send_denial_response(JSONResponse({"error": message}, status_code=status))
