"""Token endpoints that are down, wrong, or refuse."""

import asyncio
import socket
from typing import Any

import pytest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from app.engine import Problem, TransportError
from app.engine.authentication.errors import AuthenticationError
from app.engine.errors import Category, StepError
from tests.engine.authentication.desk import Desk, open_desk
from tests.engine.authentication.token_target import CLIENT, CLIENT_SECRET, Answer, TokenTarget
from tests.engine.builders import MemoryTransport, PreparedRequest, ReceivedResponse
from tests.targets.serving import RunningTarget


@pytest.fixture
def url(running_target: RunningTarget) -> str:
    return running_target.url


@pytest.fixture
def target(running_target: RunningTarget) -> TokenTarget:
    target = TokenTarget()
    running_target.application = target.application
    return target


async def fail(desk: Desk, url: str, **settings: Any) -> Problem:
    settings = {
        "token_url": f"{url}/token",
        "client_id": CLIENT,
        "client_secret": CLIENT_SECRET,
    } | settings
    with pytest.raises(StepError) as caught:
        await desk.send(url, "oauth2", settings, path="/resource")
    return caught.value.problem


def refuse() -> Response:
    return JSONResponse({"error": "invalid_client", "got": CLIENT_SECRET}, 401)


def give_other_token() -> Response:
    return JSONResponse({"token": "not-to-be-shown", "id_token": "x"})


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (refuse, 'answered 401: {"error":"invalid_client"'),
        (lambda: Response(status_code=500), "answered 500 with an empty body"),
        (lambda: HTMLResponse("<h1>No</h1>", 502), "answered 502: <h1>No</h1>"),
        (lambda: HTMLResponse("x" * 5000, 403), "answered 403 with 5000 bytes of text/html"),
        (
            lambda: HTMLResponse("<html>token-1</html>"),
            "answered 200 with 20 bytes of text/html, which is not a JSON object",
        ),
        (give_other_token, "answered 200 without a text as access_token; it has id_token, token"),
        (lambda: PlainTextResponse("tok"), "answered 200 with 3 bytes of text/plain"),
        (lambda: Response(b"\xff\x00{"), "answered 200 with 3 bytes of no content type"),
        (lambda: JSONResponse(["x"]), "answered 200 with 5 bytes of application/json"),
        (
            lambda: JSONResponse({"access_token": 7}),
            "answered 200 without a text as access_token; it has access_token",
        ),
        (
            lambda: JSONResponse({"error": "slow_down", "error_description": "Not now."}),
            "answered 200, but says slow_down: Not now.",
        ),
        (
            lambda: Response(status_code=302, headers={"Location": "/elsewhere"}),
            "answered 302 with an empty body",
        ),
    ],
)
async def test_says_what_the_endpoint_answered(
    url: str, target: TokenTarget, answer: Answer, message: str
) -> None:
    target.answers.append(answer)
    async with open_desk() as desk:
        problem = await fail(desk, url)
        assert CLIENT_SECRET in desk.learned
    assert problem.category is Category.AUTHENTICATION
    assert f"the token endpoint {url}/token {message}" in problem.message
    assert "not-to-be-shown" not in problem.message
    assert problem.suggested_fix
    assert target.used == []


async def test_an_endpoint_that_is_down() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with open_desk() as desk:
            problem = await fail(desk, url)
    assert problem.category is Category.AUTHENTICATION
    assert problem.transport_failure == "connection"
    assert f"the token endpoint {url}/token did not answer" in problem.message


async def test_an_endpoint_that_never_answers(url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}/token"
        async with open_desk() as desk:
            settings = {"token_url": endpoint, "client_id": "a", "client_secret": "b"}
            waiting = [desk.send(url, "oauth2", settings, timeout=0.3) for _ in range(5)]
            errors = await asyncio.gather(*waiting, return_exceptions=True)
    kinds = [type(error) for error in errors]
    # The first asked, the others waited for it; each within its own time.
    assert kinds[0] is AuthenticationError
    assert set(kinds[1:]) <= {AuthenticationError, TransportError, StepError}


async def test_a_refusal_is_final(url: str, target: TokenTarget) -> None:
    async with open_desk() as desk:
        wrong = {"client_secret": "wrong"}
        problems = await asyncio.gather(*(fail(desk, url, **wrong) for _ in range(20)))
        problems.append(await fail(desk, url, **wrong))
    assert len(target.forms) == 1
    assert {problem.message for problem in problems} == {problems[0].message}


async def test_a_failure_that_passes_fails_those_who_waited_for_it(
    url: str, target: TokenTarget
) -> None:
    target.answers += [lambda: JSONResponse({}, 503)]
    async with open_desk() as desk:
        problems = await asyncio.gather(*(fail(desk, url) for _ in range(20)))
        assert {problem.transport_failure for problem in problems} == {"status"}
        assert len(target.forms) == 1
        settings = {
            "token_url": f"{url}/token",
            "client_id": CLIENT,
            "client_secret": CLIENT_SECRET,
        }
        response = await desk.send(url, "oauth2", settings, path="/resource")
    assert response.status_code == 200


async def test_a_failure_to_replace_a_refused_token(url: str, target: TokenTarget) -> None:
    async with open_desk() as desk:
        settings = {
            "token_url": f"{url}/token",
            "client_id": CLIENT,
            "client_secret": CLIENT_SECRET,
        }
        await desk.send(url, "oauth2", settings, path="/resource")
        target.valid.clear()
        target.answers.append(refuse)
        problem = await fail(desk, url)
    assert "answered 401" in problem.message


async def test_a_token_cannot_add_a_header() -> None:
    def answer(_: PreparedRequest) -> ReceivedResponse:
        return ReceivedResponse(status_code=200, body=b'{"access_token": "a\\r\\nX-Admin: 1"}')

    problem = await fail(Desk(MemoryTransport(answer)), "http://shop.test")
    assert "a header cannot hold line breaks" in problem.message
