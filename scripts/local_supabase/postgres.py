"""The PostgreSQL server of an installation: made once, started, and known to be our own."""

import asyncio
import os
import shutil
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from scripts.local_supabase.account import ServerAccount
from scripts.local_supabase.children import Child, Command, run_to_end, start_child
from scripts.local_supabase.errors import LocalSupabaseError
from scripts.local_supabase.keys import write_private
from scripts.local_supabase.layout import Layout
from scripts.local_supabase.ports import HOST

SUPERUSER = "supabase_admin"
START_DEADLINE_SECONDS = 30
POLL_SECONDS = 0.02
SETTINGS = (
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "wal_level=logical",
    "max_connections=150",
    "shared_buffers=64MB",
    "shared_preload_libraries=pg_stat_statements",
    "synchronous_commit=off",
)
INITDB_OPTIONS = (
    *("-U", SUPERUSER, "-A", "scram-sha-256", "-E", "UTF8"),
    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
    *("--no-sync", "--no-instructions"),
)
DISPOSABLE_SETTINGS = ("fsync=off", "full_page_writes=off")


class DatabaseStartError(LocalSupabaseError):
    """PostgreSQL could not be made or did not answer in time."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """One cluster on disk and the server on top of it."""

    layout: Layout
    port: int
    password: str
    account: ServerAccount | None
    disposable: bool

    def url(self, role: str, password: str | None = None) -> str:
        return f"postgres://{role}:{password or self.password}@{HOST}:{self.port}/postgres"

    @property
    def admin_url(self) -> str:
        """The superuser's; for the supervisor and the Realtime server only."""
        return self.url(SUPERUSER)

    @property
    def has_cluster(self) -> bool:
        return self.layout.cluster.exists()

    async def create_cluster(self, template: Path | None) -> None:
        """
        Make the data directory if there is none, as a copy of `template` if there is one.

        An interrupted attempt leaves nothing behind.
        """
        if self.has_cluster:
            return
        partial = self.layout.installation / "postgres.partial"
        shutil.rmtree(partial, ignore_errors=True)
        if template is None:
            await self._initialize(partial)
        else:
            arguments = ["/bin/cp", "-a", template, partial]
            command = Command(name="copy", arguments=arguments, environment={})
            await run_to_end(command, self.layout.log("copy"))
        partial.rename(self.layout.cluster)

    async def _initialize(self, target: Path) -> None:
        self._make_directory(target)
        password_file = self.layout.installation / "initdb.password"
        write_private(password_file, self.password)
        self._hand_over(password_file)
        try:
            await self._run_initdb(target, password_file)
        finally:
            password_file.unlink()

    def _make_directory(self, path: Path) -> None:
        path.mkdir(mode=0o700)
        self._hand_over(path)

    def _hand_over(self, path: Path) -> None:
        if self.account is not None:
            self.account.own(path)

    async def _run_initdb(self, target: Path, password_file: Path) -> None:
        arguments: list[str | Path] = ["-D", target, f"--pwfile={password_file}", *INITDB_OPTIONS]
        await run_to_end(self._build_command("initdb", arguments), self.layout.log("initdb"))

    async def back_up(self, target: Path) -> None:
        """Copy the cluster of the running server into the new directory `target`."""
        self._make_directory(target)
        options = ("--checkpoint=fast", "--wal-method=fetch", "--no-manifest", "--no-sync")
        arguments: list[str | Path] = ["-d", self.admin_url, "-D", target, *options]
        command = self._build_command("pg_basebackup", arguments)
        await run_to_end(command, self.layout.log("backup"))

    async def start(self) -> Child:
        """Start the server and wait until it answers; raise DatabaseStartError or ChildFailedError."""
        await remove_stale_lock(self.layout.cluster)
        settings = (*SETTINGS, *(DISPOSABLE_SETTINGS if self.disposable else ()))
        options = [part for setting in settings for part in ("-c", setting)]
        arguments = ["-D", self.layout.cluster, "-p", str(self.port), *options]
        return await start_child(
            self._build_command("postgres", arguments), self.layout.log("postgres")
        )

    def _build_command(self, program: str, arguments: Sequence[str | Path]) -> Command:
        binaries = self.layout.binaries
        return Command(
            name=program,
            arguments=[binaries / "bin" / program, *arguments],
            environment={
                "LC_ALL": "C",
                "LD_LIBRARY_PATH": str(binaries / "lib"),
                "PATH": "/usr/bin:/bin",
                "TZ": "UTC",
            },
            # Fast shutdown: a smart one (SIGTERM) would wait for every client to leave.
            stop_signal=signal.SIGINT,
            death_signal=signal.SIGINT,
            account=self.account,
        )

    async def wait_ready(self, child: Child) -> None:
        """Wait until this very server answers; raise ChildFailedError or DatabaseStartError."""
        try:
            async with asyncio.timeout(START_DEADLINE_SECONDS):
                while not await self._answers():
                    child.check_running()
                    await asyncio.sleep(POLL_SECONDS)
        except TimeoutError as error:
            raise DatabaseStartError(
                f"PostgreSQL does not answer on port {self.port}, see {child.log}"
            ) from error

    async def _answers(self) -> bool:
        try:
            connection = await psycopg.AsyncConnection.connect(self.admin_url, connect_timeout=5)
        except psycopg.OperationalError:
            return False
        async with connection:
            cursor = await connection.execute("select current_setting('data_directory')")
            row = await cursor.fetchone()
        if row is None or Path(row[0]) != self.layout.cluster:
            raise DatabaseStartError(f"Another PostgreSQL answers on port {self.port}")
        return True


async def remove_stale_lock(cluster: Path) -> None:
    """
    Let an orphaned server of this cluster end, and remove the lock file of one that was killed.

    PostgreSQL refuses to start when the recorded process id belongs to an unrelated process by now.
    """
    lock = cluster / "postmaster.pid"
    if not lock.exists():
        return
    pid = int(lock.read_text().partition("\n")[0])
    if _is_server_of(pid, cluster):
        os.kill(pid, signal.SIGINT)
        await _wait_ended(pid, cluster)
    lock.unlink(missing_ok=True)


async def _wait_ended(pid: int, cluster: Path) -> None:
    for _ in range(int(START_DEADLINE_SECONDS / POLL_SECONDS)):
        if not _is_server_of(pid, cluster):
            return
        await asyncio.sleep(POLL_SECONDS)
    raise DatabaseStartError(f"An earlier PostgreSQL (process {pid}) does not end")


def _is_server_of(pid: int, cluster: Path) -> bool:
    """Whether the process is a PostgreSQL on this cluster; on systems without /proc, whether it lives."""
    process = Path("/proc", str(pid))
    if process.parent.exists():
        command_line = process / "cmdline"
        try:
            return str(cluster).encode() in command_line.read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
