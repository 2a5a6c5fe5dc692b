"""Ends the streams first when the process is told to end."""

import asyncio
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Final

TERMINATION_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def notified_of_termination(notify: Callable[[], None]) -> Generator[None]:
    """
    Call `notify` in the running loop when the process is told to end, before the server reacts.

    The server waits for its open responses before it ends the lifespan, and event streams would
    stay open until it loses patience. Handlers installed before are called as well, and restored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    previous = {number: signal.getsignal(number) for number in TERMINATION_SIGNALS}

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(notify)
        handler = previous[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in TERMINATION_SIGNALS:
        signal.signal(number, handle)
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
