"""A target that demands digest authentication and verifies it as RFC 7616 says."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

REALM = "test, realm"
USERS = {"ada": "correct horse", "Äda": "grüße"}

_FIELD = re.compile(r'(\w+)=(?:"([^"]*)"|([^,\s]+))')


def compute_response(password: str, fields: dict[str, str], method: str, client: str) -> str:
    """What RFC 7616, 3.4.1 says the response must be; `client` is the nonce of a session's key."""
    algorithm = fields["algorithm"]
    name = algorithm.upper().removesuffix("-SESS").replace("-", "").lower()

    def digest(*parts: str) -> str:
        return hashlib.new(name, ":".join(parts).encode()).hexdigest()

    secret = digest(fields["username"], fields["realm"], password)
    if algorithm.upper().endswith("-SESS"):
        secret = digest(secret, fields["nonce"], client)
    checked = (fields["nonce"], fields["nc"], fields["cnonce"], fields["qop"])
    return digest(secret, *checked, digest(method, fields["uri"]))


@dataclass
class DigestTarget:
    """Nonces are good for `nonce_uses` requests, whose counts must grow if it `is_strict`."""

    algorithm: str = "MD5"
    challenges: tuple[str, ...] = ('Digest realm="{realm}", nonce="{nonce}", qop="auth,auth-int"',)
    nonce_uses: int = 1_000_000
    is_strict: bool = True
    challenged: int = 0
    verified: int = 0
    counts: dict[str, int] = field(default_factory=dict[str, int])
    uses: dict[str, int] = field(default_factory=dict[str, int])
    clients: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def application(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self.answer, methods=["GET", "POST"])])

    async def answer(self, request: Request) -> PlainTextResponse:
        header = request.headers.get("authorization", "").encode("latin-1").decode()
        scheme, _, rest = header.partition(" ")
        fields = {match[1]: match[2] or match[3] or "" for match in _FIELD.finditer(rest)}
        if scheme == "Digest" and self.is_right(fields, request):
            self.verified += 1
            return PlainTextResponse((await request.body()).decode())
        return self.challenge(is_stale=fields.get("nonce") in self.counts)

    def challenge(self, *, is_stale: bool) -> PlainTextResponse:
        self.challenged += 1
        nonce = secrets.token_urlsafe(16)
        self.counts[nonce] = 0
        response = PlainTextResponse("who are you?", 401)
        for challenge in self.challenges:
            text = challenge.format(realm=REALM, nonce=nonce)
            stale = ", stale=true" if is_stale else ""
            response.headers.append(
                "WWW-Authenticate", f'{text}, opaque="o", algorithm={self.algorithm}{stale}'
            )
        return response

    def is_right(self, fields: dict[str, str], request: Request) -> bool:
        password = USERS.get(fields["username"])
        target = request.scope["raw_path"].decode()
        if request.scope["query_string"]:
            target += f"?{request.scope['query_string'].decode()}"
        if password is None or fields["uri"] != target or fields["opaque"] != "o":
            return False
        client = self.clients.setdefault(fields["nonce"], fields["cnonce"])
        expected = compute_response(password, fields, request.method, client)
        return fields["response"] == expected and self.count(fields)

    def count(self, fields: dict[str, str]) -> bool:
        """Whether this use of the nonce is allowed."""
        nonce, count = fields["nonce"], int(fields["nc"], 16)
        known = self.counts.get(nonce)
        if known is None or self.uses.get(nonce, 0) >= self.nonce_uses:
            return False
        if self.is_strict and count <= known:
            return False
        self.counts[nonce] = max(known, count)
        self.uses[nonce] = self.uses.get(nonce, 0) + 1
        return True
