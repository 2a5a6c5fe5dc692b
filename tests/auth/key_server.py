"""An auth service reduced to its key set, on a real socket, and the keys that it may hold."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import uuid4

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

Algorithm = Literal["ES256", "RS256", "EdDSA"]


class KeyServer:
    """Serves `keys`; counts requests; can be told to fail, to answer nonsense or to hesitate."""

    def __init__(self) -> None:
        self.keys: list[dict[str, Any]] = []
        self.requests = 0
        self.status = 200
        self.content: str | None = None
        self.was_asked = asyncio.Event()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/auth/v1/.well-known/jwks.json", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        await self._runner.cleanup()

    async def _answer(self, _: web.Request) -> web.Response:
        self.requests += 1
        self.was_asked.set()
        await self.may_answer.wait()
        text = self.content or json.dumps({"keys": self.keys})
        return web.Response(text=text, status=self.status, content_type="application/json")


@dataclass
class SigningKey:
    """A private key of the auth service."""

    algorithm: Algorithm = "ES256"
    key_id: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        if self.algorithm == "ES256":
            self.private = ec.generate_private_key(ec.SECP256R1())
        elif self.algorithm == "RS256":
            self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        else:
            self.private = ed25519.Ed25519PrivateKey.generate()

    @property
    def public(self) -> dict[str, Any]:
        properties = {"kid": self.key_id, "alg": self.algorithm, "use": "sig"}
        return {**self._to_jwk(), **properties}

    @property
    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, claims: dict[str, Any], **header: Any) -> str:
        headers = {"kid": self.key_id, **header}
        return jwt.encode(claims, self.private, self.algorithm, headers=headers)

    def _to_jwk(self) -> dict[str, Any]:
        key = self.private.public_key()
        if isinstance(key, ec.EllipticCurvePublicKey):
            return ECAlgorithm.to_jwk(key, as_dict=True)
        if isinstance(key, rsa.RSAPublicKey):
            return RSAAlgorithm.to_jwk(key, as_dict=True)
        return OKPAlgorithm.to_jwk(key, as_dict=True)


def create_claims(issuer_url: str, **changes: Any) -> dict[str, Any]:
    """Return what Supabase puts into a token; a change to None removes the claim."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": f"{issuer_url}/auth/v1",
        "aud": "authenticated",
        "role": "authenticated",
        "sub": str(uuid4()),
        "iat": now,
        "exp": now + 3600,
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}
