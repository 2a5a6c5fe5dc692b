"""What follows an answer that sends the request on (RFC 9110, section 15.4)."""

from dataclasses import replace
from urllib.parse import urljoin

from app.engine.errors import Category, TransportError
from app.engine.network.target import Target, parse_target
from app.engine.transport import PreparedRequest, ReceivedResponse

_STATUSES = frozenset({301, 302, 303, 307, 308})

# Of the body that is not sent again; and what only the first target may see.
_BODY_HEADERS = frozenset({"content-type", "content-length", "content-encoding"})
_OWN_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization", "host"})


def find_location(received: ReceivedResponse) -> str | None:
    """Where the answer sends the request, as it says it; None when it does not."""
    if received.status_code not in _STATUSES:
        return None
    return next((value for name, value in received.headers if name.lower() == "location"), None)


def build_next(request: PreparedRequest, status_code: int, location: str) -> PreparedRequest:
    """
    The request to the next address; credentials stay behind when it is of another origin.

    Raise TransportError when the location is no address.
    """
    here, there = parse_target(request.url), _resolve(request.url, location)
    following = replace(request, url=there.url, query={}, addresses=None)
    if _becomes_get(request.method, status_code):
        following = _without_body(following)
    return following if here.origin == there.origin else _without_credentials(following)


def _resolve(url: str, location: str) -> Target:
    try:
        return parse_target(urljoin(url, location))
    except ValueError as error:
        raise TransportError(
            Category.CONNECTION,
            f"{url} redirects to what is no http or https address: '{location}'",
            "Correct the Location that the target answers with.",
        ) from error


def _becomes_get(method: str, status_code: int) -> bool:
    if status_code == 303:
        return method not in ("GET", "HEAD")
    return status_code in (301, 302) and method == "POST"


def _without_body(request: PreparedRequest) -> PreparedRequest:
    return replace(
        request, method="GET", body=None, headers=_leave_out(request.headers, _BODY_HEADERS)
    )


def _without_credentials(request: PreparedRequest) -> PreparedRequest:
    """Neither headers that prove who sends, nor those that hold a credential, nor a certificate."""
    kept = tuple(
        (name, value)
        for name, value in _leave_out(request.headers, _OWN_HEADERS)
        if not any(credential in value for credential in request.credentials)
    )
    tls = replace(request.transfer.tls, certificate=None, key=None)
    return replace(request, headers=kept, transfer=replace(request.transfer, tls=tls))


def _leave_out(
    headers: tuple[tuple[str, str], ...], names: frozenset[str]
) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers if name.lower() not in names)


def too_many(limit: int, last: str, *, is_loop: bool) -> TransportError:
    """The target sends the request on and on."""
    reason = "they go in a circle" if is_loop else f"the last one to {last}"
    return TransportError(
        Category.OTHER,
        f"more than {limit} redirects: {reason}",
        "Correct the redirects of the target, or raise transfer.redirects.maximum.",
    )
