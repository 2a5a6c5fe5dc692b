"""AWS signatures: the published examples, and a target that verifies them."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from app.engine import AuthSpec, JsonValue, PreparedRequest
from app.engine.errors import InvalidRequestError
from tests.engine.authentication.desk import (
    SCOPE,
    TRANSPORTS,
    CreateTransport,
    Desk,
    MovingClock,
    open_desk,
)
from tests.engine.authentication.signature_target import ACCESS_KEY, SECRET_KEY, SignatureTarget
from tests.engine.builders import MemoryTransport, build_test
from tests.targets.serving import RunningTarget

SETTINGS: dict[str, JsonValue] = {
    "access_key_id": ACCESS_KEY,
    "secret_access_key": SECRET_KEY,
    "region": "us-east-1",
    "service": "service",
}
SESSION_TOKEN = "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"


# From the test suite that AWS publishes with aws-c-auth.
@pytest.mark.parametrize(
    ("target", "session", "names", "signature"),
    [
        (
            "/",
            None,
            "host;x-amz-date",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
        ),
        (
            "/?Param2=value2&Param1=value1",
            None,
            "host;x-amz-date",
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            "/",
            SESSION_TOKEN,
            "host;x-amz-date;x-amz-security-token",
            "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
        ),
    ],
)
async def test_published_signatures(
    target: str, session: str | None, names: str, signature: str
) -> None:
    transport = MemoryTransport()
    desk = Desk(transport, MovingClock(datetime(2015, 8, 30, 12, 36, tzinfo=UTC)))
    test = build_test(
        "t", auth=AuthSpec(type="aws-sigv4", settings=SETTINGS | {"session_token": session})
    )
    request = PreparedRequest(method="GET", url=f"https://example.amazonaws.com:443{target}")
    await desk.authenticator.send(test, request, 1, SCOPE)
    headers = dict(transport.requests[0].headers)
    assert headers["Authorization"] == (
        f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20150830/us-east-1/service/aws4_request, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    assert headers["X-Amz-Date"] == "20150830T123600Z"
    assert {SECRET_KEY, signature} <= set(desk.learned)
    assert "Host" not in headers


@pytest.mark.parametrize("create_transport", TRANSPORTS)
@pytest.mark.parametrize("service", ["execute-api", "s3"])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"path": "/a b/ü/{id}//x", "path_params": {"id": "a/b+c %"}},
        {"path": "/x?z=1&a=b c", "query_params": {"q": "a b+c/=&'*~", "list": [2, 1], "e": ""}},
        {"method": "POST", "body": {"text": "grüße"}, "headers": {"X-Amz-Meta-A": " a   b "}},
        {"method": "PUT", "body": "", "body_type": "text"},
        {"method": "DELETE", "headers": {"Authorization": "Bearer old"}, "cookies": {"a": "b"}},
    ],
)
async def test_a_target_verifies_it(
    running_target: RunningTarget,
    create_transport: CreateTransport,
    service: str,
    fields: dict[str, Any],
) -> None:
    target = SignatureTarget()
    settings = SETTINGS | {"service": service, "session_token": "a-session"}
    running_target.application = target.application
    async with open_desk(create_transport) as desk:
        sending = (desk.send(running_target.url, "aws-sigv4", settings, **fields) for _ in range(5))
        responses = await asyncio.gather(*sending)
    assert {response.status_code for response in responses} == {200}
    names = responses[0].body.decode()
    assert "x-amz-security-token" in names
    assert ("x-amz-content-sha256" in names) is (service == "s3")
    assert "cookie" not in names


async def test_a_wrong_secret_is_refused(running_target: RunningTarget) -> None:
    running_target.application = SignatureTarget().application
    async with open_desk() as desk:
        settings = SETTINGS | {"secret_access_key": "wrong"}
        response = await desk.send(running_target.url, "aws-sigv4", settings)
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("settings", "fields", "message"),
    [
        ({"region": "x"}, {}, r"auth\.access_key_id: is required"),
        (SETTINGS | {"region": ["x"]}, {}, r"auth\.region: must be a text, not array"),
        (SETTINGS, {"headers": {"X-Amz-Date": "x"}}, "the request cannot be signed"),
    ],
)
async def test_says_what_is_wrong(
    settings: dict[str, JsonValue], fields: dict[str, Any], message: str
) -> None:
    desk = Desk(MemoryTransport())
    with pytest.raises(InvalidRequestError, match=message):
        await desk.send("http://shop.test", "aws-sigv4", settings, **fields)
