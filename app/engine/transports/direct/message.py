"""Writes a request as HTTP/1.1 sends it."""

from app.engine.network.target import Target
from app.engine.transport import PreparedRequest
from app.engine.transports.body import get_accepted_encodings

# Methods whose requests say their length even when they have no body (RFC 9110, section 8.6).
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})
_FRAMING = frozenset({"content-length", "transfer-encoding"})


def write_message(request: PreparedRequest, target: Target, forwarded: str | None) -> bytes:
    """
    The head in the order that the request has it, and the body.

    `forwarded` is the value of Proxy-Authorization, empty without one, when a proxy is to pass
    the request on; None when it goes to the target itself.
    """
    names = {name.lower() for name, _ in request.headers}
    path = target.path if forwarded is None else target.url
    lines = [f"{request.method} {path} HTTP/1.1"]
    if "host" not in names:
        lines.append(f"Host: {target.authority}")
    lines += [f"{name}: {value}" for name, value in request.headers]
    if "accept-encoding" not in names:
        lines.append(f"Accept-Encoding: {get_accepted_encodings(request.transfer)}")
    if forwarded:
        lines.append(f"Proxy-Authorization: {forwarded}")
    if _must_say_length(request) and names.isdisjoint(_FRAMING):
        lines.append(f"Content-Length: {len(request.body or b'')}")
    lines.append("\r\n")
    return "\r\n".join(lines).encode() + (request.body or b"")


def _must_say_length(request: PreparedRequest) -> bool:
    return request.body is not None or request.method in _BODY_METHODS


def write_connect(target: Target, authorization: str) -> bytes:
    """Asks a proxy for a tunnel to the target."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    place = f"{host}:{target.port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if authorization:
        lines.append(f"Proxy-Authorization: {authorization}")
    return "\r\n".join([*lines, "", ""]).encode()
