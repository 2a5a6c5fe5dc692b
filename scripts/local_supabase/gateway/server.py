"""Serves the gateway on a socket that is already listening."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.applications import Starlette

from scripts.local_supabase.errors import LocalSupabaseError

GRACE_SECONDS = 1


class GatewayStartError(LocalSupabaseError):
    """The gateway or the Realtime server in it did not start."""


class GatewayServer:
    """A uvicorn server that is started, and stopped, by the supervisor."""

    def __init__(self, application: Starlette, listener: socket.socket) -> None:
        """Prepare to serve `application` on `listener`."""
        self._listener = listener
        self._server = _SignallessServer(
            uvicorn.Config(
                application,
                ws="websockets-sansio",
                lifespan="on",
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return once requests are answered; raise GatewayStartError."""
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._listener]))
        started = asyncio.create_task(self._server.has_started.wait())
        try:
            await asyncio.wait({self._serving, started}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            started.cancel()
        if self._serving.done():
            await self._serving

    async def stop(self) -> None:
        """Let requests end for a moment, then close every connection."""
        if self._serving is not None and not self._serving.done():
            self._server.should_exit = True
            await self._serving


class _SignallessServer(uvicorn.Server):
    """Leaves signals to the supervisor, which has more to stop than this server."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.has_started = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets=sockets)
        except SystemExit as error:
            raise GatewayStartError("The gateway did not start, see the messages above") from error
        self.has_started.set()
