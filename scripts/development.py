"""`python -m scripts.development up|down`: the local Supabase and the service in the background."""

import argparse
import fcntl
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from scripts.interruptible import handle_interrupts
from scripts.local_supabase import daemon
from scripts.local_supabase.children import read_tail
from scripts.local_supabase.errors import LocalSupabaseError
from scripts.local_supabase.file_locks import try_lock
from scripts.local_supabase.keys import write_private
from scripts.local_supabase.layout import PROJECT, Layout, resolve_layout
from scripts.local_supabase.ports import HOST, check_free

SUPABASE_PORT = 54321
SERVICE_PORT = 8000
SERVICE_PORT_OPTION = "--service-port"
UVICORN = [
    *(sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory"),
    *("--no-access-log", "--ws-per-message-deflate", "false", "--ws-max-size", "65536"),
]
START_DEADLINE_SECONDS = 30
STOP_DEADLINE_SECONDS = 20
POLL_SECONDS = 0.05


class ServiceError(LocalSupabaseError):
    """The service in the background did not start or did not stop."""


def main() -> int:
    """Return the exit code of the command line."""
    handle_interrupts()
    arguments = _parse_arguments()
    layout = resolve_layout(arguments.data)
    try:
        if arguments.command == "up":
            _start_everything(layout, arguments.port, arguments.service_port, arguments.print_env)
        else:
            _stop_everything(layout, arguments.delete_data)
    except LocalSupabaseError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        _stop_everything(layout, delete_data=False)
        return 130
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m scripts.development")
    commands = parser.add_subparsers(required=True, dest="command")
    up = commands.add_parser("up", help="start both; what runs already stays")
    up.add_argument("--port", type=int, default=SUPABASE_PORT, help="of the local Supabase")
    up.add_argument(SERVICE_PORT_OPTION, type=int, default=SERVICE_PORT)
    up.add_argument("--print-env", action="store_true", help="print the settings as .env lines")
    down = commands.add_parser("down", help="stop what `up` started")
    down.add_argument("--delete-data", action="store_true", help="also remove database and keys")
    for command in (up, down):
        command.add_argument("--data", type=Path, help="directory of the installation")
    return parser.parse_args()


def _start_everything(layout: Layout, port: int, service_port: int, print_env: bool) -> None:
    if port == service_port:
        message = f"--port and {SERVICE_PORT_OPTION} must differ; both are {port}"
        raise ServiceError(message)
    if _find_service(layout) is None:
        check_free(service_port, SERVICE_PORT_OPTION)
    options = ["--data", str(layout.installation), "--port", str(port)]
    description = daemon.start(layout, options)
    settings = daemon.render_environment(description) + "\n" + _read_encryption_key(layout)
    url = _start_service(layout, service_port, dict(_split(line) for line in settings.split("\n")))
    if print_env:
        print(settings)
        return
    print(f"Supabase         {description['supabase_url']}")
    print(f"publishable key  {description['publishable_key']}")
    print(f"secret key       {description['secret_key']}")
    print(f"database         {description['database_url']}")
    print(f"service          {url}  (its API: {url}/docs)")


def _stop_everything(layout: Layout, delete_data: bool) -> None:
    service = _stop_service(layout)
    stack = daemon.stop(layout)
    print("Stopped" if service or stack else "Nothing was running", file=sys.stderr)
    if delete_data:
        daemon.delete(layout)
        print(f"Removed {layout.installation}", file=sys.stderr)


def _split(line: str) -> tuple[str, str]:
    name, _, value = line.partition("=")
    return name, value


def _read_encryption_key(layout: Layout) -> str:
    """Return the .env line of the key that secrets are encrypted with, as long-lived as the data."""
    path = layout.installation / "encryption_key"
    if not path.exists():
        write_private(path, secrets.token_hex(32))
    return f"SECRETS_ENCRYPTION_KEY={path.read_text()}"


def _start_service(layout: Layout, port: int, settings: dict[str, str]) -> str:
    """Return the URL of the service once it is ready; raise ServiceError."""
    running = _find_service(layout)
    if running is not None:
        return running[1]
    check_free(port, SERVICE_PORT_OPTION)
    url = f"http://{HOST}:{port}"
    log = layout.log("service")
    with _lock_path(layout).open("a+") as lock, log.open("wb") as output:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen(
            [*UVICORN, "--host", HOST, "--port", str(port)],
            cwd=PROJECT,
            env={**os.environ, **settings},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # The service holds the lock for as long as it lives.
            pass_fds=[lock.fileno()],
            start_new_session=True,
        )
        lock.truncate(0)
        lock.write(f"{process.pid} {url}")
    _wait_until_ready(process, url, log)
    return url


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    try:
        with httpx.Client(timeout=5) as client:
            _wait(
                lambda: process.poll() is not None or _is_ready(client, url),
                START_DEADLINE_SECONDS,
                "does not become ready",
            )
        if process.poll() is not None:
            raise ServiceError(f"The service did not start:\n{read_tail(log)}")
    except BaseException:
        process.terminate()
        process.wait()
        raise


def _is_ready(client: httpx.Client, url: str) -> bool:
    try:
        return client.get(f"{url}/readyz").is_success
    except httpx.HTTPError:
        return False


def _stop_service(layout: Layout) -> bool:
    running = _find_service(layout)
    if running is None:
        return False
    os.kill(running[0], signal.SIGTERM)
    _wait(lambda: _find_service(layout) is None, STOP_DEADLINE_SECONDS, "does not stop")
    return True


def _find_service(layout: Layout) -> tuple[int, str] | None:
    """Return process id and URL of the running service: whoever holds the lock."""
    path = _lock_path(layout)
    if not path.exists():
        return None
    lock = try_lock(path)
    if lock is not None:
        lock.close()
        return None
    pid, _, url = path.read_text().partition(" ")
    return int(pid), url


def _lock_path(layout: Layout) -> Path:
    return layout.installation / "service.lock"


def _wait(condition: Callable[[], bool], seconds: float, problem: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise ServiceError(f"The service {problem} within {seconds} s")
        time.sleep(POLL_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
