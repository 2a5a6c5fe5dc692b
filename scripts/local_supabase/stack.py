"""The parts of one installation, put on an exit stack as they start: they stop in the opposite order."""

import asyncio
import shutil
import socket
import sys
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from scripts.local_supabase import bootstrap
from scripts.local_supabase.account import check_reachable, find_server_account
from scripts.local_supabase.auth_service import AuthService
from scripts.local_supabase.children import Child
from scripts.local_supabase.gateway.admin_users import AdminUsers
from scripts.local_supabase.gateway.application import (
    Upstreams,
    create_application,
    create_session,
)
from scripts.local_supabase.gateway.server import GatewayServer
from scripts.local_supabase.gateway.user_store import UserStore
from scripts.local_supabase.installation import hold_installation, remove_abandoned
from scripts.local_supabase.keys import Credentials, load_or_create_credentials
from scripts.local_supabase.layout import (
    Layout,
    create_directories,
    create_ephemeral_layout,
    resolve_layout,
)
from scripts.local_supabase.migrations import apply_migrations
from scripts.local_supabase.ports import HOST, check_free, listen, pick_free_port
from scripts.local_supabase.postgres import PostgresServer
from scripts.local_supabase.postgres_binaries import ensure_binaries, use_binaries
from scripts.local_supabase.postgrest import PostgrestServer
from scripts.local_supabase.realtime.service import RealtimeService
from scripts.local_supabase.templates import resolve_template


@dataclass(frozen=True, slots=True)
class StackOptions:
    """Where the stack keeps its data, where it listens, and what it applies."""

    data: Path | None
    port: int
    ephemeral: bool
    migrations: Path | None


