"""
`python -m scripts.rotation`: encrypts every secret anew, in batches; started again it goes on.

The keys come from the settings (SECRETS_ENCRYPTION_KEY_PREVIOUS and SECRETS_ENCRYPTION_KEY), from
files or from standard input, never from arguments, which every process of the machine can see.
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.errors import AppError
from app.core.logging import configure_logging
from app.core.settings import (
    ENCRYPTION_KEY_LENGTH,
    InvalidSettingsError,
    Settings,
    load_settings,
)
from app.db.database import Database
from app.db.session import Session

BATCH_SIZE = 200


class RotationError(Exception):
    """The rotation cannot begin; the message tells why and holds no key."""


@dataclass(frozen=True, slots=True)
class Keys:
    """The key that secrets have, and the one that they get."""

    old: str = field(repr=False)
    new: str = field(repr=False)

    def __post_init__(self) -> None:
        for name, key in (("old", self.old), ("new", self.new)):
            if len(key) < ENCRYPTION_KEY_LENGTH:
                raise RotationError(f"The {name} key needs {ENCRYPTION_KEY_LENGTH} characters.")
        if self.old == self.new:
            raise RotationError("The old and the new key are the same.")


@dataclass(slots=True)
class Progress:
    """What was done so far."""

    rotated: int = 0
    remaining: int = 0
    unreadable: set[str] = field(default_factory=set[str])

    def add(self, batch: Mapping[str, Any]) -> None:
        """Take in the answer to one batch."""
        self.rotated += batch["rotated"]
        self.remaining = batch["remaining"]
        self.unreadable.update(batch["unreadable"])


def main() -> int:
    """Return the exit code of the command line."""
    arguments = _parse_arguments()
    try:
        settings = load_settings()
        configure_logging(settings)
        progress = asyncio.run(_rotate(settings, _read_keys(arguments, settings), arguments.batch))
    except InvalidSettingsError as error:
        print(error, file=sys.stderr)
        return 2
    except (RotationError, AppError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{progress.rotated} secrets were encrypted anew.")
    if progress.unreadable:
        print("Not readable with the old key and left as they are:", file=sys.stderr)
        print("\n".join(sorted(progress.unreadable)), file=sys.stderr)
        return 1
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/rotate-secrets",
        description="Encrypts every secret anew. Without options the keys are those of the settings.",
    )
    parser.add_argument("--old-key-file", type=Path, metavar="FILE")
    parser.add_argument("--new-key-file", type=Path, metavar="FILE")
    parser.add_argument(
        "--stdin", action="store_true", help="read the old key and then the new one, a line each"
    )
    parser.add_argument("--batch", type=int, default=BATCH_SIZE, help="secrets at a time")
    return parser.parse_args()


def _read_keys(arguments: argparse.Namespace, settings: Settings) -> Keys:
    if arguments.stdin:
        return Keys(sys.stdin.readline().strip(), sys.stdin.readline().strip())
    previous = settings.secrets_encryption_key_previous
    old = _read_file(arguments.old_key_file) or (previous.get_secret_value() if previous else "")
    if not old:
        raise RotationError("Set SECRETS_ENCRYPTION_KEY_PREVIOUS to the old key.")
    new = _read_file(arguments.new_key_file) or settings.secrets_encryption_key.get_secret_value()
    return Keys(old, new)


def _read_file(path: Path | None) -> str:
    return path.read_text(encoding="utf-8").strip() if path else ""


async def _rotate(settings: Settings, keys: Keys, batch_size: int) -> Progress:
    """Go through all secrets, and again while some were set with the old key in between."""
    progress = Progress()
    async with Database(settings) as database:
        await _go_through(database.as_service(), keys, batch_size, progress)
        while progress.remaining > len(progress.unreadable):
            await _go_through(database.as_service(), keys, batch_size, progress)
    return progress


async def _go_through(service: Session, keys: Keys, batch_size: int, progress: Progress) -> None:
    after_id: str | None = None
    while True:
        batch = await service.call(
            "rotate_secret_values",
            {
                "old_key": keys.old,
                "new_key": keys.new,
                "after_id": after_id,
                "batch_size": batch_size,
            },
            # A batch that was done already is passed over.
            idempotent=True,
        )
        progress.add(batch)
        after_id = batch["last_id"]
        if after_id is None:
            return
        print(f"{progress.rotated} done, {progress.remaining} left", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
