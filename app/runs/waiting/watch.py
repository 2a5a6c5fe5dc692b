"""Tells requests when the runs that they wait for have finished."""

import asyncio
from datetime import timedelta
from types import TracebackType
from typing import Final, Self
from uuid import UUID

from app.core.errors import AppError
from app.core.identifiers import RunId
from app.core.logging import get_logger
from app.db.session import Session

INTERVAL: Final = timedelta(milliseconds=250)
LARGEST_WATCH: Final = 2_000
"""Requests that wait at a time in one process; more are answered at once."""

logger = get_logger(__name__)


class RunWatch:
    """
    Looks after the runs that requests of this process wait for, as long as it is entered.

    However many wait, the database is asked one short question every `INTERVAL`, and none while
    nobody waits. It is asked with the rights of the service, and only about runs that the waiting
    callers have just read with their own.
    """

    def __init__(self, service: Session) -> None:
        self._service = service
        self._waiting: dict[asyncio.Future[None], RunId] = {}
        self._is_wanted = asyncio.Event()
        self._is_closed = False
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._look_regularly(), name="run-watch")
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def close(self) -> None:
        """Have nobody wait any longer, now and later."""
        self._is_closed = True
        for future in self._waiting:
            _release(future)

    async def wait(self, run_id: RunId, patience: timedelta, gone: asyncio.Task[None]) -> None:
        """Return when the run has finished, patience is over, or `gone` or the process ends."""
        if self._is_closed or len(self._waiting) >= LARGEST_WATCH:
            return
        logger.debug("request_waits_for_run", run_id=str(run_id))
        future = asyncio.get_running_loop().create_future()
        self._waiting[future] = run_id
        self._is_wanted.set()
        try:
            await asyncio.wait(
                {future, gone},
                timeout=patience.total_seconds(),
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            del self._waiting[future]
            if not self._waiting:
                self._is_wanted.clear()

    async def _look_regularly(self) -> None:
        while True:
            await self._is_wanted.wait()
            await asyncio.sleep(INTERVAL.total_seconds())
            try:
                await self._look()
            except AppError as error:
                # Whoever waits goes on waiting: the database may be back before patience is over.
                logger.warning("run_watch_blind", error=repr(error))

    async def _look(self) -> None:
        run_ids = {str(run_id) for run_id in self._waiting.values()}
        if not run_ids:
            return
        answer = await self._service.call(
            "find_finished_runs", {"run_ids": sorted(run_ids)}, idempotent=True
        )
        finished = {RunId(UUID(run_id)) for run_id in answer["run_ids"]}
        for future, run_id in self._waiting.items():
            if run_id in finished:
                _release(future)


def _release(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
