"""A target that shows everything it was sent, and holds answers back for as long as is wanted."""

import asyncio
import threading
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.engine import PreparedRequest, ReceivedResponse
from tests.engine.canary import answer

METHODS = ["GET", "POST", "PUT"]
WAIT_SECONDS = 20.0


class Target:
    """What arrived, in order, and who left before the answer."""

    def __init__(self) -> None:
        self.requests: list[PreparedRequest] = []
        self.departures = 0
        self.release = threading.Event()
        self._changed = threading.Condition()
        self.application = Starlette(
            routes=[
                Route("/hold", self._hold, methods=METHODS),
                Route("/{rest:path}", self._answer, methods=METHODS),
            ]
        )

    async def wait_for(self, condition: Callable[["Target"], bool]) -> None:
        """Return once the condition holds."""

        def wait() -> None:
            with self._changed:
                assert self._changed.wait_for(lambda: condition(self), WAIT_SECONDS)

        await asyncio.to_thread(wait)

    async def _answer(self, request: Request) -> Response:
        received = answer(await self._note(request))
        if not isinstance(received, ReceivedResponse):
            return Response(received.problem.message, 502)
        response = Response(received.body, received.status_code)
        for name, value in received.headers:
            response.headers.append(name, value.encode("ascii", "backslashreplace").decode())
        return response

    async def _hold(self, request: Request) -> Response:
        """Answer when released, or note that nobody waits any more."""
        await self._note(request)
        released = asyncio.ensure_future(asyncio.to_thread(self.release.wait, WAIT_SECONDS))
        left = asyncio.ensure_future(_wait_for_departure(request))
        await asyncio.wait((released, left), return_when=asyncio.FIRST_COMPLETED)
        if left.done():
            with self._changed:
                self.departures += 1
                self._changed.notify_all()
        left.cancel()
        self.release.set()
        await released
        return Response(b"held")

    async def _note(self, request: Request) -> PreparedRequest:
        prepared = PreparedRequest(
            method=request.method,
            url=str(request.url),
            headers=tuple(request.headers.items()),
            body=await request.body() or None,
        )
        with self._changed:
            self.requests.append(prepared)
            self._changed.notify_all()
        return prepared


async def _wait_for_departure(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
