"""OAuth 2.0 against a token endpoint and a resource on a real socket."""

import asyncio

import pytest

from app.engine import JsonValue, ReceivedResponse
from tests.engine.authentication.desk import Desk, open_desk
from tests.engine.authentication.token_target import (
    CLIENT,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    TokenTarget,
)
from tests.targets.serving import RunningTarget


class Party:
    """A target with its address, and settings for it."""

    def __init__(self, target: TokenTarget, url: str) -> None:
        self.target = target
        self.url = url
        self.settings: dict[str, JsonValue] = {
            "token_url": f"{url}/token",
            "client_id": CLIENT,
            "client_secret": CLIENT_SECRET,
        }

    async def send(self, desk: Desk, **settings: JsonValue) -> ReceivedResponse:
        return await desk.send(self.url, "oauth2", self.settings | settings, path="/resource")


@pytest.fixture
def party(running_target: RunningTarget) -> Party:
    target = TokenTarget()
    running_target.application = target.application
    return Party(target, running_target.url)


@pytest.mark.parametrize("way", ["basic", "body"])
async def test_client_credentials(party: Party, way: str) -> None:
    async with open_desk() as desk:
        settings = {"client_authentication": way, "scope": "read write", "audience": "shop"}
        response = await party.send(desk, **settings)
    assert response.status_code == 200
    form = party.target.forms[0]
    assert form["grant_type"] == "client_credentials"
    assert (form["scope"], form["audience"]) == ("read write", "shop")
    assert ("client_secret" in form) is (way == "body")


async def test_one_token_for_all_tests_that_start_at_once(party: Party) -> None:
    async with open_desk() as desk:
        responses = await asyncio.gather(*(party.send(desk) for _ in range(60)))
    assert {response.status_code for response in responses} == {200}
    assert len(party.target.forms) == 1
    assert len(set(party.target.used)) == 1


async def test_other_settings_have_another_token(party: Party) -> None:
    async with open_desk() as desk:
        for scope in ("read", "write", "read"):
            assert (await party.send(desk, scope=scope)).status_code == 200
    assert [form["scope"] for form in party.target.forms] == ["read", "write"]


async def test_tokens_and_secrets_are_learned(party: Party) -> None:
    party.target.rotates = True
    async with open_desk() as desk:
        response = await party.send(desk)
        secrets = {CLIENT_SECRET, party.target.used[0], party.target.refresh_token}
        assert secrets <= set(desk.learned)
    assert response.request
    assert dict(response.request.headers)["Authorization"] == f"Bearer {party.target.used[0]}"


@pytest.mark.parametrize(
    ("expires_in", "good_at", "renewed_at"),
    [(3600, 3569, 3571), ("3600", 3569, 3571), (10, 7.9, 8.1), (60.5, 48.3, 48.5)],
)
async def test_a_token_is_renewed_before_it_expires(
    party: Party, expires_in: float | str, good_at: float, renewed_at: float
) -> None:
    party.target.fields = {"expires_in": expires_in}
    async with open_desk() as desk:
        for seconds, tokens in ((0, 1), (good_at, 1), (renewed_at, 2)):
            desk.clock.seconds = seconds
            await asyncio.gather(*(party.send(desk) for _ in range(5)))
            assert len(party.target.forms) == tokens


@pytest.mark.parametrize("fields", [{}, {"expires_in": None}, {"expires_in": True}])
async def test_a_token_without_expiry_is_good_for_the_run(
    party: Party, fields: dict[str, object]
) -> None:
    party.target.fields = fields
    async with open_desk() as desk:
        for seconds in (0, 1_000_000):
            desk.clock.seconds = seconds
            assert (await party.send(desk)).status_code == 200
    assert len(party.target.forms) == 1


@pytest.mark.parametrize("expires_in", [0, -5])
async def test_a_token_that_expires_at_once_is_used_once(party: Party, expires_in: int) -> None:
    party.target.fields = {"expires_in": expires_in}
    async with open_desk() as desk:
        responses = await asyncio.gather(*(party.send(desk) for _ in range(3)))
    assert {response.status_code for response in responses} == {200}
    assert len(set(party.target.used)) == 3


async def test_a_refused_token_is_replaced_once_for_all(party: Party) -> None:
    async with open_desk() as desk:
        await party.send(desk)
        party.target.valid.clear()
        responses = await asyncio.gather(*(party.send(desk) for _ in range(20)))
    assert {response.status_code for response in responses} == {200}
    assert len(party.target.forms) == 2


async def test_one_401_is_forgiven(party: Party) -> None:
    party.target.refusals = 1
    async with open_desk() as desk:
        response = await party.send(desk)
    assert response.status_code == 200
    assert len(party.target.forms) == 2


async def test_a_401_for_ever_is_the_answer(party: Party) -> None:
    party.target.refusals = 1_000
    async with open_desk() as desk:
        responses = await asyncio.gather(*(party.send(desk) for _ in range(10)))
        responses += [await party.send(desk) for _ in range(10)]
    assert {response.status_code for response in responses} == {401}
    # Another token that is refused, too, shows that tokens are not what is wrong.
    assert len(party.target.forms) == 2


async def test_a_refresh_token_is_renewed_with_the_token(party: Party) -> None:
    party.target.rotates = True
    party.target.fields = {"expires_in": 100}
    settings = {"grant": "refresh_token", "refresh_token": REFRESH_TOKEN}
    async with open_desk() as desk:
        for seconds in (0, 50, 100, 200):
            desk.clock.seconds = seconds
            assert (await party.send(desk, **settings)).status_code == 200
    forms = party.target.forms
    assert [form["grant_type"] for form in forms] == ["refresh_token"] * 3
    assert forms[0]["refresh_token"] == REFRESH_TOKEN
    assert len({form["refresh_token"] for form in forms}) == 3


async def test_a_cancelled_test_leaves_the_fetching_to_the_next(party: Party) -> None:
    async with open_desk() as desk:
        first, second = (asyncio.create_task(party.send(desk)) for _ in range(2))
        await asyncio.sleep(0)
        first.cancel()
        assert (await second).status_code == 200
        with pytest.raises(asyncio.CancelledError):
            await first
