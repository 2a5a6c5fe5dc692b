"""Fills in the request of a case, part by part, from texts with `{{placeholders}}`."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from app.catalog.importers.building import MOST_EXPECTATIONS, CaseCollector, CaseDraft
from app.catalog.importers.composing.addresses import AddressBook, UnusableAddressError
from app.catalog.importers.composing.secrets import SecretHider
from app.catalog.importers.model import NoticeKind
from app.catalog.importers.placeholders import Resolve, rewrite
from app.catalog.importers.sensitive import is_secret_name
from app.catalog.importers.variables import VariableBook

METHODS: Final = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))
ANY_STATUS: Final = ("1xx", "2xx", "3xx", "4xx", "5xx")
_GOOD_STATUS: Final = ("2xx", "3xx")
_HEADER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_SECRET_PARAMETERS: Final = frozenset(("key", "sig", "auth", "hmac"))
_FRAMING: Final = frozenset(("content-length", "transfer-encoding"))
_PATH_PARAMETER: Final = re.compile(r"(?<=/):([A-Za-z0-9_.-]{1,100})(?=/|\Z)")
_EXPRESSION: Final = re.compile(r"\{\{([a-z_]+\.[A-Za-z0-9_.-]+)\}\}")


_Entry = TypeVar("_Entry")


@dataclass(slots=True)
class Desk:
    """What the cases of one document are made with."""

    collector: CaseCollector
    book: VariableBook = field(default_factory=VariableBook)
    addresses: AddressBook = field(default_factory=AddressBook)


class RequestComposer:
    """Writes the request of one draft; secrets become variables, what does not fit is told."""

    def __init__(self, desk: Desk, draft: CaseDraft, resolve: Resolve) -> None:
        self.draft = draft
        self.hider = SecretHider(desk.book, resolve)
        self._desk = desk
        self._resolve = resolve
        self._headers: dict[str, str] = {}

    def tell(self, kind: NoticeKind, text: str, place: str | None = None) -> None:
        """Note something about this request."""
        self._desk.collector.tell(kind, place or self.draft.place, text)

    def cut(self, entries: Sequence[_Entry], what: str) -> Sequence[_Entry]:
        """Return as many entries as a case can have; the rest is told."""
        if len(entries) > MOST_EXPECTATIONS:
            text = f"It has {len(entries)} {what}; the first {MOST_EXPECTATIONS} are imported."
            self.tell("not_imported", text)
        return entries[:MOST_EXPECTATIONS]

    def write(self, source: str) -> str:
        """Return the template for a text."""
        return rewrite(source, self._resolve)

    def set_endpoint(
        self, method: str, url: str, path_params: Mapping[str, str] | None = None
    ) -> bool:
        """Say where it goes; False when it cannot go there, which is told."""
        if method not in METHODS:
            self.tell("not_imported", f"Tests cannot send the method {method[:20]}.")
            return False
        try:
            address = self._desk.addresses.read(url)
        except UnusableAddressError as error:
            self.tell("not_imported", str(error))
            return False
        parameters = path_params or {}
        path = self._write_path(address.path, parameters)
        self.draft.endpoint = {"method": method, "path": path}
        for name, value in address.query:
            self.add_query(name, value)
        if address.user is not None:
            self.set_user("basic", address.user, address.password or "")
        return True

    def _write_path(self, path: str, parameters: Mapping[str, str]) -> str:
        used: dict[str, str] = {}

        def name_parameter(match: re.Match[str]) -> str:
            if match[1] not in parameters:
                return match[0]
            used[match[1]] = self.hider.write(match[1], parameters[match[1]])
            return f"{{{match[1]}}}"

        def change(literal: str) -> str:
            encoded = literal.replace("{", "%7B").replace("}", "%7D")
            return _PATH_PARAMETER.sub(name_parameter, encoded)

        written = rewrite(path, self._resolve, change)
        if used:
            self.draft.request["path_params"] = used
        return written

    def add_query(self, name: str, value: str) -> None:
        """Add a query parameter; one that is there several times becomes a list."""
        fields = self.draft.request.setdefault("query_params", {})
        is_secret = name.lower() in _SECRET_PARAMETERS
        written = (self.hider.hide if is_secret else self.hider.write)(name, value)
        _append(fields, self.write(name), written)

    def add_header(self, name: str, value: str) -> None:
        """Add a header; credentials become authentication, cookies become cookies."""
        lowered = name.strip().lower()
        if lowered == "authorization":
            self._authorize(value.strip())
        elif lowered == "cookie":
            self.add_cookies(value)
        elif lowered in _FRAMING:
            self.tell("changed", f"{name} is left out: it is written when the body is sent.")
        elif not _HEADER_NAME.fullmatch(name.strip()) or _CONTROL.search(value):
            self.tell("not_imported", "A header with characters that headers cannot have.")
        else:
            self._set_header(name.strip(), self.hider.write(name, value.strip()))

    def has_header(self, name: str) -> bool:
        """Say whether a header is there, its name in lower case."""
        return self.find_header(name) is not None

    def find_header(self, name: str) -> str | None:
        """Return the value of a header, its name in lower case."""
        known = self._headers.get(name)
        return self.draft.request["headers"][known] if known else None

    def _set_header(self, name: str, value: str) -> None:
        headers: dict[str, str] = self.draft.request.setdefault("headers", {})
        known = self._headers.setdefault(name.lower(), name)
        headers[known] = f"{headers[known]}, {value}" if known in headers else value

    def add_cookies(self, written: str) -> None:
        """Add cookies as a header has them."""
        for pair in written.split(";"):
            name, separator, value = pair.strip().partition("=")
            if separator and name:
                self.add_cookie(name, value)

    def add_cookie(self, name: str, value: str) -> None:
        """Add a cookie; its value may be a session and is kept secret."""
        cookies = self.draft.request.setdefault("cookies", {})
        cookies[self.write(name)] = self.hider.hide(f"cookie_{name}", value)

    def _authorize(self, value: str) -> None:
        scheme, _, credential = value.partition(" ")
        kind, credential = scheme.lower(), credential.strip()
        if kind == "bearer" and credential:
            self.set_bearer(credential)
        elif kind == "basic" and (pair := decode_basic(credential)):
            self.set_user("basic", *pair)
        elif credential:
            hidden = self.hider.hide("authorization", credential)
            self._set_header("Authorization", f"{self.write(scheme)} {hidden}")
        elif value:
            self._set_header("Authorization", self.hider.hide("authorization", value))

    def set_bearer(self, token: str) -> None:
        """Send a bearer token."""
        self._set_auth("bearer", {}, self.hider.hide("token", token))

    def set_user(self, kind: str, user: str, password: str) -> None:
        """Send user and password, `kind` being basic or digest; a key may be a user without one."""
        name = self.write(user) if password else self.hider.hide("username", user)
        settings = {"username": name, "password": self.hider.hide("password", password)}
        self._set_auth(kind, settings)

    def set_api_key(self, place: str, name: str, value: str) -> None:
        """Send a key in a header, the query or a cookie."""
        settings = {"in": place, "name": self.write(name)}
        self._set_auth("api-key", settings, self.hider.hide(name, value))

    def set_auth(self, kind: str, settings: Mapping[str, str]) -> None:
        """Send what the settings say; those with the names of secrets are hidden."""
        written = {
            name: self.hider.hide(name, value) if is_secret_name(name) else self.write(value)
            for name, value in settings.items()
            if value
        }
        self._set_auth(kind, written)

    def _set_auth(
        self, kind: str, settings: Mapping[str, str], credential: str | None = None
    ) -> None:
        request = self.draft.request
        if "auth_type" in request:
            self.tell("changed", "A request has one authentication; the last one is imported.")
        request["auth_type"] = kind
        request["auth"] = dict(settings)
        request["auth_token_ref"] = None
        if credential is not None:
            only = _EXPRESSION.fullmatch(credential)
            request["auth_token_ref"] = only[1] if only else credential

    def set_transfer(self, **settings: Any) -> None:
        """Say how it travels."""
        self.draft.request.setdefault("transfer", {}).update(settings)

    def suggest_status(self) -> None:
        """Expect a status below 400, which the document does not say."""
        self.draft.response["expected_status_code"] = list(_GOOD_STATUS)
        self.tell("suggested", "Nothing is said of the answer; a status below 400 is expected.")


def collect(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Return pairs as an object; what is there several times becomes a list."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        _append(fields, name, value)
    return fields


def _append(fields: dict[str, Any], name: str, value: Any) -> None:
    known = fields.get(name)
    if name not in fields:
        fields[name] = value
    elif isinstance(known, list):
        cast("list[Any]", known).append(value)
    else:
        fields[name] = [known, value]


def decode_basic(credential: str) -> tuple[str, str] | None:
    """Return user and password of a `Basic` credential; None when it is none."""
    try:
        user, separator, password = (
            base64.b64decode(credential, validate=True).decode().partition(":")
        )
    except (binascii.Error, ValueError):
        return None
    return (user, password) if separator else None
