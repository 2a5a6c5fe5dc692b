"""A service with one endless stream, to see how a server process ends."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse, StreamingResponse

from app.realtime.termination import notified_of_termination


def create_app() -> FastAPI:
    ending = asyncio.Event()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        with notified_of_termination(ending.set):
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/ready", response_class=PlainTextResponse)
    async def get_readiness() -> str:
        return "ready"

    @app.get("/stream", response_class=StreamingResponse)
    async def stream() -> StreamingResponse:
        async def iter_chunks() -> AsyncGenerator[str]:
            yield "begun\n"
            await ending.wait()
            yield "ended\n"

        return StreamingResponse(iter_chunks())

    # The decorators registered them; only the application calls them.
    del get_readiness, stream
    return app
