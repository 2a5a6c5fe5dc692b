"""
The target of the measurements: a small shop on one core, faster than whoever asks it.

It checks what it is sent: a wrong token or a product that nobody was offered is refused, so that
captures which go astray are seen. It never sleeps: on a virtual machine, waking a core costs whoever
sends 20 microseconds. Prints its port; every request is counted under `/count`.
"""

import asyncio
import os
import sys
from collections.abc import Callable
from hashlib import blake2b

import httptools
import orjson
import uvloop

Answer = tuple[int, object]


def build_token(number: str) -> str:
    """As long as tokens are, and another for everyone."""
    return f"{number}.{blake2b(number.encode(), digest_size=32).hexdigest()}"


def _is_logged_in(number: str, headers: dict[bytes, bytes]) -> bool:
    return headers.get(b"authorization") == f"Bearer {build_token(number)}".encode()


def _log_in(number: str, _: bytes, __: dict[bytes, bytes]) -> Answer:
    return 200, {"token": build_token(number), "user": {"id": int(number)}}


def _list_products(number: str, _: bytes, headers: dict[bytes, bytes]) -> Answer:
    if not _is_logged_in(number, headers):
        return 401, {"error": "whose token is this?"}
    return 200, {"products": [{"id": int(number) * 10 + i, "price": 9.5} for i in range(3)]}


def _add_to_cart(number: str, body: bytes, headers: dict[bytes, bytes]) -> Answer:
    if not _is_logged_in(number, headers):
        return 401, {"error": "whose token is this?"}
    if orjson.loads(body)["product_id"] != int(number) * 10:
        return 404, {"error": "nobody was offered this"}
    return 201, {"cart_id": f"cart-of-{number}", "items": 1}


def _show_profile(number: str, _: bytes, headers: dict[bytes, bytes]) -> Answer:
    if not _is_logged_in(number, headers):
        return 401, {"error": "whose token is this?"}
    return 200, {"id": int(number), "name": f"user {number}", "cart": f"cart-of-{number}"}


def _show_item(number: str, _: bytes, __: dict[bytes, bytes]) -> Answer:
    return 200, {"id": int(number), "name": f"item {number}", "tags": ["a", "b"], "stock": 7}


def _show_count(_: str, __: bytes, ___: dict[bytes, bytes]) -> Answer:
    return 200, {"count": Shop.count}


ROUTES: dict[bytes, Callable[[str, bytes, dict[bytes, bytes]], Answer]] = {
    b"items": _show_item,
    b"login": _log_in,
    b"products": _list_products,
    b"cart": _add_to_cart,
    b"profile": _show_profile,
}


class Shop(asyncio.Protocol):
    """Answers `/<route>/<number>`."""

    count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._write = getattr(transport, "write")  # noqa: B009
        self._parser = httptools.HttpRequestParser(self)
        self._headers: dict[bytes, bytes] = {}
        self._body = b""

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._path = url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.lower()] = value

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        _, route, number = self._path.split(b"/", 2)
        Shop.count += route in ROUTES
        find = ROUTES.get(route, _show_count)
        status, content = find(number.decode(), self._body, self._headers)
        self._headers, self._body = {}, b""
        self._answer(status, orjson.dumps(content))

    def _answer(self, status: int, body: bytes) -> None:
        self._write(
            b"HTTP/1.1 %d Whatever\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
            % (status, len(body), body)
        )


def stay_awake(loop: asyncio.AbstractEventLoop) -> None:
    """Look for requests without a pause."""
    loop.call_soon(stay_awake, loop)


async def serve() -> None:
    """Until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Shop, "127.0.0.1", 0)
    stay_awake(loop)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[1])})
    uvloop.run(serve())
