import asyncio

import pytest

from app.auth.errors import SigningKeysUnavailableError
from app.auth.signing_keys import LIFETIME, PAUSE_AFTER_FAILURE, PAUSE_AFTER_SUCCESS, SigningKeys
from tests.auth.conftest import ManualClock
from tests.auth.key_server import KeyServer, SigningKey


async def test_the_set_is_fetched_once(signing_keys: SigningKeys, key_server: KeyServer) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    for _ in range(3):
        assert await signing_keys.find(key.key_id) is not None
    assert key_server.requests == 1


async def test_many_callers_cause_one_fetch(
    signing_keys: SigningKeys, key_server: KeyServer
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    key_server.may_answer.clear()
    callers = [asyncio.create_task(signing_keys.find(key.key_id)) for _ in range(50)]
    await key_server.was_asked.wait()
    key_server.may_answer.set()
    assert None not in await asyncio.gather(*callers)
    assert key_server.requests == 1


async def test_a_caller_that_gives_up_does_not_take_the_others_along(
    signing_keys: SigningKeys, key_server: KeyServer
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    key_server.may_answer.clear()
    first = asyncio.create_task(signing_keys.find(key.key_id))
    second = asyncio.create_task(signing_keys.find(key.key_id))
    await key_server.was_asked.wait()
    first.cancel()
    key_server.may_answer.set()
    assert await second is not None


async def test_a_rotated_key_is_found_after_the_pause(
    signing_keys: SigningKeys, key_server: KeyServer, clock: ManualClock
) -> None:
    old, new = SigningKey(), SigningKey()
    key_server.keys = [old.public]
    assert await signing_keys.find(old.key_id) is not None
    key_server.keys = [old.public, new.public]
    assert await signing_keys.find(new.key_id) is None
    clock.pass_time(seconds=PAUSE_AFTER_SUCCESS.total_seconds())
    assert await signing_keys.find(new.key_id) is not None
    assert key_server.requests == 2


async def test_unknown_keys_do_not_flood_the_auth_service(
    signing_keys: SigningKeys, key_server: KeyServer
) -> None:
    for number in range(20):
        assert await signing_keys.find(f"unknown-{number}") is None
    assert key_server.requests == 1


async def test_a_revoked_key_is_gone_after_the_lifetime(
    signing_keys: SigningKeys, key_server: KeyServer, clock: ManualClock
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    assert await signing_keys.find(key.key_id) is not None
    key_server.keys = []
    clock.pass_time(seconds=LIFETIME.total_seconds())
    assert await signing_keys.find(key.key_id) is None


@pytest.mark.parametrize(
    ("status", "content"), [(503, None), (200, "<html>"), (200, "[]"), (200, '{"keys": 1}')]
)
async def test_the_last_good_set_survives_an_outage(
    signing_keys: SigningKeys,
    key_server: KeyServer,
    clock: ManualClock,
    status: int,
    content: str | None,
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    assert await signing_keys.find(key.key_id) is not None
    key_server.status, key_server.content = status, content
    clock.pass_time(seconds=LIFETIME.total_seconds() * 10)
    assert await signing_keys.find(key.key_id) is not None
    assert await signing_keys.find(key.key_id) is not None
    assert key_server.requests == 2


async def test_without_any_set_the_keys_are_unavailable_until_the_service_returns(
    signing_keys: SigningKeys, key_server: KeyServer, clock: ManualClock
) -> None:
    key = SigningKey()
    key_server.keys = [key.public]
    key_server.status = 500
    for _ in range(3):
        with pytest.raises(SigningKeysUnavailableError) as raised:
            await signing_keys.find(key.key_id)
        assert raised.value.retry_after == PAUSE_AFTER_FAILURE
    assert key_server.requests == 1
    key_server.status = 200
    clock.pass_time(seconds=PAUSE_AFTER_FAILURE.total_seconds())
    assert await signing_keys.find(key.key_id) is not None


async def test_nobody_listening_is_an_outage_too(clock: ManualClock) -> None:
    server = KeyServer()
    await server.start()
    await server.stop()
    keys = SigningKeys(f"{server.url}/auth/v1", clock)
    with pytest.raises(SigningKeysUnavailableError):
        await keys.find("any")
    await keys.close()


async def test_a_key_that_cannot_be_used_does_not_spoil_the_set(
    signing_keys: SigningKeys, key_server: KeyServer
) -> None:
    key = SigningKey()
    broken = {"kty": "EC", "kid": "broken", "crv": "P-256", "x": "!", "y": "!"}
    key_server.keys = [broken, {"kty": "EC"}, key.public]
    assert await signing_keys.find(key.key_id) is not None
    assert await signing_keys.find("broken") is None
