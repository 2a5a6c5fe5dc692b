"""The commands behind scripts/up and scripts/down, on ports and data of their own."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest

from scripts.demonstration.processes import find_free_port
from scripts.local_supabase.layout import create_ephemeral_layout


def call(*arguments: str, umask: int = -1) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scripts.development", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=90, umask=umask
    )


@pytest.fixture
def data() -> Generator[Path]:
    """A directory that the account of the database may enter."""
    directory = create_ephemeral_layout().installation
    yield directory
    call("down", "--data", str(directory))
    shutil.rmtree(directory, ignore_errors=True)


def test_up_serves_until_down(data: Path) -> None:
    port = find_free_port()
    # As in README: what is printed is kept private, which must not lock the database out.
    data = data / "new"
    options = ["--data", str(data), "--port", str(find_free_port())]
    started = call("up", *options, "--service-port", str(port), umask=0o077)
    assert started.returncode == 0, started.stderr
    assert f"http://127.0.0.1:{port}" in started.stdout
    assert httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200

    again = call("up", *options, "--service-port", str(port), "--print-env")
    names = [line.partition("=")[0] for line in again.stdout.splitlines()]
    assert "SUPABASE_URL" in names
    assert "SECRETS_ENCRYPTION_KEY" in names

    assert call("down", "--data", str(data)).stderr == "Stopped\n"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/readyz")
    assert call("down", "--data", str(data)).stderr == "Nothing was running\n"


def test_a_busy_service_port_is_refused_before_anything_starts(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        started = call("up", "--data", str(data), "--port", "0", "--service-port", str(port))
    assert started.returncode == 1
    assert str(port) in started.stderr
    assert "--service-port" in started.stderr
    assert call("down", "--data", str(data)).stderr == "Nothing was running\n"


def test_one_port_for_both_is_refused(data: Path) -> None:
    port = str(find_free_port())
    started = call("up", "--data", str(data), "--port", port, "--service-port", port)
    assert started.returncode == 1
    assert "--service-port" in started.stderr
