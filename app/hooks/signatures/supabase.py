"""Supabase database webhooks: unsigned, with whatever headers were configured."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from app.engine.json_values import JsonValue
from app.hooks.errors import HookPayloadError
from app.hooks.signatures.message import (
    Coverage,
    Message,
    Proof,
    SignatureMismatchError,
    make_fingerprint,
)
from app.hooks.signatures.scheme import (
    HEADER_NAME,
    SignatureScheme,
    check_header_secret,
    is_any_equal,
)

EVENT_TYPES: Final = ("INSERT", "UPDATE", "DELETE")


class SupabaseScheme(SignatureScheme):
    """A trigger that sends rows with pg_net; the secret is in one of its headers."""

    scheme: Literal["supabase"] = "supabase"
    header: Annotated[str, Field(pattern=HEADER_NAME, examples=["X-Hook-Secret"])] = "X-Hook-Secret"
    prefix: Annotated[
        str,
        Field(max_length=50, pattern=r"^[\x20-\x7e]*$", examples=["Bearer "]),
    ] = ""

    replay_window = timedelta(minutes=5)

    def verify(self, message: Message, secrets: Sequence[str], now: datetime) -> Proof:
        """Accept one of the secrets in the header."""
        del now
        prefix = self.prefix.encode("ascii")
        expected = [prefix + secret.encode() for secret in secrets if secret]
        if not is_any_equal(message.get(self.header), expected):
            raise SignatureMismatchError("the secret does not match")
        return Proof(None, make_fingerprint(message.body), Coverage.NOTHING)

    def list_signed_headers(self) -> tuple[str, ...]:
        """Return the header of the secret."""
        return (self.header,)

    def check_secret(self, secret: str) -> None:
        """Demand what a header can carry."""
        check_header_secret(secret)

    def check_payload(self, payload: JsonValue) -> None:
        """Demand `type`, `table`, `schema`, `record` and `old_record`, as Supabase documents them."""
        if not isinstance(payload, dict) or payload.get("type") not in EVENT_TYPES:
            raise HookPayloadError(
                "type: one of INSERT, UPDATE and DELETE is needed.", field="type"
            )
        for name in ("table", "schema"):
            if not isinstance(payload.get(name), str):
                raise HookPayloadError(f"{name}: a text is needed.", field=name)
        for name in ("record", "old_record"):
            if not isinstance(payload.get(name), dict | None):
                raise HookPayloadError(f"{name}: an object or null is needed.", field=name)
