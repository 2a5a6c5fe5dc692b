"""Writes a request as HTTP/1.1 sends it."""

from app.engine.network.target import Target
from app.engine.transport import PreparedRequest
from app.engine.transports.body import list_headers

# Methods whose requests say their length even when they have no body (RFC 9110, section 8.6).
_BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})


def write_message(request: PreparedRequest, target: Target, forwarded: str | None) -> bytes:
    """
    The head in the order that the request has it, and the body.

    `forwarded` is the value of Proxy-Authorization, empty without one, when a proxy is to pass
    the request on; None when it goes to the target itself.
    """
    path = target.path if forwarded is None else target.url
    lines = [f"{request.method} {path} HTTP/1.1"]
    names = {name.lower() for name, _ in request.headers}
    if "host" not in names:
        lines.append(f"Host: {target.authority}")
    lines.extend(f"{name}: {value}" for name, value in list_headers(request))
    if forwarded:
        lines.append(f"Proxy-Authorization: {forwarded}")
    body = request.body
    says_length = body is not None or request.method in _BODY_METHODS
    if says_length and not names & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body or b'')}")
    head = "\r\n".join(lines).encode()
    return b"%b\r\n\r\n%b" % (head, body or b"")


def write_connect(target: Target, authorization: str) -> bytes:
    """Asks a proxy for a tunnel to the target."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    place = f"{host}:{target.port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if authorization:
        lines.append(f"Proxy-Authorization: {authorization}")
    return "\r\n".join([*lines, "", ""]).encode()
