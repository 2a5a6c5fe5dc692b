"""Tokens that the client signs itself, verified by a target that has the secret."""

import asyncio

import jwt
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.engine import JsonValue
from app.engine.errors import InvalidRequestError
from tests.engine.authentication.desk import START, Desk, open_desk
from tests.engine.builders import MemoryTransport
from tests.targets.serving import RunningTarget

KEY = "api-key-1"
SECRET = "a secret that is long enough to sign with"
SETTINGS: dict[str, JsonValue] = {"api_key": KEY, "api_secret": SECRET}
ISSUED = int(START.timestamp())


async def verify(request: Request) -> JSONResponse:
    scheme, _, token = request.headers["authorization"].partition(" ")
    assert scheme == "Bearer"
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    # The clock of the test is not the one of PyJWT.
    claims = jwt.decode(
        token, SECRET, algorithms=["HS256"], options={"verify_exp": False, "verify_iat": False}
    )
    return JSONResponse(claims)


def read_claims(desk: Desk) -> dict[str, object]:
    token = [text for text in desk.learned if text.startswith("ey")][-1]
    return jwt.decode(token, options={"verify_signature": False})


async def test_a_target_verifies_it(running_target: RunningTarget) -> None:
    running_target.application = Starlette(routes=[Route("/", verify)])
    async with open_desk() as desk:
        response = await desk.send(running_target.url, "jwt-hs256", SETTINGS)
        assert response.status_code == 200
        assert SECRET in desk.learned
        assert read_claims(desk) == {"iss": KEY, "iat": ISSUED, "exp": ISSUED + 300}


async def test_claims_and_lifetime() -> None:
    desk = Desk(MemoryTransport())
    claims: JsonValue = {"sub": "{{env.USER}}", "aud": ["a", "b"], "iat": 5}
    settings: dict[str, JsonValue] = SETTINGS | {
        "issuer": "someone",
        "lifetime_seconds": "6{{env.ZERO}}",
        "claims": claims,
    }
    await desk.send("http://shop.test", "jwt-hs256", settings)
    assert read_claims(desk) == {
        "iss": "someone",
        "iat": 5,
        "exp": ISSUED + 60,
        "sub": "ada",
        "aud": ["a", "b"],
    }


async def test_tests_share_a_token_until_it_nearly_expires() -> None:
    transport = MemoryTransport()
    desk = Desk(transport)
    for seconds in (0, 269, 271):
        desk.clock.seconds = seconds
        sending = (desk.send("http://shop.test", "jwt-hs256", SETTINGS) for _ in range(10))
        await asyncio.gather(*sending)
    sent = [dict(request.headers)["Authorization"] for request in transport.requests]
    assert [sent.count(token) for token in dict.fromkeys(sent)] == [20, 10]
    assert read_claims(desk)["iat"] == ISSUED + 271


async def test_a_short_secret_signs() -> None:
    transport = MemoryTransport()
    await Desk(transport).send("http://shop.test", "jwt-hs256", SETTINGS | {"api_secret": "short"})
    assert dict(transport.requests[0].headers)["Authorization"].startswith("Bearer ey")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"api_key": "k"}, r"auth\.api_secret: is required"),
        ({"api_secret": "s"}, r"auth\.api_key: is required"),
        (SETTINGS | {"lifetime_seconds": 0}, r"auth\.lifetime_seconds: must be a whole number"),
        (SETTINGS | {"lifetime_seconds": "1.5"}, r"auth\.lifetime_seconds: must be a whole number"),
        (SETTINGS | {"claims": "x"}, r"auth\.claims: must be an object, not string"),
        (SETTINGS | {"claims": {"iss": 7}}, "no token can be signed"),
        (
            SETTINGS | {"api_secret": "-----BEGIN PUBLIC KEY-----\nMFk=\n-----END PUBLIC KEY-----"},
            "no token can be signed",
        ),
    ],
)
async def test_says_what_is_wrong(settings: dict[str, JsonValue], message: str) -> None:
    with pytest.raises(InvalidRequestError, match=message):
        await Desk(MemoryTransport()).send("http://shop.test", "jwt-hs256", settings)
