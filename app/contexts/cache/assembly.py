"""Opens the cache of execution contexts that the settings ask for."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager

from app.contexts.cache.cache import ContextCache
from app.contexts.cache.memory_cache import MemoryContextCache
from app.contexts.cache.valkey_cache import ValkeyContextCache
from app.core.clock import Clock
from app.core.settings import Settings


@asynccontextmanager
async def open_context_cache(settings: Settings, clock: Clock) -> AsyncGenerator[ContextCache]:
    """Yield a shared cache where there is one, else one of this process."""
    if settings.context_cache_url is None:
        yield MemoryContextCache(clock)
        return
    key = settings.secrets_encryption_key
    async with aclosing(ValkeyContextCache(settings.context_cache_url, key, clock)) as cache:
        yield cache
