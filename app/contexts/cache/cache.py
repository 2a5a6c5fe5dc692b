"""What every cache of execution contexts does."""

from typing import Protocol

from app.contexts.cache.stored_context import StoredContext
from app.core.identifiers import RunId


class ContextCache(Protocol):
    """
    Keeps copies of committed contexts, never older than what it was told of.

    No method raises: a cache that is away slows reads down and stops nothing.
    """

    async def find(self, run_id: RunId) -> StoredContext | None:
        """Return the copy of a context, or None."""
        ...

    async def put(self, context: StoredContext) -> None:
        """Keep a copy, unless a newer version is known."""
        ...

    async def invalidate(self, run_id: RunId, version: int) -> None:
        """Take note that the context has this version: older copies are wrong."""
        ...
