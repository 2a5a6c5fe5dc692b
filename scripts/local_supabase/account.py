"""The account that PostgreSQL runs as: it refuses to run as root."""

import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.local_supabase.errors import LocalSupabaseError

CANDIDATES = ("nobody", "postgres", "daemon")


class NoServerAccountError(LocalSupabaseError):
    """Started as root, and no account exists that PostgreSQL could run as."""


class ClosedDirectoryError(LocalSupabaseError):
    """The account that runs PostgreSQL may not enter a directory on the way to its files."""


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """Another account of this machine that a child process changes to."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)

    def become(self) -> None:
        """Give up root for good; only for a child between fork and exec."""
        os.setgroups([])
        os.setgid(self.gid)
        os.setuid(self.uid)
        os.umask(0o077)


def find_server_account() -> ServerAccount | None:
    """Return None for an ordinary user, who runs PostgreSQL under the own account."""
    if os.geteuid() != 0:
        return None
    for entry in _known_accounts():
        return ServerAccount(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise NoServerAccountError(f"PostgreSQL does not run as root and none of {CANDIDATES} exists")


def _known_accounts() -> Iterator[pwd.struct_passwd]:
    for name in CANDIDATES:
        try:
            yield pwd.getpwnam(name)
        except KeyError:
            continue


def check_reachable(path: Path) -> None:
    """Raise ClosedDirectoryError when an account other than root could not walk to `path`."""
    for directory in (path, *path.parents):
        if not directory.stat().st_mode & 0o001:
            raise ClosedDirectoryError(
                f"PostgreSQL cannot run as root, and other accounts may not enter {directory}: "
                "choose another directory with --data"
            )
