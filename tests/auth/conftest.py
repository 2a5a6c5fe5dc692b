from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from app.auth.signing_keys import SigningKeys
from app.auth.tokens import TokenVerifier
from app.core.clock import SystemClock
from app.core.settings import Settings
from tests.auth.key_server import KeyServer
from tests.workspaces.people import team

__all__ = ["team"]

SHARED_SECRET = "a shared secret of at least 32 characters"


class ManualClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self._start = SystemClock().now()
        self._passed = timedelta(0)

    def now(self) -> datetime:
        return (self._start + self._passed).astimezone(UTC)

    def monotonic(self) -> float:
        return 1_000.0 + self._passed.total_seconds()

    def pass_time(self, **amount: float) -> None:
        self._passed += timedelta(**amount)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def key_server() -> AsyncIterator[KeyServer]:
    server = KeyServer()
    await server.start()
    yield server
    server.may_answer.set()
    await server.stop()


@pytest.fixture
def settings(key_server: KeyServer) -> Settings:
    return Settings.model_validate(
        {
            "supabase_url": key_server.url,
            "supabase_publishable_key": "sb_publishable_of_a_test",
            "supabase_secret_key": "sb_secret_of_a_test",
            "supabase_db_url": "postgres://nowhere",
            "supabase_jwt_secret": None,
            "secrets_encryption_key": "an encryption key that is long enough",
        }
    )


@pytest.fixture
async def signing_keys(key_server: KeyServer, clock: ManualClock) -> AsyncIterator[SigningKeys]:
    keys = SigningKeys(f"{key_server.url}/auth/v1", clock)
    yield keys
    await keys.close()


@pytest.fixture
def verifier(settings: Settings, signing_keys: SigningKeys, clock: ManualClock) -> TokenVerifier:
    """Knows public keys only."""
    return TokenVerifier(settings, signing_keys, clock)


@pytest.fixture
def sharing_verifier(
    settings: Settings, signing_keys: SigningKeys, clock: ManualClock
) -> TokenVerifier:
    """Knows the shared secret as well."""
    with_secret = settings.model_copy(update={"supabase_jwt_secret": SecretStr(SHARED_SECRET)})
    return TokenVerifier(with_secret, signing_keys, clock)
