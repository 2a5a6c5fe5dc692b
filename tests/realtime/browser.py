"""A headless Chromium, driven through its DevTools protocol."""

import asyncio
import itertools
import json
import os
import re
import shutil
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import websockets

CHROMIUM = shutil.which("chromium")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--disable-dev-shm-usage", "--remote-debugging-port=0"),
)
ADDRESS = re.compile(rb"DevTools listening on ws://([^/]+)/")
START_SECONDS = 30


class BrowserError(Exception):
    """The page could not do what it was asked to."""


class Page:
    """One page; values cross over as JSON."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def open(self, url: str) -> None:
        """Go there and wait until it is loaded; scripts are then of that origin."""
        await self._command("Page.enable")
        await self._command("Page.navigate", url=url)
        async for message in self._socket:
            if json.loads(message).get("method") == "Page.loadEventFired":
                return

    async def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression; a promise is awaited."""
        answer = await self._command(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise BrowserError(answer["exceptionDetails"])
        return answer["result"].get("value")

    async def _command(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        async for message in self._socket:
            document = json.loads(message)
            if document.get("id") == number:
                if "error" in document:
                    raise BrowserError(document["error"])
                return document["result"]
        raise BrowserError("the browser is gone")


@asynccontextmanager
async def open_page(folder: Path) -> AsyncGenerator[Page]:
    """Start a browser of its own with one empty page; `folder` takes its profile."""
    assert CHROMIUM is not None
    process = await asyncio.create_subprocess_exec(
        *(CHROMIUM, *FLAGS, f"--user-data-dir={folder}", "about:blank"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            address = await _read_address(process.stderr)
            url = await _find_page(address)
        draining = asyncio.create_task(process.stderr.read())
        async with websockets.connect(url, max_size=None) as socket:
            yield Page(socket)
        draining.cancel()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def _read_address(errors: asyncio.StreamReader) -> str:
    async for line in errors:
        if found := ADDRESS.search(line):
            return found[1].decode()
    raise BrowserError("the browser ended before it said where it listens")


async def _find_page(address: str) -> str:
    """The browser lists its pages once it has some."""
    async with httpx.AsyncClient(base_url=f"http://{address}") as client:
        while True:
            pages = (await client.get("/json/list")).json()
            for page in pages:
                if page["type"] == "page":
                    return page["webSocketDebuggerUrl"]
            await asyncio.sleep(0.02)
