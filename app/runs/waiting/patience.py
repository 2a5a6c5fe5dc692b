"""How long one request waits for the end of a run."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request, Response, status
from starlette.types import Receive

from app.core.identifiers import RunId
from app.db.session import Session
from app.runs import service
from app.runs.schemas import Run, RunInclude
from app.runs.waiting.watch import RunWatch
from app.web.preferences import PreferredWait


@dataclass(frozen=True, slots=True)
class Patience:
    """What a request does until its run has finished; nothing unless it asked to wait."""

    watch: RunWatch
    wait: timedelta | None
    receive: Receive
    response: Response

    async def follow(
        self, session: Session, run: Run, include: list[RunInclude] | None = None
    ) -> Run:
        """Return the run as it is when it has finished or the time is over."""
        if self.wait is None:
            return run
        seconds = round(self.wait.total_seconds())
        self.response.headers["Preference-Applied"] = f"wait={seconds}"
        self.response.headers["Vary"] = "Prefer"
        if run.is_finished or not seconds:
            return run
        await self._wait(run.id, self.wait)
        return await service.get_run(session, run.id, include)

    async def follow_created(self, session: Session, run: Run) -> Run:
        """As `follow`; the answer is a 201 when the run has finished, and else a 202."""
        self.response.headers["Location"] = f"/api/v1/runs/{run.id}"
        followed = await self.follow(session, run)
        if followed.is_finished:
            self.response.status_code = status.HTTP_201_CREATED
        return followed

    async def _wait(self, run_id: RunId, patience: timedelta) -> None:
        gone = asyncio.create_task(_until_gone(self.receive))
        try:
            await self.watch.wait(run_id, patience, gone)
        finally:
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def get_patience(request: Request, response: Response, wait: PreferredWait) -> Patience:
    """Return how long this request waits, as its `Prefer` says."""
    return Patience(request.app.state.run_watch, wait, request.receive, response)


CurrentPatience = Annotated[Patience, Depends(get_patience)]
