"""A target that gives every request a number, and knows which test of which run sent it."""

import asyncio
import threading
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.targets.serving import RunningTarget

# Tests name themselves in it: key and index of the iteration.
UNIT_HEADER = "x-unit"


@dataclass(frozen=True)
class SeenUnit:
    """One request: the run by the first part of its path, and the test or iteration."""

    run: str
    unit: str
    serial: int


@dataclass
class Ledger:
    """What arrived, in the order of its arrival; safe to use from another thread."""

    seen: list[SeenUnit] = field(default_factory=list[SeenUnit])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, run: str, unit: str) -> int:
        with self.lock:
            self.seen.append(SeenUnit(run, unit, len(self.seen)))
            return self.seen[-1].serial


class CountingTarget(RunningTarget):
    """Answers `{"serial": ..., "token": ...}` after a delay, everywhere."""

    def __init__(self, delay_seconds: float) -> None:
        self.ledger = Ledger()
        self._delay_seconds = delay_seconds
        routes = [Route("/{run}/{rest:path}", self._answer)]
        super().__init__(Starlette(routes=routes))

    async def _answer(self, request: Request) -> JSONResponse:
        run, unit = request.path_params["run"], request.headers[UNIT_HEADER]
        serial = self.ledger.enter(run, unit)
        await asyncio.sleep(self._delay_seconds)
        return JSONResponse({"serial": serial, "token": f"token-of-{run}-{serial}"})
