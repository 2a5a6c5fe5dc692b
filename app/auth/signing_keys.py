"""The public keys of the auth service, kept at hand."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final, cast

import httpx
from httpx_aiohttp import AiohttpTransport
from jwt import PyJWK, PyJWTError

from app.auth.errors import SigningKeysUnavailableError
from app.core.clock import Clock
from app.core.logging import get_logger

# Supabase's edge caches the set for ten minutes; keeping it longer would delay a revocation.
LIFETIME: Final = timedelta(minutes=5)
PAUSE_AFTER_SUCCESS: Final = timedelta(seconds=30)
PAUSE_AFTER_FAILURE: Final = timedelta(seconds=2)
FETCH_TIMEOUT_SECONDS: Final = 3.0
_ASYMMETRIC_KEY_TYPES: Final = frozenset({"EC", "RSA", "OKP"})

logger = get_logger(__name__)


class SigningKeys:
    """
    Fetches the key set at most once at a time and not too often, and survives outages.

    A set older than `LIFETIME` is renewed; an unknown key id renews it too, unless it was fetched
    within `PAUSE_AFTER_SUCCESS`. While the auth service is down the last good set stays in use.
    """

    def __init__(self, auth_url: str, clock: Clock) -> None:
        self._address = f"{auth_url}/.well-known/jwks.json"
        self._clock = clock
        self._client = httpx.AsyncClient(
            transport=AiohttpTransport(), timeout=FETCH_TIMEOUT_SECONDS
        )
        self._keys: Mapping[str, PyJWK] | None = None
        self._stale_at = 0.0
        self._next_fetch_at = 0.0
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str) -> PyJWK | None:
        """Return the key with this id, or None; raises `SigningKeysUnavailableError`."""
        if self._needs_fetch(key_id):
            async with self._fetching:
                if self._needs_fetch(key_id):
                    await self._renew()
        if self._keys is None:
            raise SigningKeysUnavailableError(retry_after=PAUSE_AFTER_FAILURE)
        return self._keys.get(key_id)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def _needs_fetch(self, key_id: str) -> bool:
        now = self._clock.monotonic()
        is_known = self._keys is not None and key_id in self._keys
        return now >= self._next_fetch_at and (not is_known or now >= self._stale_at)

    async def _renew(self) -> None:
        try:
            keys = await self._fetch()
        except (httpx.HTTPError, ValueError) as error:
            logger.warning("signing_keys_not_renewed", error=repr(error))
            self._next_fetch_at = self._after(PAUSE_AFTER_FAILURE)
            return
        self._keys = keys
        self._stale_at = self._after(LIFETIME)
        self._next_fetch_at = self._after(PAUSE_AFTER_SUCCESS)

    async def _fetch(self) -> Mapping[str, PyJWK]:
        response = await self._client.get(self._address)
        response.raise_for_status()
        document = response.json()
        if not isinstance(document, dict) or not isinstance(
            entries := cast("dict[str, Any]", document).get("keys"), list
        ):
            message = "the document is not a key set"
            raise ValueError(message)
        return _parse_keys(cast("list[Any]", entries))

    def _after(self, pause: timedelta) -> float:
        return self._clock.monotonic() + pause.total_seconds()


def _parse_keys(entries: Sequence[Any]) -> Mapping[str, PyJWK]:
    """Return the usable keys by id; a shared secret in a public set is never one."""
    keys: dict[str, PyJWK] = {}
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        properties = cast("dict[str, Any]", entry)
        if properties.get("kty") not in _ASYMMETRIC_KEY_TYPES or "kid" not in properties:
            continue
        try:
            keys[str(properties["kid"])] = PyJWK.from_dict(properties)
        except PyJWTError as error:
            logger.warning("signing_key_not_usable", key_id=properties["kid"], error=repr(error))
    return keys
