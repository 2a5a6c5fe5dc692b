"""A JWT (RFC 7519) that the client signs itself with a secret it shares with the target."""

import warnings
from dataclasses import dataclass, field
from typing import ClassVar, Self

import jwt
import orjson

from app.engine.authentication.authentication import Authentication
from app.engine.authentication.line import Line
from app.engine.authentication.settings import Settings
from app.engine.authentication.tokens import Token, TokenKeeper, get_usable_seconds
from app.engine.errors import InvalidRequestError
from app.engine.json_values import JsonObject, render_json
from app.engine.transport import PreparedRequest, ReceivedResponse

DEFAULT_LIFETIME_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Kind(Authentication):
    """
    `Authorization: Bearer <JWT>` with iss, iat, exp and the `claims`, which win over these.

    The tests of a run share one token until shortly before it expires.
    """

    settings: ClassVar[tuple[str, ...]] = (
        "api_key",
        "api_secret",
        "issuer",
        "lifetime_seconds",
        "claims",
    )
    is_shared: ClassVar[bool] = True

    issuer: str
    secret: str = field(repr=False)
    lifetime_seconds: int
    claims: str
    keeper: TokenKeeper = field(default_factory=TokenKeeper, init=False, compare=False, repr=False)

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """The issuer is the API key unless the settings name another."""
        return cls(
            issuer=settings.find_text("issuer") or settings.get_text("api_key"),
            secret=settings.get_text("api_secret"),
            lifetime_seconds=settings.get_seconds("lifetime_seconds", DEFAULT_LIFETIME_SECONDS),
            claims=render_json(settings.get_object("claims")),
        )

    async def send(self, request: PreparedRequest, line: Line) -> ReceivedResponse:
        """Send with a token that is good for a while."""
        token = await self.keeper.get(line, self._sign)
        return await line.send(token.authorize(request))

    async def _sign(self, line: Line, _previous: Token | None) -> Token:
        issued_at = int(line.now.timestamp())
        claims: JsonObject = {
            "iss": self.issuer,
            "iat": issued_at,
            "exp": issued_at + self.lifetime_seconds,
            **orjson.loads(self.claims),
        }
        value = _encode(claims, self.secret)
        line.learn_secret(value)
        return Token(value, line.seconds + get_usable_seconds(self.lifetime_seconds))


def _encode(claims: JsonObject, secret: str) -> str:
    try:
        with warnings.catch_warnings():
            # The target chose the secret; that it is short is nothing the test could change.
            warnings.simplefilter("ignore", jwt.warnings.InsecureKeyLengthWarning)
            return jwt.encode(claims, secret, algorithm="HS256")
    except (jwt.PyJWTError, TypeError) as error:
        raise InvalidRequestError(
            f"no token can be signed: {error}", "auth", "Correct api_secret and claims."
        ) from error
