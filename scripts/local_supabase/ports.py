"""Ports: the gateway's is held from the start, the inner ones are picked where nothing else picks."""

import errno
import secrets
import socket

from scripts.local_supabase.errors import LocalSupabaseError

HOST = "127.0.0.1"
# Below the range that the kernel hands out to outgoing connections.
INNER_PORTS = range(15_000, 32_000)


class PortBusyError(LocalSupabaseError):
    """Something else listens on the wanted port."""


def listen(port: int, option: str = "--port") -> socket.socket:
    """Return a listening socket on `port`, any free one for 0; raise PortBusyError naming `option`."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno != errno.EADDRINUSE:
            raise
        raise PortBusyError(
            f"Port {port} is in use. Stop what listens there (scripts/down stops what scripts/up started) "
            f"or choose another port with {option}"
        ) from error
    listener.setblocking(False)
    return listener


def check_free(port: int, option: str = "--port") -> None:
    """Raise PortBusyError, which names the option to choose another, when `port` is taken."""
    listen(port, option).close()


def pick_free_port() -> int:
    """Return an inner port that nothing listens on."""
    while True:
        port = secrets.choice(INNER_PORTS)
        try:
            check_free(port)
        except PortBusyError:
            continue
        return port
