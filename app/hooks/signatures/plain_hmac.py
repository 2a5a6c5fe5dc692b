"""HMAC as most senders have it, each with a header and a text of its own."""

import base64
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from app.hooks.signatures.message import (
    Coverage,
    Message,
    Proof,
    SignatureMismatchError,
    check_time,
    make_fingerprint,
)
from app.hooks.signatures.scheme import HEADER_NAME, SignatureScheme, is_any_equal

_PLACEHOLDER = re.compile(rb"\{(body|timestamp|id)\}")
_PRINTABLE: Final = r"^[\x20-\x7e]*$"

HeaderName = Annotated[str, Field(pattern=HEADER_NAME)]


class HmacScheme(SignatureScheme):
    """A signature over the body, with a timestamp and an id in front of it if the sender has them."""

    scheme: Literal["hmac"] = "hmac"
    header: Annotated[HeaderName, Field(examples=["X-Slack-Signature"])]
    prefix: Annotated[
        str, Field(max_length=50, pattern=_PRINTABLE, examples=["v0="], description="Before it.")
    ] = ""
    encoding: Literal["hex", "base64"] = "hex"
    algorithm: Literal["sha256", "sha512"] = "sha256"
    timestamp_header: Annotated[
        HeaderName | None,
        Field(description="Seconds since 1970, at most five minutes from now; always signed."),
    ] = None
    id_header: Annotated[
        HeaderName | None, Field(description="What the sender calls the delivery.")
    ] = None
    signed_text: Annotated[
        str,
        Field(
            max_length=200,
            pattern=_PRINTABLE,
            examples=["v0:{timestamp}:{body}"],
            description="What is signed: `{body}`, and the headers as `{timestamp}` and `{id}`. "
            "Empty: `{body}`, or `{timestamp}.{body}` with a timestamp.",
        ),
    ] = ""

    replay_window = timedelta(days=1)

    @model_validator(mode="after")
    def _check_signed_text(self) -> Self:
        names = [name.decode() for name in _PLACEHOLDER.findall(self._template)]
        if sorted(set(names)) != sorted(names) or "body" not in names:
            message = "signed_text names {body} once, and {timestamp} and {id} at most once"
            raise ValueError(message)
        if ("timestamp" in names) != (self.timestamp_header is not None):
            message = "signed_text names {timestamp} if, and only if, there is a timestamp_header"
            raise ValueError(message)
        if "id" in names and self.id_header is None:
            message = "signed_text names {id}, so an id_header is needed"
            raise ValueError(message)
        return self

    def verify(self, message: Message, secrets: Sequence[str], now: datetime) -> Proof:
        """Accept a text signed with one of the secrets."""
        given = message.get(self.header)
        delivery_id = message.find_id(self.id_header) if self.id_header else None
        signed = self._fill(message, delivery_id, now)
        expected = [self._sign(secret, signed) for secret in secrets if secret]
        if not is_any_equal(given, expected):
            raise SignatureMismatchError("the signature does not match")
        return Proof(delivery_id, make_fingerprint(signed), self._coverage)

    def list_signed_headers(self) -> tuple[str, ...]:
        """Return the header of the signature."""
        return (self.header,)

    @property
    def _template(self) -> bytes:
        default = "{timestamp}.{body}" if self.timestamp_header else "{body}"
        return (self.signed_text or default).encode("ascii")

    @property
    def _coverage(self) -> Coverage:
        # A signed id without a time could be kept and sent again once it is forgotten here.
        if self.timestamp_header is None:
            return Coverage.BODY
        return Coverage.ID if b"{id}" in self._template else Coverage.TIME

    def _fill(self, message: Message, delivery_id: str | None, now: datetime) -> bytes:
        values = {b"body": message.body, b"id": (delivery_id or "").encode("ascii")}
        if b"{id}" in self._template and delivery_id is None:
            raise SignatureMismatchError(f"the header {self.id_header} is missing")
        if self.timestamp_header is not None:
            values[b"timestamp"] = message.get(self.timestamp_header)
            check_time(values[b"timestamp"], now)
        return _PLACEHOLDER.sub(lambda found: values[found[1]], self._template)

    def _sign(self, secret: str, content: bytes) -> bytes:
        digest = hmac.new(secret.encode(), content, self.algorithm).digest()
        encoded = digest.hex().encode() if self.encoding == "hex" else base64.b64encode(digest)
        return self.prefix.encode("ascii") + encoded
