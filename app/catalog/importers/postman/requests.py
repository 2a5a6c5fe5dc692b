"""Requests of a collection: method, address, headers and how they travel."""

import re
from typing import Any, Final
from urllib.parse import unquote, unquote_plus

from app.catalog.importers.building import CaseDraft
from app.catalog.importers.composing.requests import decode_basic
from app.catalog.importers.model import Notice
from app.catalog.importers.pairs import HeaderFields, add_pair
from app.catalog.importers.postman.authentication import AuthenticationWriter
from app.catalog.importers.postman.bodies import BodyWriter
from app.catalog.importers.postman.parts import Entry, iter_entries, to_text
from app.catalog.importers.postman.scope import Scope
from app.catalog.importers.postman.urls import Address, Base
from app.engine.json_values import JsonObject, JsonValue

_PARAMETER: Final = re.compile(r":([A-Za-z0-9_.-]{1,100})")
_WRITTEN_BY_US: Final = frozenset(("content-length", "host", "transfer-encoding", "connection"))
_BODILESS: Final = frozenset(("GET", "HEAD"))
_BRACES: Final = str.maketrans({"{": "%7B", "}": "%7D"})


class RequestWriter:
    """Fills in the endpoint and the request of a draft."""

    def __init__(self, scope: Scope, base: Base, notices: list[Notice]) -> None:
        self._scope = scope
        self._base = base
        self._notices = notices
        self._bodies = BodyWriter(scope, notices)
        self._authentication = AuthenticationWriter(scope, notices)

    def write(
        self,
        draft: CaseDraft,
        request: JsonObject,
        address: Address,
        auth: tuple[JsonValue, str],
    ) -> None:
        """Write it; `auth` is the authentication that holds for it, with its place."""
        method = to_text(request.get("method")).upper() or "GET"
        place = f"{draft.place}/request"
        draft.endpoint = {"method": method, "path": self._write_path(draft, address)}
        self._write_query(draft, address)
        self._write_headers(draft, request.get("header"), f"{place}/header")
        self._authentication.write(draft, *auth)
        if address.user and "auth_type" not in draft.request:
            user, _, password = address.user.partition(":")
            draft.request |= self._authentication.write_basic(unquote(user), unquote(password))
        body = request.get("body")
        if method in _BODILESS and isinstance(body, dict) and body.get("mode"):
            if _has_content(body):
                self._tell(f"{place}/body", f"Requests with {method} are sent without a body.")
        else:
            self._bodies.write(draft, body, f"{place}/body")

    def write_behavior(self, draft: CaseDraft, behavior: JsonObject) -> None:
        """Write how it travels; Postman follows redirects unless it is told not to."""
        transfer: dict[str, Any] = {}
        if behavior.get("followRedirects") is not False:
            most = behavior.get("maxRedirects")
            is_number = isinstance(most, int) and not isinstance(most, bool) and 1 <= most <= 20
            transfer["redirects"] = {"follow": True, "maximum": most if is_number else 10}
        if behavior.get("strictSSL") is False:
            transfer["tls"] = {"verify": False}
        if behavior.get("disableCookies") is True:
            transfer["cookies"] = "off"
        if transfer:
            draft.request["transfer"] = transfer

    def _write_path(self, draft: CaseDraft, address: Address) -> str:
        steps = [self._write_step(draft, step, address) for step in address.path.split("/")]
        path = "/".join(steps)
        if self._base.is_base(address.prefix):
            return path if path.startswith("/") else f"/{path}"
        return self._scope.render(self._base.to_absolute(address.prefix)) + path

    def _write_step(self, draft: CaseDraft, step: str, address: Address) -> str:
        step = self._scope.hide("url_part", step)
        match = _PARAMETER.fullmatch(step)
        if match is None:
            return self._scope.render(step, lambda text: text.translate(_BRACES))
        name = match[1]
        value = address.variables.get(name, "")
        parameters: dict[str, Any] = draft.request.setdefault("path_params", {})
        # What has no value in the collection needs one: its variable has the same name.
        parameters[name] = self._scope.render(value or f"{{{{{name}}}}}", unquote)
        return f"{{{name}}}"

    def _write_query(self, draft: CaseDraft, address: Address) -> None:
        query: dict[str, Any] = {}
        for entry in address.query:
            if not entry.enabled:
                self._tell(entry.place, f"The query parameter {entry.name[:100]} is disabled.")
                continue
            add_pair(query, self._scope.render(entry.name, unquote_plus), self._write_value(entry))
        if query:
            draft.request["query_params"] = query

    def _write_value(self, entry: Entry) -> str:
        hidden = self._scope.hide(entry.name, entry.value)
        return self._scope.render(hidden, unquote_plus)

    def _write_headers(self, draft: CaseDraft, listed: JsonValue, place: str) -> None:
        headers = HeaderFields()
        cookies: dict[str, str] = {}
        for entry in _iter_headers(listed, place):
            lowered = entry.name.lower()
            if not entry.enabled:
                self._tell(entry.place, f"The header {entry.name[:100]} is disabled.")
            elif lowered in _WRITTEN_BY_US:
                self._tell(entry.place, f"The header {entry.name} is written when it is sent.")
            elif lowered == "authorization" and entry.value[:7].lower() == "bearer ":
                draft.request |= self._authentication.write_bearer(entry.value[7:].strip())
            elif lowered == "authorization" and (pair := _read_basic(entry.value)):
                draft.request |= self._authentication.write_basic(*pair)
            elif lowered == "cookie":
                cookies |= self._write_cookies(entry.value)
            elif entry.name.strip():
                value = self._scope.render_secret(entry.name, entry.value.strip())
                headers.add(self._scope.render(entry.name.strip()), value)
        if written := headers.to_headers():
            draft.request["headers"] = written
        if cookies:
            draft.request["cookies"] = cookies

    def _write_cookies(self, text: str) -> dict[str, str]:
        """All of them may be what a session is known by."""
        pairs = (part.strip().partition("=") for part in text.split(";"))
        return {
            self._scope.render(name): self._scope.render_secret(f"{name}_cookie", value)
            for name, _, value in pairs
            if name
        }

    def _tell(self, place: str, text: str) -> None:
        self._notices.append(Notice("not_imported", place, text))


def _iter_headers(value: JsonValue, place: str) -> list[Entry]:
    """A list of them, or a text with one on each line."""
    if not isinstance(value, str):
        return list(iter_entries(value, place))
    pairs = (line.partition(":") for line in value.splitlines() if ":" in line)
    return [Entry(name.strip(), content.strip(), True, place, {}) for name, _, content in pairs]


def _read_basic(value: str) -> tuple[str, str] | None:
    scheme, _, credential = value.strip().partition(" ")
    return decode_basic(credential.strip()) if scheme.lower() == "basic" else None


def _has_content(body: JsonObject) -> bool:
    return bool(body.get(to_text(body.get("mode"))))
