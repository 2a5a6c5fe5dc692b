"""What only the transport over httpx does."""

from contextlib import aclosing

import httpx
import respx

from app.engine import PreparedRequest, ResultStatus, Scope, run
from app.engine.transports.httpx_transport import HttpxTransport
from tests.engine.builders import build_plan, collect, get_results
from tests.engine.transports.raw_server import respond, serve


async def test_respx_sees_the_requests_of_a_run() -> None:
    with respx.mock(base_url="http://shop.test") as mock:
        mock.get("/a").respond(200, json={"id": 1})
        mock.get("/b").mock(side_effect=httpx.ConnectTimeout("slow"))
        mock.get("/c").mock(side_effect=httpx.ConnectError("down"))
        async with aclosing(HttpxTransport(httpx.AsyncClient())) as http:
            events = await collect(run(build_plan(["a", "b", "c"]), Scope(), http))
    results = get_results(events)
    assert results["a"].status is ResultStatus.PASSED
    assert (results["b"].status, results["b"].category) == ("error", "timeout")
    assert (results["c"].status, results["c"].category) == ("error", "connection")


async def test_the_settings_of_the_client_are_kept() -> None:
    client = httpx.AsyncClient(trust_env=False, cookies={"mine": "1"})
    async with serve({"/x": respond(b"ok")}) as server, aclosing(HttpxTransport(client)) as http:
        response = await http.send(PreparedRequest(method="GET", url=f"{server.url}/x"), 5)
    assert response.body == b"ok"
