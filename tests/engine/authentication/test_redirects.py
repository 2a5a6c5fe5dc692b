"""Authentication along redirects: what proves something goes nowhere else."""

from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from app.engine import JsonValue
from app.engine.network.guard import NetworkGuard
from app.engine.network.policy import NetworkPolicy
from app.engine.transfer import Transfer
from app.engine.transports.direct.opening import resolve
from app.engine.transports.direct_transport import DirectTransport
from app.engine.transports.exchange import Exchanger
from tests.engine.authentication.desk import Desk
from tests.engine.authentication.digest_target import DigestTarget
from tests.targets.serving import RunningTarget

FOLLOWING = Transfer(maximum_redirects=5)
DIGEST: dict[str, JsonValue] = {"username": "ada", "password": "correct horse"}
KINDS: list[tuple[str, dict[str, JsonValue]]] = [
    ("bearer", {}),
    ("basic", {"username": "ada", "password": "x"}),
    ("api-key", {"name": "X-Key"}),
    ("api-key", {"in": "cookie"}),
]


async def redirect(request: Request) -> Response:
    response = RedirectResponse(request.query_params["to"], 307)
    response.set_cookie("session", "1")
    return response


async def echo(request: Request) -> Response:
    return PlainTextResponse(
        "\n".join(f"{name}: {value}" for name, value in request.headers.items())
    )


def build_application(target: DigestTarget) -> Starlette:
    routes = [Route("/to", redirect), Route("/echo", echo), Mount("/", target.application)]
    return Starlette(routes=routes)


@pytest.fixture
async def exchanger() -> AsyncIterator[Exchanger]:
    guard = NetworkGuard(NetworkPolicy(), resolve, protects_networks=False)
    async with aclosing(DirectTransport()) as transport:
        yield Exchanger(transport, guard)


@pytest.mark.parametrize(("kind", "settings"), KINDS)
async def test_credentials_stay_with_their_origin(
    running_target: RunningTarget, exchanger: Exchanger, kind: str, settings: dict[str, JsonValue]
) -> None:
    running_target.application = build_application(DigestTarget())
    desk = Desk(exchanger)
    elsewhere = running_target.url.replace("127.0.0.1", "localhost")
    for place, is_shown in ((running_target.url, True), (elsewhere, False)):
        path = f"/to?to={place}/echo"
        response = await desk.send(
            running_target.url, kind, settings, path=path, transfer=FOLLOWING
        )
        assert response.status_code == 200
        said = response.body.decode()
        assert any(secret in said for secret in desk.learned) is is_shown


async def test_a_challenge_behind_a_redirect_is_answered_there(
    running_target: RunningTarget, exchanger: Exchanger
) -> None:
    target = DigestTarget()
    running_target.application = build_application(target)
    path = f"/to?to={running_target.url}/secret"
    response = await Desk(exchanger).send(
        running_target.url, "digest", DIGEST, path=path, transfer=FOLLOWING
    )
    assert response.status_code == 200
    assert response.request
    assert response.request.url == f"{running_target.url}/secret"
    assert dict(response.request.headers)["Cookie"] == "session=1"


async def test_a_challenge_of_another_origin_is_not_answered(
    running_target: RunningTarget, exchanger: Exchanger
) -> None:
    target = DigestTarget()
    running_target.application = build_application(target)
    elsewhere = running_target.url.replace("127.0.0.1", "localhost")
    response = await Desk(exchanger).send(
        running_target.url, "digest", DIGEST, path=f"/to?to={elsewhere}/x", transfer=FOLLOWING
    )
    assert (response.status_code, target.challenged) == (401, 1)
