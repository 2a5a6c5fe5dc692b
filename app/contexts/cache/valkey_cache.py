"""Copies of execution contexts in a Valkey or Redis, shared by the processes of one installation."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, Protocol, TypeVar, cast

import orjson
from pydantic import SecretStr
from valkey.asyncio import Valkey
from valkey.exceptions import ValkeyError

from app.contexts.cache.sealing import Seal
from app.contexts.cache.stored_context import UNFINISHED_LIFETIME, StoredContext
from app.core.clock import Clock
from app.core.identifiers import RunId
from app.core.logging import get_logger

PREFIX: Final = "atp:context:"
PURPOSE: Final = b"execution contexts in a shared cache"
PATIENCE: Final = timedelta(milliseconds=500)
# A server that does not answer is left alone for a while.
PAUSE: Final = timedelta(seconds=5)

# KEYS: context. ARGV: version, sealed content or nothing, lifetime in milliseconds.
_KEEP_NEWEST: Final = """
local known = tonumber(redis.call('hget', KEYS[1], 'version') or '-1')
local version = tonumber(ARGV[1])
if known > version or (known == version and ARGV[2] == '') then
  return 0
end
redis.call('hset', KEYS[1], 'version', ARGV[1], 'sealed', ARGV[2])
redis.call('pexpire', KEYS[1], ARGV[3])
return 1
"""

_Answer = TypeVar("_Answer")
logger = get_logger(__name__)


class _Server(Protocol):
    """The part of the client that is used, with its types."""

    async def hmget(self, name: str, keys: list[str]) -> list[bytes | None]: ...

    async def eval(self, script: str, numkeys: int, *arguments: str | bytes | int) -> int: ...

    async def aclose(self) -> None: ...


class ValkeyContextCache:
    """What it keeps is encrypted with a key that the server does not have; close it."""

    def __init__(self, url: SecretStr, encryption_key: SecretStr, clock: Clock) -> None:
        client = Valkey.from_url(
            url.get_secret_value(),
            socket_timeout=PATIENCE.total_seconds(),
            socket_connect_timeout=PATIENCE.total_seconds(),
        )
        self._server = cast("_Server", client)
        self._seal = Seal(encryption_key, PURPOSE)
        self._clock = clock
        self._resumes_at = clock.monotonic()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._server.aclose()

    async def find(self, run_id: RunId) -> StoredContext | None:
        """Return the copy of a context, or None."""
        version, sealed = await self._ask(
            lambda: self._server.hmget(_name(run_id), ["version", "sealed"])
        ) or (None, None)
        if not version or not sealed:
            return None
        content = self._seal.open(sealed, _label(run_id, int(version)))
        if content is None:
            logger.warning("cached_context_refused", run_id=str(run_id))
            return None
        context = StoredContext.from_document(orjson.loads(content))
        is_over = context.expires_at is not None and context.expires_at <= self._clock.now()
        return None if is_over else context

    async def put(self, context: StoredContext) -> None:
        """Keep a copy, unless a newer version is known."""
        lifetime = context.measure_lifetime(self._clock.now())
        label = _label(context.run_id, context.version)
        sealed = self._seal.close(orjson.dumps(context.document), label)
        if lifetime:
            await self._write(context.run_id, context.version, sealed, lifetime)

    async def invalidate(self, run_id: RunId, version: int) -> None:
        """Take note that the context has this version: older copies are wrong."""
        await self._write(run_id, version, b"", UNFINISHED_LIFETIME)

    async def _write(self, run_id: RunId, version: int, sealed: bytes, lifetime: timedelta) -> None:
        milliseconds = max(1, round(lifetime.total_seconds() * 1000))
        await self._ask(
            lambda: self._server.eval(_KEEP_NEWEST, 1, _name(run_id), version, sealed, milliseconds)
        )

    async def _ask(self, question: Callable[[], Awaitable[_Answer]]) -> _Answer | None:
        """Return the answer, or None while the server is away."""
        if self._clock.monotonic() < self._resumes_at:
            return None
        try:
            return await question()
        except (ValkeyError, OSError, TimeoutError) as error:
            self._resumes_at = self._clock.monotonic() + PAUSE.total_seconds()
            logger.warning("context_cache_unavailable", error=repr(error))
            return None


def _name(run_id: RunId) -> str:
    return f"{PREFIX}{run_id}"


def _label(run_id: RunId, version: int) -> bytes:
    return f"{run_id}:{version}".encode()
