"""Serves `/metrics` to Prometheus, on an address of its own."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from wsgiref.simple_server import WSGIServer

from prometheus_client import CollectorRegistry, start_http_server


@contextmanager
def serving_metrics(address: str | None, registry: CollectorRegistry) -> Generator[None]:
    """
    Answer with the numbers of `registry` at `host:port` while entered, from a thread.

    Without an address nothing is served. Raises `OSError` when the address is taken.
    """
    if address is None:
        yield
        return
    host, _, port = address.rpartition(":")
    server, thread = start_http_server(int(port), host, registry)
    try:
        yield
    finally:
        _stop(server, thread)


def _stop(server: WSGIServer, thread: threading.Thread) -> None:
    server.shutdown()
    server.server_close()
    thread.join()
