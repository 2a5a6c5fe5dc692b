"""Idempotency keys in the database, their answers encrypted: some hold what is shown only once."""

import base64
import hashlib
import zlib
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from app.db.session import Session
from app.web.errors import IdempotencyKeyInUseError, IdempotencyKeyReusedError
from app.web.idempotency import KeptAnswer

LEVEL = 1
PURPOSE = b"answers to idempotent requests\n"


def create_cipher(*encryption_keys: SecretStr | None) -> MultiFernet:
    """Return the cipher of kept answers; it writes with the first key and reads with any."""
    return MultiFernet([_derive(key) for key in encryption_keys if key is not None])


def _derive(encryption_key: SecretStr) -> Fernet:
    secret = encryption_key.get_secret_value().encode()
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(PURPOSE + secret).digest()))


class DatabaseKeys:
    """
    The keys of the caller whose session it is.

    `rights` sets requests apart that one user sends with other rights: what a person was answered
    is not for the machines that act for them.
    """

    def __init__(self, session: Session, cipher: MultiFernet, rights: str) -> None:
        self._session = session
        self._cipher = cipher
        self._rights = rights

    async def claim(self, key: str, fingerprint: str) -> KeptAnswer | None:
        """Raises `IdempotencyKeyInUseError` or `IdempotencyKeyReusedError`."""
        request = self._name(key, fingerprint)
        claim = await self._session.call("claim_idempotency_key", request)
        match claim["state"]:
            case "claimed":
                return None
            case "answered":
                return self._decrypt(claim["answer"])
            case "running":
                raise IdempotencyKeyInUseError
            case _:
                raise IdempotencyKeyReusedError

    async def keep(self, key: str, fingerprint: str, answer: KeptAnswer) -> None:
        """Keep the answer for a day."""
        request = {**self._name(key, fingerprint), "answer": self._encrypt(answer)}
        await self._session.call("settle_idempotency_key", request, idempotent=True)

    async def release(self, key: str, fingerprint: str) -> None:
        """Forget the key."""
        request = self._name(key, fingerprint)
        await self._session.call("settle_idempotency_key", request, idempotent=True)

    def _name(self, key: str, fingerprint: str) -> dict[str, str]:
        return {"key": key, "fingerprint": f"{fingerprint} {self._rights}"}

    def _encrypt(self, answer: KeptAnswer) -> str:
        content: dict[str, Any] = {
            "status": answer.status,
            "headers": answer.headers,
            "body": base64.b64encode(answer.body).decode(),
        }
        return self._cipher.encrypt(zlib.compress(orjson.dumps(content), LEVEL)).decode()

    def _decrypt(self, token: str) -> KeptAnswer:
        try:
            content = orjson.loads(zlib.decompress(self._cipher.decrypt(token)))
        except (InvalidToken, zlib.error) as error:
            message = "What was answered under this Idempotency-Key can no longer be read."
            raise IdempotencyKeyReusedError(message) from error
        return KeptAnswer(content["status"], content["headers"], base64.b64decode(content["body"]))
