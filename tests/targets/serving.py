"""Targets on a real socket, in a thread of the test's process."""

import socket
import threading
from typing import Self

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.targets.shop import create_shop
from tests.targets.traffic import Traffic


class RunningTarget:
    """Listens on a free port from `start` to `stop`; the `application` may be changed between."""

    def __init__(self, application: ASGIApp) -> None:
        self.application = application
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            self.serve,
            interface="asgi3",
            log_level="error",
            ws="none",
            timeout_graceful_shutdown=1,
        )
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, args=([self.listener],), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.application(scope, receive, send)

    def start(self) -> None:
        # Connections wait in the backlog until the server accepts them, so nobody has to poll.
        self.listener.listen(512)
        self.thread.start()

    def stop(self) -> None:
        """Close the port: from here on connections are refused."""
        self.server.should_exit = True
        self.thread.join(timeout=10)
        self.listener.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class RunningShop(RunningTarget):
    """The shop; `traffic` tells what arrived."""

    def __init__(self) -> None:
        self.traffic = Traffic()
        super().__init__(create_shop(self.traffic))

    def stop(self) -> None:
        """Let go what waits, and close the port."""
        self.traffic.release()
        super().stop()