class Stack:
    """Everything between an empty directory and a Supabase that answers."""

    def __init__(self, options: StackOptions, exits: AsyncExitStack) -> None:
        """Claim the directory and the ports; raise a LocalSupabaseError when one is taken."""
        self._started_at = time.monotonic()
        self._options = options
        self._exits = exits
        self._children: dict[str, Child] = {}
        self._listener = self._claim_port()
        self._layout = self._claim_installation()
        self._url = f"http://{HOST}:{self._listener.getsockname()[1]}"
        self._template = resolve_template(self._layout.binaries, options.migrations)
        self._copies_template = self._template.exists and not self._layout.keys.exists()
        self._credentials = self._load_credentials()
        self._postgres = self._create_postgres()
        self._postgrest = self._create_postgrest(self._credentials)

    @property
    def layout(self) -> Layout:
        return self._layout

    async def start(self) -> dict[str, Any]:
        """Return once everything answers, with what clients need to know."""
        await self._start_database()
        async with await self._connect_as_admin() as connection:
            await bootstrap.bootstrap(connection, self._credentials.database_password)
            has_auth_tables = await bootstrap.has_auth_tables(connection)
        async with asyncio.TaskGroup() as tasks:
            auth = tasks.create_task(self._start_auth(completes_schema=not has_auth_tables))
            # Migrations reference auth.users.
            tasks.create_task(self._start_rest(None if has_auth_tables else auth))
        await self._start_gateway(auth.result())
        return self._describe()

    async def wait_failed(self) -> None:
        """Wait until a part ends by itself, then raise ChildFailedError."""
        async with asyncio.TaskGroup() as tasks:
            for child in self._children.values():
                tasks.create_task(child.wait_failed())

    def _claim_port(self) -> socket.socket:
        listener = listen(self._options.port)
        self._exits.callback(listener.close)
        if self._options.port:
            check_free(self._database_port)
        return listener

    @property
    def _database_port(self) -> int:
        """Next to a chosen port, so that a database URL outlives a restart."""
        return self._options.port + 1

    def _claim_installation(self) -> Layout:
        remove_abandoned()
        if self._options.ephemeral:
            layout = create_ephemeral_layout()
            self._exits.callback(shutil.rmtree, layout.installation, ignore_errors=True)
        else:
            layout = resolve_layout(self._options.data)
            create_directories(layout)
        self._exits.enter_context(hold_installation(layout))
        self._exits.enter_context(use_binaries(layout.binaries))
        return layout

    def _load_credentials(self) -> Credentials:
        """A copied database comes with its password; keys are always this installation's own."""
        template = self._template.read_password() if self._copies_template else None
        return load_or_create_credentials(self._layout.keys, self._url, template)

    def _create_postgres(self) -> PostgresServer:
        account = find_server_account()
        if account is not None:
            check_reachable(self._layout.installation)
        return PostgresServer(
            layout=self._layout,
            port=self._database_port if self._options.port else pick_free_port(),
            password=self._credentials.database_password,
            account=account,
            disposable=self._options.ephemeral,
        )

    def _create_postgrest(self, credentials: Credentials) -> PostgrestServer:
        return PostgrestServer(
            layout=self._layout,
            database_url=self._postgres.url("authenticator"),
            keys=credentials.keys,
            port=pick_free_port(),
            admin_port=pick_free_port(),
        )

    async def _start_database(self) -> None:
        await asyncio.to_thread(ensure_binaries, self._layout.binaries)
        template = self._template.cluster if self._copies_template else None
        await self._postgres.create_cluster(template)
        child = await self._postgres.start()
        self._adopt(child)
        await self._postgres.wait_ready(child)

    def _adopt(self, child: Child) -> None:
        self._exits.push_async_callback(child.stop)
        self._children[child.command.name] = child

    async def _connect_as_admin(self) -> psycopg.AsyncConnection:
        return await psycopg.AsyncConnection.connect(self._postgres.admin_url, autocommit=True)

    async def _start_auth(self, *, completes_schema: bool) -> str:
        service = AuthService(
            layout=self._layout,
            database_url=self._postgres.url("supabase_auth_admin"),
            keys=self._credentials.keys,
            supabase_url=self._url,
            disposable=self._options.ephemeral,
        )
        child = await service.start()
        self._adopt(child)
        url = await service.wait_ready(child)
        if completes_schema:
            async with await self._connect_as_admin() as connection:
                await bootstrap.complete_auth(connection)
        return url

    async def _start_rest(self, auth: asyncio.Task[str] | None) -> None:
        if auth is not None:
            await auth
        is_fresh = auth is not None
        await self._migrate()
        child = await self._postgrest.start()
        self._adopt(child)
        async with asyncio.TaskGroup() as tasks, create_session() as session:
            if is_fresh:
                tasks.create_task(self._template.create(self._postgres))
            await self._postgrest.wait_ready(child, session)

    async def _migrate(self) -> None:
        directory = self._options.migrations
        if directory is None:
            return
        async with await psycopg.AsyncConnection.connect(
            self._developer_url, autocommit=True
        ) as connection:
            report = await apply_migrations(connection, directory)
        if report.applied:
            print(f"Applied migrations: {len(report.applied)}", file=sys.stderr)
        for name in report.changed:
            print(
                f"{name} changed after it was applied: scripts/down --delete-data starts anew",
                file=sys.stderr,
            )

    @property
    def _developer_url(self) -> str:
        return self._postgres.url(bootstrap.DEVELOPER_ROLE, bootstrap.DEVELOPER_ROLE)

    async def _start_gateway(self, auth_url: str) -> None:
        keys = self._credentials.keys
        session = await self._exits.enter_async_context(create_session())
        application = create_application(
            Upstreams(rest_url=self._postgrest.url, auth_url=auth_url),
            keys,
            session,
            RealtimeService(self._postgres.admin_url, keys),
            AdminUsers(UserStore(self._postgres.url("supabase_auth_admin")), keys),
        )
        server = GatewayServer(application, self._listener)
        self._exits.push_async_callback(server.stop)
        await server.start()

    def _describe(self) -> dict[str, Any]:
        keys = self._credentials.keys
        return {
            "supabase_url": self._url,
            "publishable_key": keys.publishable_key,
            "secret_key": keys.secret_key,
            "jwt_secret": keys.jwt_secret,
            "database_url": self._developer_url,
            "anon_jwt": keys.anon_jwt,
            "service_role_jwt": keys.service_role_jwt,
            "postgrest_url": self._postgrest.url,
            "seconds": round(time.monotonic() - self._started_at, 2),
            "pids": {name: child.pid for name, child in self._children.items()},
        }
