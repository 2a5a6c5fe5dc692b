"""
`python -m tests.realtime.failures.edge PORT`: a second gateway of the stack, with a Realtime server of its own.

A service that uses it has a Supabase that tests may pause or kill, while they reach the same database
through the first one.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import jwt

from scripts.demonstration.components import LocalSupabase, SupabaseDetails
from scripts.demonstration.processes import HttpChild
from scripts.local_supabase.gateway.admin_users import AdminUsers
from scripts.local_supabase.gateway.application import (
    Upstreams,
    create_application,
    create_session,
)
from scripts.local_supabase.gateway.server import GatewayServer
from scripts.local_supabase.gateway.user_store import UserStore
from scripts.local_supabase.keys import ALGORITHM, KeyRing
from scripts.local_supabase.layout import EPHEMERAL_PREFIX, default_home
from scripts.local_supabase.ports import listen
from scripts.local_supabase.postgres import SUPERUSER
from scripts.local_supabase.realtime.service import RealtimeService
from tests.fixtures.users import User

NOWHERE = "http://127.0.0.1:9"
SETTINGS = "EDGE_OF_SUPABASE"


class Edge(HttpChild):
    """The gateway as a process; it keeps its port when it comes back."""

    def __init__(self, stack: LocalSupabase, log: Path) -> None:
        self._details = stack.details
        settings = {
            "postgrest_url": stack.details.postgrest_url,
            "admin_database_url": find_admin_database_url(stack),
            "keys": read_keys(stack),
        }
        super().__init__(
            ["tests.realtime.failures.edge", "{port}"],
            log,
            {SETTINGS: json.dumps(settings)},
            ready_path="/health",
        )

    @property
    def details(self) -> SupabaseDetails:
        """The stack as those see it who come through here."""
        return replace(self._details, supabase_url=self.url)

    @contextmanager
    def paused(self) -> Generator[None]:
        os.kill(self.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.pid, signal.SIGCONT)


def reissue(user: User, details: SupabaseDetails) -> User:
    """Return the same user with a token that was issued at another address of the stack."""
    claims = jwt.decode(user.access_token, options={"verify_signature": False})
    claims["iss"] = f"{details.supabase_url}/auth/v1"
    return replace(user, access_token=jwt.encode(claims, details.jwt_secret, ALGORITHM))


def read_credentials(stack: LocalSupabase) -> dict[str, str]:
    """Return what the supervisor of an ephemeral stack keeps to itself."""
    (installation,) = default_home().glob(f"{EPHEMERAL_PREFIX}{stack.pid}-*")
    return json.loads((installation / "keys.json").read_text())


def find_admin_database_url(stack: LocalSupabase) -> str:
    url = urlsplit(stack.details.database_url)
    password = read_credentials(stack)["database_password"]
    return f"postgres://{SUPERUSER}:{password}@{url.hostname}:{url.port}/postgres"


def read_keys(stack: LocalSupabase) -> dict[str, str]:
    keys = read_credentials(stack)
    del keys["database_password"]
    return keys


async def serve(port: int) -> None:
    settings = json.loads(os.environ[SETTINGS])
    keys = KeyRing(**settings["keys"], issuer=NOWHERE)
    admin = settings["admin_database_url"]
    async with create_session() as session:
        application = create_application(
            Upstreams(settings["postgrest_url"], NOWHERE),
            keys,
            session,
            RealtimeService(admin, keys),
            AdminUsers(UserStore(admin), keys),
        )
        server = GatewayServer(application, listen(port))
        await server.start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
