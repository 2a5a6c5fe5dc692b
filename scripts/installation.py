"""Installs the locked packages. Runs on the system's Python, so it uses the standard library alone."""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Generator, Mapping
from pathlib import Path
from types import FrameType
from typing import TextIO

PROJECT = Path(__file__).resolve().parent.parent
STATE = PROJECT / ".local" / "setup"
VENV = PROJECT / ".venv"
PYTHON_LOCK = PROJECT / "requirements-dev.lock"
NODE_PROJECT = PROJECT / "scripts" / "local_supabase"
OLDEST_NODE = 20
POLL_SECONDS = 0.25
GRACE_SECONDS = 1.0
"""Enough for uv; npm lets itself be asked in vain, and what pip leaves lies in our own directory."""
CALLER_NAME = "SETUP_CALLER"
CALLER = os.environ.get(CALLER_NAME)
"""Process id of the script that called setup as its first step."""
AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
)
"""Where systems keep them, for a Python that was built elsewhere and does not know."""


class InstallationError(Exception):
    """Something the newcomer has to put right; the message says what."""


def say(message: str) -> None:
    print(f"setup: {message}", file=sys.stderr, flush=True)


def main() -> int:
    """Install what is missing; the exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
    started = time.monotonic()
    os.chdir(PROJECT)
    try:
        environment = installer_environment()
        node = require_node()
        with exclusive(), temporary_files() as temporary:
            environment["TMPDIR"] = str(temporary)
            install_python_packages(environment)
            install_node_packages(environment, node)
    except InstallationError as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        say("interrupted; the next call starts the unfinished part again")
        return 130
    say(f"ready in {time.monotonic() - started:.1f} s")
    return 0


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """Unwind, which ends the installer."""
    raise KeyboardInterrupt


def check_caller() -> None:
    """Stop when the script that needs the packages has ended; called by hand, setup has none."""
    if CALLER and os.getppid() != int(CALLER):
        raise InstallationError("the caller ended; the next call starts the unfinished part again")


def installer_environment() -> dict[str, str]:
    """Trust whom this system trusts, and keep caches in the project when there is no home."""
    environment = dict(os.environ)
    environment.pop(CALLER_NAME, None)
    trusted = find_trusted_authorities()
    if trusted:
        environment.setdefault("UV_SYSTEM_CERTS", "true")
        environment.setdefault("NODE_EXTRA_CA_CERTS", trusted)
        # Yields to what pip's own settings name.
        environment.setdefault("REQUESTS_CA_BUNDLE", trusted)
    if os.access(environment.get("HOME", ""), os.W_OK):
        return environment
    cache = PROJECT / ".local" / "cache"
    (cache / "home").mkdir(parents=True, exist_ok=True)
    environment["HOME"] = str(cache / "home")
    environment["UV_CACHE_DIR"] = str(cache / "uv")
    environment["npm_config_cache"] = str(cache / "npm")
    return environment


def find_trusted_authorities() -> str | None:
    """The file of the certificate authorities that this system trusts."""
    named = ssl.get_default_verify_paths().cafile
    if named:
        return named
    return next((path for path in AUTHORITIES if os.access(path, os.R_OK)), None)


@contextlib.contextmanager
def exclusive() -> Generator[None]:
    """Two calls at a time would install over each other."""
    STATE.mkdir(parents=True, exist_ok=True)
    with (STATE / "lock").open("w") as lock:
        while not try_lock(lock):
            check_caller()
            time.sleep(POLL_SECONDS)
        yield


def try_lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def temporary_files() -> Generator[Path]:
    """A directory for what installers leave behind when they are ended; the next call empties it."""
    directory = STATE / "temporary"
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(exist_ok=True)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def install_python_packages(environment: Mapping[str, str]) -> None:
    stamp, fingerprint = STATE / "python", fingerprint_of(PYTHON_LOCK)
    if is_current(stamp, fingerprint) and runs(VENV / "bin" / "python"):
        return
    unfinished = STATE / "python.unfinished"
    uv = find_uv(environment)
    if unfinished.exists() or not runs(VENV / "bin" / "python"):
        say(f"making .venv with Python {sys.version.split()[0]}")
        unfinished.touch()
        shutil.rmtree(VENV, ignore_errors=True)
        run(
            [uv, "venv", "--quiet", "--no-python-downloads", "--python", sys.executable, str(VENV)],
            environment,
        )
    unfinished.touch()
    say(f"installing the packages of {PYTHON_LOCK.name} into .venv")
    sync = ["pip", "sync", "--quiet", "--require-hashes", "--python", str(VENV / "bin" / "python")]
    run([uv, *sync, str(PYTHON_LOCK)], environment)
    stamp.write_text(fingerprint)
    unfinished.unlink()


def install_node_packages(environment: Mapping[str, str], node: str) -> None:
    lock = NODE_PROJECT / "package-lock.json"
    fingerprint = fingerprint_of(lock, node)
    stamp = STATE / "node"
    installed = NODE_PROJECT / "node_modules" / ".package-lock.json"
    if is_current(stamp, fingerprint) and installed.exists():
        return
    npm = shutil.which("npm")
    if npm is None:
        raise InstallationError(
            "npm is needed and was not found; it comes with Node or as the package npm."
        )
    say(f"installing the packages of {lock.relative_to(PROJECT)}")
    stamp.unlink(missing_ok=True)
    quiet = ["--no-fund", "--no-audit", "--no-update-notifier"]
    run([npm, "ci", "--loglevel=error", *quiet, "--prefix", str(NODE_PROJECT)], environment)
    stamp.write_text(fingerprint)


def require_node() -> str:
    """The version of Node, when it is new enough."""
    node = shutil.which("node")
    if node is None:
        raise InstallationError(f"Node {OLDEST_NODE} or newer is needed and was not found.")
    version = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    major = re.match(r"v(\d+)\.", version)
    if major is None or int(major[1]) < OLDEST_NODE:
        raise InstallationError(
            f"Node {OLDEST_NODE} or newer is needed; {node} is {version or 'broken'}."
        )
    return version


def fingerprint_of(lock: Path, *parts: str) -> str:
    return hashlib.sha256(
        b"\0".join([lock.read_bytes(), *(part.encode() for part in parts)])
    ).hexdigest()


def is_current(stamp: Path, fingerprint: str) -> bool:
    return stamp.exists() and stamp.read_text() == fingerprint


def runs(python: Path) -> bool:
    """Tell whether the interpreter is whole; one whose base Python was removed is not."""
    if not python.exists():
        return False
    command = [str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def find_uv(environment: Mapping[str, str]) -> str:
    """Find uv on the PATH or where an earlier call put it, or install the locked version."""
    own = PROJECT / ".local" / "uv"
    found = shutil.which("uv") or shutil.which("uv", path=str(own / "bin"))
    if found:
        return found
    say("installing uv into .local/uv")
    requirement = STATE / "uv.lock"
    requirement.write_text(locked_requirement("uv"))
    unfinished = own.with_name("uv.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    run([*find_pip(environment), *pip_arguments(unfinished, requirement)], environment)
    shutil.rmtree(own, ignore_errors=True)
    unfinished.rename(own)
    return str(own / "bin" / "uv")


def pip_arguments(target: Path, requirement: Path) -> list[str]:
    quiet = ["--quiet", "--root-user-action=ignore", "--no-deps", "--require-hashes"]
    return [
        "install",
        *quiet,
        "--disable-pip-version-check",
        "--target",
        str(target),
        "--requirement",
        str(requirement),
    ]


def locked_requirement(name: str) -> str:
    """Cut one package with its hashes out of the lock."""
    block = re.search(rf"^{name}==.*?(?=^\S|\Z)", PYTHON_LOCK.read_text(), re.MULTILINE | re.DOTALL)
    if block is None:
        raise InstallationError(f"{PYTHON_LOCK.name} does not name {name}.")
    return block[0]


def find_pip(environment: Mapping[str, str]) -> list[str]:
    """Find pip in this Python, or in a virtual environment made for it."""
    here = [sys.executable, "-m", "pip"]
    if subprocess.run([*here, "--version"], capture_output=True, check=False).returncode == 0:
        return here
    home = PROJECT / ".local" / "pip"
    try:
        run([sys.executable, "-m", "venv", "--clear", str(home)], environment)
    except InstallationError as error:
        raise InstallationError(
            "uv is not on the PATH, and this Python has neither pip nor venv to install it with; "
            "install one of uv, python3-pip or python3-venv."
        ) from error
    return [str(home / "bin" / "python"), "-m", "pip"]


def run(command: list[str], environment: Mapping[str, str]) -> None:
    """Run an installer in its own process group, which goes when we or our caller go."""
    check_caller()
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        start_new_session=True,
    )
    try:
        while process.poll() is None:
            check_caller()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=POLL_SECONDS)
    finally:
        end(process)
    if process.returncode != 0:
        raise InstallationError(
            f"this failed with exit code {process.returncode}: {' '.join(command)}"
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask what still runs to end, and insist when it does not; a second Ctrl-C insists at once."""
    if process.poll() is not None:
        return
    try:
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=GRACE_SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
