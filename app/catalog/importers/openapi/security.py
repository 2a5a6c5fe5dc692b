"""Security schemes as the authentication of cases; secrets become variables."""

import re
from typing import Any

from app.catalog.importers.model import Notice
from app.catalog.importers.openapi.drafts import Operation
from app.catalog.importers.openapi.errors import UnusablePartError
from app.catalog.importers.openapi.references import (
    References,
    find_text,
    get_list,
    get_object,
    join_pointer,
)
from app.catalog.importers.variables import VariableBook
from app.engine.json_values import JsonObject, JsonValue

_OTHER = re.compile(r"[^A-Z0-9]+")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
LONGEST_VARIABLE = 100


class SecurityWriter:
    """Chooses the first alternative of a security requirement that can be carried out."""

    def __init__(
        self,
        document: JsonObject,
        references: References,
        book: VariableBook,
        notices: list[Notice],
    ) -> None:
        self._document = document
        self._references = references
        self._notices = notices
        self._schemes = get_object(get_object(document, "components"), "securitySchemes")
        self._book = book
        self._told: set[str] = set()

    def write(self, operation: Operation) -> dict[str, Any]:
        """Return the fields of the request config that say who sends it."""
        own = operation.document.get("security")
        listed = own if isinstance(own, list) else get_list(self._document, "security")
        alternatives = [entry for entry in listed if isinstance(entry, dict)]
        if not alternatives or not all(alternatives):
            return {}
        for alternative in alternatives:
            config = self._write_alternative(alternative)
            if config is not None:
                return config
        return {}

    def _write_alternative(self, alternative: JsonObject) -> dict[str, Any] | None:
        """All schemes of it; only one can be `auth`, API keys can also be sent as they are."""
        names = sorted(alternative, key=self._is_api_key)
        config = self._write_scheme(names[0], alternative[names[0]])
        if config is None:
            return None
        for name in names[1:]:
            self._add_api_key(config, name)
        return config

    def _is_api_key(self, name: str) -> bool:
        return self._find_scheme(name).get("type") == "apiKey"

    def _find_scheme(self, name: str) -> JsonObject:
        place = join_pointer("/components/securitySchemes", name)
        try:
            return self._references.resolve(self._schemes.get(name), place)
        except UnusablePartError as error:
            self._tell(error.place, error.text)
            return {}

    def _write_scheme(self, name: str, scopes: JsonValue) -> dict[str, Any] | None:
        scheme = self._find_scheme(name)
        place = join_pointer("/components/securitySchemes", name)
        kind, manner = scheme.get("type"), str(scheme.get("scheme")).lower()
        if kind == "apiKey":
            reference = self._require(name, "KEY", f"The API key of {name}.")
            settings = {"in": scheme.get("in"), "name": scheme.get("name")}
            return {"auth_type": "api-key", "auth_token_ref": reference, "auth": settings}
        if kind == "http" and manner in ("basic", "digest"):
            return {"auth_type": manner, "auth": self._write_user(name)}
        if kind == "oauth2":
            return self._write_oauth2(name, scheme, scopes, place)
        if kind == "mutualTLS":
            return self._write_certificate(name)
        if (kind == "http" and manner == "bearer") or kind == "openIdConnect":
            return self._write_bearer(name)
        self._tell(place, f"The scheme {kind} {scheme.get('scheme') or ''} is not known.")
        return None

    def _write_bearer(self, name: str) -> dict[str, Any]:
        reference = self._require(name, "TOKEN", f"The bearer token of {name}.")
        return {"auth_type": "bearer", "auth_token_ref": reference}

    def _write_user(self, name: str) -> dict[str, Any]:
        user = self._require(name, "USERNAME", f"The user of {name}.", is_secret=False)
        password = self._require(name, "PASSWORD", f"The password of {name}.")
        return {"username": f"{{{{{user}}}}}", "password": f"{{{{{password}}}}}"}

    def _write_certificate(self, name: str) -> dict[str, Any]:
        certificate = self._require(name, "CERTIFICATE", "A PEM certificate.", is_secret=False)
        key = self._require(name, "PRIVATE_KEY", "The PEM key of the certificate.")
        tls = {"certificate": f"{{{{{certificate}}}}}", "key": f"{{{{{key}}}}}"}
        return {"auth_type": "mtls", "transfer": {"tls": tls}}

    def _write_oauth2(
        self, name: str, scheme: JsonObject, scopes: JsonValue, place: str
    ) -> dict[str, Any]:
        flow = get_object(get_object(scheme, "flows"), "clientCredentials")
        token_url = find_text(flow, "tokenUrl")
        if token_url is None or not token_url.startswith(("http://", "https://")):
            text = "Only the client credentials flow needs no person: a token is sent as it is."
            self._tell(place, text, kind="changed")
            return self._write_bearer(name)
        client = self._require(name, "CLIENT_ID", f"The client of {name}.", is_secret=False)
        secret = self._require(name, "CLIENT_SECRET", f"The client secret of {name}.")
        settings = {
            "grant": "client_credentials",
            "token_url": token_url,
            "client_id": f"{{{{{client}}}}}",
            "client_secret": f"{{{{{secret}}}}}",
        }
        if isinstance(scopes, list) and scopes:
            settings["scope"] = " ".join(map(str, scopes))
        return {"auth_type": "oauth2", "auth": settings}

    def _add_api_key(self, config: dict[str, Any], name: str) -> None:
        scheme = self._find_scheme(name)
        field = {"header": "headers", "query": "query_params", "cookie": "cookies"}.get(
            str(scheme.get("in"))
        )
        if scheme.get("type") != "apiKey" or field is None:
            place = join_pointer("/components/securitySchemes", name)
            self._tell(place, f"A request has one authentication; {name} is left out.")
            return
        reference = self._require(name, "KEY", f"The API key of {name}.")
        config.setdefault(field, {})[str(scheme.get("name"))] = f"{{{{{reference}}}}}"

    def _require(
        self, scheme: str, ending: str, description: str, *, is_secret: bool = True
    ) -> str:
        """Return the path of a variable, noting that it is needed."""
        words = _OTHER.sub("_", _WORD_START.sub("_", scheme).upper()).strip("_")
        words = words[:LONGEST_VARIABLE] or "API"
        key = words if words.endswith(ending) else f"{words}_{ending}"
        key = f"_{key}" if key[0].isdigit() else key
        return self._book.declare(key, is_secret=is_secret, description=description)

    def _tell(self, place: str, text: str, kind: Any = "not_imported") -> None:
        if place not in self._told:
            self._told.add(place)
            self._notices.append(Notice(kind, place, text))
