"""Standard Webhooks: id, timestamp and body signed, several signatures at once."""

import base64
import binascii
import re
import secrets as randomness
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, Literal

from standardwebhooks import Webhook

from app.hooks.signatures.message import (
    Coverage,
    Message,
    Proof,
    SignatureMismatchError,
    check_time,
    make_fingerprint,
)
from app.hooks.signatures.scheme import SignatureScheme, is_any_equal

PREFIX_OF_KEYS: Final = "whsec_"
SECRET_BYTES: Final = 32
MINIMUM_BYTES: Final = 24
MAXIMUM_BYTES: Final = 64
MAXIMUM_SIGNATURES: Final = 20
ID_HEADER: Final = "webhook-id"
TIME_HEADER: Final = "webhook-timestamp"
SIGNATURE_HEADER: Final = "webhook-signature"

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


class StandardScheme(SignatureScheme):
    """Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`."""

    scheme: Literal["standard"] = "standard"

    signed_headers = (SIGNATURE_HEADER,)

    def verify(self, message: Message, secrets: Sequence[str], now: datetime) -> Proof:
        """Accept a message with a `v1` signature of one of the secrets, not too old or too new."""
        return verify_standard(message, secrets, now)

    def check_secret(self, secret: str) -> None:
        """Demand base64 of 24 to 64 bytes, as the specification does."""
        check_standard_secret(secret)

    def generate_secret(self) -> str:
        """Return `whsec_` and 32 random bytes."""
        return generate_standard_secret()


def verify_standard(message: Message, secrets: Sequence[str], now: datetime) -> Proof:
    """Return the proof of a message signed as Standard Webhooks; raises `SignatureMismatchError`."""
    delivery_id = message.find_id(ID_HEADER)
    if delivery_id is None:
        raise SignatureMismatchError(f"the header {ID_HEADER} is missing")
    time, given = message.get(TIME_HEADER), message.get(SIGNATURE_HEADER).split(b" ")
    check_time(time, now)
    if len(given) > MAXIMUM_SIGNATURES:
        raise SignatureMismatchError("there are too many signatures")
    expected = _sign_with_each(secrets, delivery_id, time, message.body)
    matches = [is_any_equal(signature, expected) for signature in given]
    if not any(matches):
        raise SignatureMismatchError("no signature matches")
    content = b".".join((delivery_id.encode(), time, message.body))
    return Proof(delivery_id, make_fingerprint(content), Coverage.ID)


def check_standard_secret(secret: str) -> None:
    """Raise `ValueError` unless it is `whsec_` (which may be missing) and 24 to 64 bytes in base64."""
    encoded = secret.removeprefix(PREFIX_OF_KEYS)
    try:
        if not _BASE64.fullmatch(encoded):
            raise ValueError
        content = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"a secret is {PREFIX_OF_KEYS} and base64") from error
    if not MINIMUM_BYTES <= len(content) <= MAXIMUM_BYTES:
        raise ValueError(f"a secret has {MINIMUM_BYTES} to {MAXIMUM_BYTES} bytes in base64")


def generate_standard_secret() -> str:
    """Return a new secret in the form of the specification."""
    content = randomness.token_bytes(SECRET_BYTES)
    return PREFIX_OF_KEYS + base64.b64encode(content).decode()


def _sign_with_each(
    secrets: Sequence[str], delivery_id: str, time: bytes, body: bytes
) -> list[bytes]:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise SignatureMismatchError("the body is not UTF-8, which this scheme signs") from error
    when = datetime.fromtimestamp(int(time), UTC)
    usable = [secret for secret in secrets if _is_usable(secret)]
    return [Webhook(secret).sign(delivery_id, when, text).encode() for secret in usable]


def _is_usable(secret: str) -> bool:
    """A secret of another scheme, which the hook had before, signs nothing here."""
    try:
        check_standard_secret(secret)
    except ValueError:
        return False
    return True
