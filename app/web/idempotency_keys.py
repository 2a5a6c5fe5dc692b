"""Idempotency keys in the database, their answers encrypted: some hold what is shown only once."""

import base64
import hashlib
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from app.db.session import Session
from app.web.errors import IdempotencyKeyInUseError, IdempotencyKeyReusedError
from app.web.idempotency import KeptAnswer

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
        request = {"key": key, "fingerprint": f"{fingerprint} {self._rights}"}
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

    async def keep(self, key: str, answer: KeptAnswer) -> None:
        """Keep the answer for a day."""
        request = {"key": key, "answer": self._encrypt(answer)}
        await self._session.call("settle_idempotency_key", request, idempotent=True)

    async def release(self, key: str) -> None:
        """Forget the key."""
        await self._session.call("settle_idempotency_key", {"key": key}, idempotent=True)

    def _encrypt(self, answer: KeptAnswer) -> str:
        content: dict[str, Any] = {
            "status": answer.status,
            "headers": answer.headers,
            "body": base64.b64encode(answer.body).decode(),
        }
        return self._cipher.encrypt(orjson.dumps(content)).decode()

    def _decrypt(self, token: str) -> KeptAnswer:
        try:
            content = orjson.loads(self._cipher.decrypt(token))
        except InvalidToken as error:
            message = "What was answered under this Idempotency-Key can no longer be read."
            raise IdempotencyKeyReusedError(message) from error
        return KeptAnswer(content["status"], content["headers"], base64.b64decode(content["body"]))
