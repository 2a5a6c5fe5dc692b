"""PostgreSQL servers of other versions, started for a test from binaries that the machine happens to have."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from scripts.demonstration.processes import find_free_port
from scripts.local_supabase.account import find_server_account

HOMES = ("/usr/lib/postgresql/{}", "/usr/pgsql-{}", "/opt/homebrew/opt/postgresql@{}")
# The API roles, and a role that is no superuser for the migrations, as on hosted Supabase.
ROLES = """
create role anon;
create role authenticated;
create role service_role bypassrls;
create role developer login createdb bypassrls;
grant anon, authenticated, service_role to developer;
"""


def find_binaries(version: int) -> Path | None:
    """Return the directory of initdb and postgres; POSTGRES_<version>_HOME names one elsewhere."""
    chosen = os.environ.get(f"POSTGRES_{version}_HOME")
    homes = [chosen] if chosen else [home.format(version) for home in HOMES]
    candidates = (Path(home) / "bin" for home in homes)
    return next((path for path in candidates if (path / "initdb").exists()), None)


@contextmanager
def run_server(binaries: Path) -> Generator[str]:
    """Start an empty server that ends with the block; give the URL of its developer."""
    directory = Path(tempfile.mkdtemp(prefix="postgres-", dir="/var/tmp"))
    account = find_server_account()
    identity = dict[str, Any]()
    if account is not None:
        account.own(directory)
        identity.update(user=account.uid, group=account.gid, extra_groups=[])
    port = find_free_port()
    try:
        initdb = [
            "initdb",
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
        ]
        subprocess.run(
            [binaries / initdb[0], *initdb[1:], "-D", directory / "data"],
            check=True,
            capture_output=True,
            cwd="/",
            **identity,
        )
        server = subprocess.Popen(
            [
                *(binaries / "postgres", "-D", directory / "data", "-p", str(port)),
                *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
                *("-c", "fsync=off"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            **identity,
        )
        try:
            _create_roles(port)
            yield f"postgres://developer@127.0.0.1:{port}/postgres"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=20)
    finally:
        shutil.rmtree(directory)


def _create_roles(port: int) -> None:
    url = f"postgres://postgres@127.0.0.1:{port}/postgres"
    for attempt in Retrying(
        retry=retry_if_exception_type(psycopg.OperationalError),
        stop=stop_after_delay(30),
        wait=wait_fixed(0.05),
    ):
        with attempt, psycopg.connect(url, autocommit=True) as connection:
            connection.execute(ROLES)
