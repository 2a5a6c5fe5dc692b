from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from app.core.settings import Settings
from app.db.database import Database
from tests.core.test_settings import COMPLETE


class Gateway:
    """Answers like an empty table, sets a cookie, and keeps the headers that it was sent."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []

    async def answer(self, request: web.BaseRequest) -> web.Response:
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        return web.json_response([], headers={"Set-Cookie": "session=of-the-first; Path=/"})


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def settings(gateway: Gateway) -> AsyncIterator[Settings]:
    runner = web.ServerRunner(web.Server(gateway.answer))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    values = {name.lower(): value for name, value in COMPLETE.items()}
    values["supabase_url"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield Settings.model_validate(values)
    await runner.cleanup()


async def test_a_cookie_of_one_caller_never_travels_with_another(
    gateway: Gateway, settings: Settings
) -> None:
    async with Database(settings) as database:
        for token in ("of-the-first", "of-the-second"):
            await database.as_user(token).find("organizations", "id", slug="x")
    assert len(gateway.headers) == 2
    assert all("cookie" not in headers for headers in gateway.headers)


@pytest.mark.parametrize("key", ["sb_secret_of_a_test", "eyJ.legacy.key"])
async def test_who_speaks_is_in_the_headers(gateway: Gateway, settings: Settings, key: str) -> None:
    settings = Settings.model_validate(settings.model_dump() | {"supabase_secret_key": key})
    async with Database(settings) as database:
        await database.as_user("of-a-user").find("organizations", "id", slug="x")
        await database.as_service().find("organizations", "id", slug="x")
    user, service = gateway.headers
    assert user["apikey"] == settings.supabase_publishable_key
    assert user["authorization"] == "Bearer of-a-user"
    assert service["apikey"] == key
    # A new-style key is no token: on Authorization the gateway would refuse it.
    assert service.get("authorization") == (None if key.startswith("sb_") else f"Bearer {key}")
