"""How a request travels: redirects, cookies, proxy, TLS, version, timeouts, limits."""

from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from app.engine.document import Document
from app.engine.errors import InvalidPlanError
from app.engine.templates.paths import ValueSource
from app.engine.templates.rendering import render_string

HttpVersion: TypeAlias = Literal["1.1", "2"]

MAXIMUM_BODY_BYTES = 10 * 1024 * 1024
DEFAULT_REDIRECTS = 10
HIGHEST_REDIRECTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Whom to trust (`ca`, PEM, beside the usual ones) and how to prove who we are (PEM)."""

    verify: bool = True
    ca: str | None = None
    certificate: str | None = None
    key: str | None = field(default=None, repr=False)

    @classmethod
    def from_document(cls, document: Document) -> "Tls":
        """Read `transfer.tls`; raise InvalidPlanError naming the field."""
        return cls(
            verify=document.get_boolean("verify", True),
            ca=document.find_text("ca"),
            certificate=document.find_text("certificate"),
            key=document.find_text("key"),
        )

    @property
    def templates(self) -> tuple[str | None, ...]:
        """The texts that may use values of the context."""
        return self.ca, self.certificate, self.key

    def render(self, source: ValueSource) -> "Tls":
        """Fill in the templates; raise TemplateError naming the place."""
        return replace(
            self,
            ca=_render(self.ca, source, "ca"),
            certificate=_render(self.certificate, source, "certificate"),
            key=_render(self.key, source, "key"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """
    The settings of one request's way; texts may hold templates until they are rendered.

    `maximum_redirects` of 0 follows none. `maximum_body_bytes` counts the decoded body; None is
    the transport's own limit. A timeout of None leaves only the one of the whole exchange.
    """

    maximum_redirects: int = 0
    uses_cookies: bool = True
    proxy: str | None = None
    tls: Tls = Tls()
    http_version: HttpVersion = "1.1"
    connect_timeout_ms: int | None = None
    read_timeout_ms: int | None = None
    maximum_body_bytes: int | None = None
    accepts_compression: bool = True

    @classmethod
    def from_document(cls, document: Document) -> "Transfer":
        """Read `transfer` of a test; raise InvalidPlanError naming the field."""
        timeouts = _find_document(document, "timeouts")
        return cls(
            maximum_redirects=_read_redirects(_find_document(document, "redirects")),
            uses_cookies=_read_choice(document, "cookies", ("run", "off")) != "off",
            proxy=document.find_text("proxy"),
            tls=Tls.from_document(_find_document(document, "tls")),
            http_version=_read_http_version(document),
            connect_timeout_ms=_find_positive(timeouts, "connect_ms"),
            read_timeout_ms=_find_positive(timeouts, "read_ms"),
            maximum_body_bytes=_find_positive(document, "maximum_body_bytes"),
            accepts_compression=document.get_boolean("compression", True),
        )

    @property
    def templates(self) -> tuple[str | None, ...]:
        """The texts that may use values of the context; those of `tls` are credentials."""
        return (self.proxy, *self.tls.templates)

    def render(self, source: ValueSource) -> "Transfer":
        """Fill in the templates; raise TemplateError naming the place."""
        if not any(self.templates):
            return self
        proxy = None if self.proxy is None else render_string(self.proxy, source, "transfer.proxy")
        return replace(self, proxy=proxy or None, tls=self.tls.render(source))


def _render(text: str | None, source: ValueSource, name: str) -> str | None:
    return None if text is None else render_string(text, source, f"transfer.tls.{name}") or None


def _find_document(document: Document, name: str) -> Document:
    return Document(document.get_object(name), document.locate(name))


def _read_redirects(document: Document) -> int:
    if not document.get_boolean("follow", False):
        return 0
    maximum = document.get_integer("maximum", DEFAULT_REDIRECTS, minimum=1)
    if maximum > HIGHEST_REDIRECTS:
        raise InvalidPlanError(document.locate("maximum"), f"must be at most {HIGHEST_REDIRECTS}")
    return maximum


def _read_http_version(document: Document) -> HttpVersion:
    return "2" if _read_choice(document, "http_version", ("1.1", "2")) == "2" else "1.1"


def _read_choice(document: Document, name: str, choices: tuple[str, ...]) -> str | None:
    text = document.find_text(name)
    if text is not None and text not in choices:
        raise InvalidPlanError(
            document.locate(name), f"must be {' or '.join(choices)}, not '{text}'"
        )
    return text


def _find_positive(document: Document, name: str) -> int | None:
    value = document.get_integer(name, 0)
    return value or None
