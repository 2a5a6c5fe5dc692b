"""Refuses a change to a migration that has landed: databases have run it already."""

import subprocess
import sys

LANDED = "origin/main"


def git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)


def main() -> int:
    if git("rev-parse", "--verify", "--quiet", LANDED).returncode != 0:
        print(f"No {LANDED} to compare the migrations with.")
        return 0
    edited = git("diff", "--name-status", "--diff-filter=a", LANDED, "--", "supabase/migrations")
    if edited.returncode != 0:
        print(edited.stderr, file=sys.stderr)
        return 1
    for line in edited.stdout.splitlines():
        print(f"A landed migration was changed; write a new one instead: {line}", file=sys.stderr)
    return 1 if edited.stdout else 0


if __name__ == "__main__":
    sys.exit(main())
