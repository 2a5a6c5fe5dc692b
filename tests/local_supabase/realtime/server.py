"""The Realtime server alone, on its own PostgreSQL: for tests that restart or starve it."""

import asyncio
import shutil
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, LiteralString

import jwt
from psycopg import AsyncConnection
from starlette.applications import Starlette

from scripts.local_supabase.account import find_server_account
from scripts.local_supabase.bootstrap import bootstrap
from scripts.local_supabase.children import Child
from scripts.local_supabase.gateway.server import GatewayServer
from scripts.local_supabase.keys import KeyRing, load_or_create_credentials
from scripts.local_supabase.layout import create_ephemeral_layout
from scripts.local_supabase.ports import HOST, listen, pick_free_port
from scripts.local_supabase.postgres import PostgresServer
from scripts.local_supabase.postgres_binaries import ensure_binaries, use_binaries
from scripts.local_supabase.realtime.limits import Limits
from scripts.local_supabase.realtime.service import RealtimeService


@dataclass
class Database:
    """A PostgreSQL that tests may stop and start."""

    postgres: PostgresServer
    child: Child | None = None

    @property
    def url(self) -> str:
        """The developer's: role postgres, as migrations use it."""
        return self.postgres.url("postgres", "postgres")

    async def start(self) -> None:
        self.child = await self.postgres.start()
        await self.postgres.wait_ready(self.child)

    async def stop(self) -> None:
        if self.child is not None:
            await self.child.stop(patience=10)

    async def execute(self, statement: LiteralString, *parameters: Any) -> list[tuple[Any, ...]]:
        """Run one statement as the developer and return its rows."""
        async with await AsyncConnection.connect(self.url, autocommit=True) as connection:
            cursor = await connection.execute(statement, parameters or None)
            return await cursor.fetchall() if cursor.description else []

    async def send(self, topic: str, payload: str = "{}", *, event: str = "said") -> None:
        """Broadcast from the database on a private topic."""
        await self.execute("select realtime.send(%s::jsonb, %s, %s)", payload, event, topic)


@dataclass
class RealtimeServer:
    """One running server; `url` is the HTTP address of the gateway."""

    url: str
    keys: KeyRing
    database: Database
    issued: int = field(default=0)

    def sign(self, subject: str, *, lifetime: float = 600, **claims: Any) -> str:
        """Return the JWT of a user, as auth would sign it; `lifetime` in seconds."""
        self.issued += 1
        content = {
            "sub": subject,
            "role": "authenticated",
            "exp": time.time() + lifetime,
            # Two tokens of one user differ, as real ones do.
            "session_id": f"session-{self.issued}",
            **claims,
        }
        return jwt.encode(content, self.keys.jwt_secret, algorithm="HS256")


@asynccontextmanager
async def run_database() -> AsyncGenerator[Database]:
    """Make and start a bootstrapped PostgreSQL, and remove it at the end."""
    layout = create_ephemeral_layout()
    postgres = PostgresServer(
        layout, pick_free_port(), "secret-of-the-test", find_server_account(), disposable=True
    )
    with use_binaries(layout.binaries):
        ensure_binaries(layout.binaries)
        await postgres.create_cluster(template=None)
        database = Database(postgres)
        await database.start()
        try:
            async with await AsyncConnection.connect(postgres.admin_url, autocommit=True) as admin:
                await bootstrap(admin, postgres.password)
            yield database
        finally:
            await database.stop()
            shutil.rmtree(layout.installation)


@asynccontextmanager
async def run_realtime(
    database: Database, credentials: Path, limits: Limits
) -> AsyncGenerator[RealtimeServer]:
    """Serve Realtime on a free port."""
    keys = load_or_create_credentials(credentials, "http://localhost").keys
    service = RealtimeService(database.postgres.admin_url, keys, limits)
    application = Starlette(routes=service.routes, lifespan=lambda _: service.lifespan())
    listener = listen(0)
    server = GatewayServer(application, listener)
    await server.start()
    try:
        yield RealtimeServer(f"http://{HOST}:{listener.getsockname()[1]}", keys, database)
    finally:
        await server.stop()


@asynccontextmanager
async def keep_counting(database: Database, topic: str) -> AsyncGenerator[None]:
    """Send 1, 2, 3 and so on, as fast as the database takes them."""

    async def send_numbers() -> None:
        async with await AsyncConnection.connect(database.url, autocommit=True) as connection:
            for number in count(1):
                await connection.execute(
                    "select realtime.send(jsonb_build_object('n', %s::int), 'said', %s)",
                    (number, topic),
                )

    counting = asyncio.create_task(send_numbers())
    try:
        yield
    finally:
        counting.cancel()
        await asyncio.wait([counting])
