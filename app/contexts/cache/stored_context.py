"""An execution context as the database holds it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.identifiers import RunId

# A run in progress changes its context several times a second.
UNFINISHED_LIFETIME = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class StoredContext:
    """
    What `get_test_run_context` answered. Holds secrets.

    `version` grows with every change; `expires_at` is null until the run has ended.
    """

    run_id: RunId
    version: int
    expires_at: datetime | None
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "StoredContext":
        """Read the answer of `get_test_run_context` or `update_test_run_context`."""
        expires_at = document["expires_at"]
        return cls(
            run_id=RunId(UUID(document["run_id"])),
            version=document["version"],
            expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
            document=document,
        )

    def measure_lifetime(self, now: datetime) -> timedelta:
        """Return how long a copy is good for: as long as the context, but short while the run goes on."""
        if self.expires_at is None:
            return UNFINISHED_LIFETIME
        return max(self.expires_at - now, timedelta())
