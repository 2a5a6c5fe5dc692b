"""
`python -m scripts.migrations`: refuses a change to a migration that has landed; databases have run it already.

supabase/migrations.sha256 lists what has landed, as `sha256sum --check` reads it. It only grows:
`python -m scripts.migrations land`, in the change that lands them, adds the migrations it lacks.
"""

import argparse
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MIGRATIONS = Path("supabase/migrations")
LIST = Path("supabase/migrations.sha256")
MAIN = "origin/main"


def main() -> int:
    """Return the exit code of the command line; the working directory is the project."""
    parser = argparse.ArgumentParser(prog="python -m scripts.migrations", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["check", "land"], default="check")
    problems = land() if parser.parse_args().command == "land" else check()
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


def check() -> list[str]:
    """Return what is wrong with the migrations, in sentences."""
    landed, present = read_list(), hash_migrations()
    if not landed:
        print(f"Nothing has landed yet: {LIST} is missing.")
    missing = sorted(present.keys() - landed.keys()) if landed else []
    return [
        *find_edited(landed, present),
        *find_forgotten(landed),
        *(f"{path} is not in {LIST}: run `python -m scripts.migrations land`" for path in missing),
    ]


def land() -> list[str]:
    """Add the migrations that the list lacks, unless something that landed was changed."""
    landed, present = read_list(), hash_migrations()
    if problems := [*find_edited(landed, present), *find_forgotten(landed)]:
        return problems
    lines = [f"{digest}  {path}\n" for path, digest in present.items()]
    LIST.write_text("".join(lines))
    print(f"{len(present.keys() - landed.keys())} migrations added to {LIST}")
    return []


def hash_migrations() -> dict[str, str]:
    """Return the digest of each migration by its path, in the order in which they are applied."""
    paths = sorted(MIGRATIONS.glob("*.sql"))
    return {path.as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def read_list() -> dict[str, str]:
    """Return the landed digest of each migration by its path."""
    return parse(LIST.read_text()) if LIST.exists() else {}


def parse(text: str) -> dict[str, str]:
    """Read lines of a digest, two spaces and a path."""
    pairs = (line.split("  ", 1) for line in text.splitlines())
    return {path: digest for digest, path in pairs}


def find_edited(landed: dict[str, str], present: dict[str, str]) -> Iterator[str]:
    """Compare the files with the list; a new one must come after all that landed."""
    for path, digest in landed.items():
        if path not in present:
            yield f"{path} has landed and is gone; restore it"
        elif present[path] != digest:
            yield f"{path} has landed and was changed; restore it and write a new migration"
    newest = max(landed, default="")
    for path in present.keys() - landed.keys():
        if path < newest:
            yield f"{path} would run before {newest}, which has landed; give it a later version"


def find_forgotten(landed: dict[str, str]) -> Iterator[str]:
    """Compare the list with its own history: of main where it is known, else of this checkout."""
    revision = MAIN if git("rev-parse", "--verify", "--quiet", MAIN) is not None else "HEAD"
    former = dict[str, str]()
    for commit in (git("log", "--format=%H", revision, "--", LIST.as_posix()) or "").split():
        former |= parse(git("show", f"{commit}:{LIST.as_posix()}") or "")
    for path, digest in sorted(former.items()):
        if landed.get(path) != digest:
            yield f"{LIST} says something else of {path} than when it landed; restore its line"


def git(*arguments: str) -> str | None:
    """Return the output of git, or None when it fails: without a repository there is no history."""
    command = ["git", *arguments]
    try:
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return result.stdout if result.returncode == 0 else None


if __name__ == "__main__":
    sys.exit(main())
