"""Headers and cookies of a recording: what a test needs of them, credentials as variables."""

import base64
import binascii
from typing import Any, Final

from app.catalog.importers.building import CaseDraft
from app.catalog.importers.har.entries import Entry
from app.catalog.importers.har.requests import RequestWriter
from app.catalog.importers.pairs import HeaderFields
from app.catalog.importers.placeholders import escape
from app.catalog.importers.sequencing import Sequencer
from app.catalog.importers.variables import VariableBook

# Of the browser, of the connection, or of one exchange alone.
_NOISE: Final = frozenset(
    (
        *("accept-encoding", "accept-language", "access-control-request-headers", "alt-used"),
        *("cache-control", "connection", "content-length", "content-type", "cookie", "dnt"),
        *("expect", "host", "if-match", "if-modified-since", "if-none-match", "if-range"),
        *(
            "if-unmodified-since",
            "keep-alive",
            "origin",
            "pragma",
            "priority",
            "proxy-authorization",
        ),
        *("purpose", "range", "referer", "save-data", "te", "traceparent", "tracestate", "trailer"),
        *("transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent", "via"),
        *("x-request-id", "x-correlation-id", "x-amzn-trace-id", "x-cloud-trace-context", "b3"),
        *("sentry-trace", "baggage", "newrelic", "forwarded", "x-forwarded-for", "x-real-ip"),
    )
)
_NOISY_BEGINNINGS: Final = (":", "sec-", "x-b3-", "x-datadog-")
_ANALYTICS: Final = (
    "_ga",
    "_gid",
    "_gat",
    "_gcl",
    "_fbp",
    "_fbc",
    "_hj",
    "_clck",
    "_clsk",
    "__utm",
)
_ANY_TYPE: Final = ("*/*", "")


class HeaderWriter:
    """Writes headers, authentication and cookies of a draft."""

    def __init__(self, requests: RequestWriter, book: VariableBook, sequencer: Sequencer) -> None:
        self._requests = requests
        self._book = book
        self._sequencer = sequencer
        self._cookies: dict[str, CaseDraft] = {}

    def write(self, draft: CaseDraft, entry: Entry) -> None:
        """Write them; a cookie that an earlier answer has set comes by itself."""
        headers = HeaderFields()
        for name, value in entry.headers:
            lowered = name.lower()
            if lowered == "authorization":
                draft.request |= self._write_authorization(value, headers)
            elif lowered == "accept" and value in _ANY_TYPE:
                continue
            elif lowered not in _NOISE and not lowered.startswith(_NOISY_BEGINNINGS):
                headers.add(escape(name), self._requests.write_text(name, value))
        if written := headers.to_headers():
            draft.request["headers"] = {**written, **draft.request.get("headers", {})}
        self._write_cookies(draft, entry)

    def learn(self, draft: CaseDraft, entry: Entry) -> None:
        """Remember the cookies that the answer sets."""
        for name, value in entry.answer_headers:
            if name.lower() == "set-cookie":
                for line in value.split("\n"):
                    cookie = line.partition("=")[0].strip()
                    self._cookies[cookie] = draft
                    self._sequencer.begin(f"cookie {cookie}", draft)

    def _write_authorization(self, value: str, headers: HeaderFields) -> dict[str, Any]:
        scheme, _, rest = value.strip().partition(" ")
        if scheme.lower() == "bearer" and rest:
            path = self._requests.use_credential(rest.strip(), "BEARER_TOKEN", "A bearer token.")
            return {"auth_type": "bearer", "auth_token_ref": path}
        user = _decode_user(rest) if scheme.lower() == "basic" else None
        if user is not None:
            password = self._book.hide(user[1], "PASSWORD", f"The password of {user[0][:100]}.")
            settings = {"username": escape(user[0]), "password": f"{{{{{password}}}}}"}
            return {"auth_type": "basic", "auth": settings}
        path = self._book.hide(value, "AUTHORIZATION", "The Authorization header.")
        headers.add("Authorization", f"{{{{{path}}}}}")
        return {}

    def _write_cookies(self, draft: CaseDraft, entry: Entry) -> None:
        """Whatever a browser sends may be what a session is known by."""
        cookies: dict[str, str] = {}
        for name, value in entry.cookies:
            setter = self._cookies.get(name)
            if setter is not None and setter is not draft:
                draft.require(setter.key, "order")
                self._sequencer.use(f"cookie {name}", draft)
            elif setter is None and not name.startswith(_ANALYTICS):
                path = self._book.hide(value, f"{name}_COOKIE", f"The cookie {name[:100]}.")
                cookies[escape(name)] = f"{{{{{path}}}}}"
        if cookies:
            draft.request["cookies"] = cookies


def _decode_user(text: str) -> tuple[str, str] | None:
    try:
        user, separator, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return (user.replace("\0", "\ufffd"), password) if separator else None
