"""Copies of a finished database: a new installation starts from one instead of making it again."""

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scripts.local_supabase import bootstrap
from scripts.local_supabase.file_locks import try_lock
from scripts.local_supabase.keys import write_private
from scripts.local_supabase.layout import DIRECTORY_MODE, PACKAGE
from scripts.local_supabase.migrations import list_migrations
from scripts.local_supabase.postgres import PostgresServer

PREFIX = "template-"
PARTIAL_PREFIX = "partial-"
LOCK_NAME = "templates.lock"
KEPT_TEMPLATES = 4


@dataclass(frozen=True, slots=True)
class Template:
    """A cluster with every migration applied, and the password of its superuser."""

    directory: Path

    @property
    def cluster(self) -> Path:
        return self.directory / "postgres"

    @property
    def password_file(self) -> Path:
        return self.directory / "password"

    @property
    def exists(self) -> bool:
        return self.directory.exists()

    def read_password(self) -> str:
        """Return the password for a copy; templates in use are kept longest."""
        self.directory.touch()
        return self.password_file.read_text()

    async def create(self, postgres: PostgresServer) -> None:
        """Copy the cluster of a running server, unless another supervisor is doing it."""
        home = self.directory.parent
        lock = try_lock(home / LOCK_NAME)
        if lock is None:
            return
        with lock:
            if self.exists:
                return
            _remove_leftovers(home)
            partial = Template(home / f"{PARTIAL_PREFIX}{self.directory.name}")
            partial.directory.mkdir(mode=DIRECTORY_MODE)
            write_private(partial.password_file, postgres.password)
            await postgres.back_up(partial.cluster)
            partial.directory.rename(self.directory)


def resolve_template(binaries: Path, migrations: Path | None) -> Template:
    """Return the template, made or not, of exactly these programs and SQL files."""
    digest = hashlib.sha256(binaries.name.encode())
    sources = [PACKAGE / "package-lock.json", *bootstrap.list_files()]
    if migrations is not None:
        sources += [migration.path for migration in list_migrations(migrations)]
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return Template(binaries.parent / f"{PREFIX}{digest.hexdigest()[:16]}")


def remove_templates(home: Path) -> None:
    """Let the next installation make everything anew."""
    interrupted = list(home.glob(f"{PARTIAL_PREFIX}*"))
    lock = try_lock(home / LOCK_NAME) if interrupted else None
    if lock is not None:
        with lock:
            _remove(interrupted)
    _remove(home.glob(f"{PREFIX}*"))


def _remove(directories: Iterable[Path]) -> None:
    for directory in directories:
        shutil.rmtree(directory)


def _remove_leftovers(home: Path) -> None:
    """Make room for one more: interrupted copies go, and the ones unused for longest."""
    interrupted = home.glob(f"{PARTIAL_PREFIX}*")
    by_use = sorted(home.glob(f"{PREFIX}*"), key=lambda path: path.stat().st_mtime)
    _remove([*interrupted, *by_use[: -KEPT_TEMPLATES + 1]])
