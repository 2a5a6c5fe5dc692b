"""What the routes of runs declare."""

from typing import Annotated

from fastapi import Depends, Request

from app.runs.queue import RunQueue


async def get_run_queue(request: Request) -> RunQueue:
    """Return the queue of this process."""
    return request.app.state.run_queue


CurrentRunQueue = Annotated[RunQueue, Depends(get_run_queue)]
