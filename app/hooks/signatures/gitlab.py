"""GitLab: the secret itself in `X-Gitlab-Token`, or its newer signatures."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import Field

from app.hooks.signatures.message import (
    Coverage,
    Message,
    Proof,
    SignatureMismatchError,
    make_fingerprint,
)
from app.hooks.signatures.scheme import SignatureScheme, check_header_secret, is_any_equal
from app.hooks.signatures.standard import (
    SIGNATURE_HEADER,
    check_standard_secret,
    generate_standard_secret,
    verify_standard,
)

SHARED_HEADER: Final = "X-Gitlab-Token"
# The first stays the same when GitLab tries again.
ID_HEADERS: Final = ("Idempotency-Key", "X-Gitlab-Event-UUID")


class GitLabScheme(SignatureScheme):
    """GitLab's webhooks."""

    scheme: Literal["gitlab"] = "gitlab"
    mode: Annotated[
        Literal["token", "signed"],
        Field(
            description="`token`: its secret token, which proves nothing about the content. "
            "`signed`: its signing token (`whsec_...`), which signs id, time and body."
        ),
    ] = "token"

    signed_headers = (SHARED_HEADER, SIGNATURE_HEADER)
    replay_window = timedelta(minutes=5)

    def verify(self, message: Message, secrets: Sequence[str], now: datetime) -> Proof:
        """Accept the token, or a signature, of one of the secrets."""
        if self.mode == "signed":
            return verify_standard(message, secrets, now)
        expected = [secret.encode() for secret in secrets if secret]
        if not is_any_equal(message.get(SHARED_HEADER), expected):
            raise SignatureMismatchError("the token does not match")
        fingerprint = make_fingerprint(message.body)
        return Proof(message.find_id(*ID_HEADERS), fingerprint, Coverage.NOTHING)

    def check_secret(self, secret: str) -> None:
        """Demand what GitLab can send."""
        check = check_standard_secret if self.mode == "signed" else check_header_secret
        check(secret)

    def generate_secret(self) -> str:
        """Return a secret in the form that GitLab takes."""
        return generate_standard_secret() if self.mode == "signed" else super().generate_secret()
