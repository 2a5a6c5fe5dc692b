"""A Supabase project with asymmetric signing keys: the local stack behind a PostgREST that knows them."""

import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scripts.demonstration.components import LocalSupabase, SupabaseDetails
from scripts.local_supabase.gateway.admin_users import AdminUsers
from scripts.local_supabase.gateway.application import (
    Upstreams,
    create_application,
    create_session,
)
from scripts.local_supabase.gateway.server import GatewayServer
from scripts.local_supabase.gateway.user_store import UserStore
from scripts.local_supabase.keys import KeyRing
from scripts.local_supabase.layout import Layout
from scripts.local_supabase.ports import HOST, listen, pick_free_port
from scripts.local_supabase.postgrest import PostgrestServer
from scripts.local_supabase.realtime.service import RealtimeService
from tests.auth.key_server import KeyServer, SigningKey
from tests.realtime.failures.edge import find_admin_database_url, read_credentials, read_keys


@asynccontextmanager
async def run_signed_project(
    stack: LocalSupabase, keys: Sequence[SigningKey], directory: Path
) -> AsyncGenerator[SupabaseDetails]:
    """Serve the stack's database to holders of tokens by these keys or by its shared secret."""
    ring = KeyRing(**read_keys(stack), issuer="")
    key_server = KeyServer()
    key_server.keys = [key.public for key in keys]
    await key_server.start()
    rest = _create_postgrest(stack, ring, key_server.keys, directory)
    process = await rest.start()
    admin = find_admin_database_url(stack)
    try:
        async with create_session() as session:
            await rest.wait_ready(process, session)
            application = create_application(
                Upstreams(rest_url=rest.url, auth_url=key_server.url),
                ring,
                session,
                RealtimeService(admin, ring),
                AdminUsers(UserStore(admin), ring),
            )
            async with _serve(GatewayServer(application, listener := listen(0))):
                url = f"http://{HOST}:{listener.getsockname()[1]}"
                yield replace(stack.details, supabase_url=url, postgrest_url=rest.url)
    finally:
        await process.stop()
        await key_server.stop()


@asynccontextmanager
async def _serve(server: GatewayServer) -> AsyncGenerator[None]:
    await server.start()
    try:
        yield
    finally:
        await server.stop()


def _create_postgrest(
    stack: LocalSupabase, ring: KeyRing, public_keys: list[dict[str, Any]], directory: Path
) -> PostgrestServer:
    shared = urlsafe_b64encode(ring.jwt_secret.encode()).rstrip(b"=").decode()
    key_set = {"keys": [{"kty": "oct", "alg": "HS256", "k": shared}, *public_keys]}
    database = urlsplit(stack.details.database_url)
    password = read_credentials(stack)["database_password"]
    return PostgrestServer(
        layout=Layout(installation=directory, binaries=directory),
        database_url=f"postgres://authenticator:{password}@{database.hostname}:{database.port}/postgres",
        keys=replace(ring, jwt_secret=json.dumps(key_set)),
        port=pick_free_port(),
        admin_port=pick_free_port(),
    )
