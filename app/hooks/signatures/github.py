"""GitHub: the body signed with HMAC-SHA256 in `X-Hub-Signature-256`."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Literal

from app.hooks.signatures.message import (
    Coverage,
    Message,
    Proof,
    SignatureMismatchError,
    make_fingerprint,
)
from app.hooks.signatures.scheme import SignatureScheme, is_any_equal

SIGNATURE_HEADER: Final = "X-Hub-Signature-256"
EVENT_HEADER: Final = "X-GitHub-Event"
ID_HEADER: Final = "X-GitHub-Delivery"


class GitHubScheme(SignatureScheme):
    """
    GitHub's webhooks, and those of whoever signs like it.

    The id of a delivery is not signed, so an equal body counts as the same delivery for a day.
    """

    scheme: Literal["github"] = "github"

    signed_headers = (SIGNATURE_HEADER, "X-Hub-Signature")
    replay_window = timedelta(days=1)

    def verify(self, message: Message, secrets: Sequence[str], now: datetime) -> Proof:
        """Accept a body signed with one of the secrets."""
        del now
        given = message.get(SIGNATURE_HEADER)
        expected = [
            b"sha256=" + hmac.new(secret.encode(), message.body, sha256).hexdigest().encode()
            for secret in secrets
            if secret
        ]
        if not is_any_equal(given, expected):
            raise SignatureMismatchError("the signature does not match")
        return Proof(message.find_id(ID_HEADER), make_fingerprint(message.body), Coverage.BODY)

    def explain_ignoring(self, message: Message) -> str | None:
        """GitHub sends a ping when a webhook is set up."""
        return "ping" if message.find(EVENT_HEADER) == b"ping" else None
