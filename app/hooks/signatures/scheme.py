"""What every signature scheme can do."""

import re
import secrets as randomness
from abc import abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import ClassVar, Final

from app.engine.json_values import JsonValue
from app.hooks.signatures.message import Coverage, Message, Proof
from app.web.fields import RequestModel

MINIMUM_SECRET: Final = 16
MAXIMUM_SECRET: Final = 500
HEADER_NAME: Final = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$"
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class SignatureScheme(RequestModel):
    """How deliveries of a hook prove where they come from; the fields are the scheme's settings."""

    signed_headers: ClassVar[tuple[str, ...]] = ()
    """Headers that carry a signature or the secret itself."""
    replay_window: ClassVar[timedelta] = timedelta(0)
    """How long an equal delivery counts as the same one, unless its hook says otherwise."""

    @abstractmethod
    def verify(self, message: Message, secrets: Sequence[str], now: datetime) -> Proof:
        """Return the proof that one of the secrets gives; raises `SignatureMismatchError`."""
        ...

    def list_signed_headers(self) -> tuple[str, ...]:
        """Return the names of headers that nobody may see."""
        return self.signed_headers

    def check_secret(self, secret: str) -> None:
        """Raise `ValueError` when a secret is too easy to guess or cannot work with this scheme."""
        check_length(secret)

    def generate_secret(self) -> str:
        """Return a new secret."""
        return randomness.token_urlsafe(32)

    def explain_ignoring(self, message: Message) -> str | None:
        """Say why a genuine message starts nothing, such as a test of the connection."""
        del message
        return None

    def check_payload(self, payload: JsonValue) -> None:
        """Raise `HookPayloadError` when the payload is not what such senders send."""
        del payload


def check_length(secret: str) -> None:
    """Raise `ValueError` for a secret that is short, endless or not printable."""
    if not MINIMUM_SECRET <= len(secret) <= MAXIMUM_SECRET:
        raise ValueError(f"a secret has {MINIMUM_SECRET} to {MAXIMUM_SECRET} characters")
    if not secret.isprintable():
        raise ValueError("a secret has printable characters only")


def check_header_secret(secret: str) -> None:
    """Raise `ValueError` for a secret that no header can carry as it is."""
    check_length(secret)
    if not _VISIBLE.fullmatch(secret):
        raise ValueError("a secret that travels in a header has visible ASCII characters only")


def is_any_equal(given: bytes, expected: Sequence[bytes]) -> bool:
    """Compare with every candidate in a time that tells nothing about them."""
    matches = [compare_digest(given, candidate) for candidate in expected]
    return any(matches)


def get_replay_window(scheme: SignatureScheme, proof: Proof, wanted: timedelta | None) -> timedelta:
    """Return for how long a delivery with the same fingerprint is the same delivery."""
    window = scheme.replay_window if wanted is None else wanted
    match proof.coverage:
        case Coverage.ID:
            return timedelta(0)
        case Coverage.TIME:
            # As long as the signed time is within the tolerance, whatever the hook says.
            return max(window, scheme.replay_window)
        case Coverage.BODY:
            return window
        case Coverage.NOTHING:
            # Whoever holds the secret writes any body: only accidents are to be recognised.
            return window if proof.delivery_id is None else timedelta(0)
