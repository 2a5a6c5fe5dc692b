"""User and password in every request (RFC 7617)."""

from dataclasses import dataclass, field
from typing import ClassVar, Self

from app.engine.authentication.authentication import Authentication
from app.engine.authentication.line import Line
from app.engine.authentication.settings import Settings
from app.engine.authentication.user import USER_SETTINGS, read_user
from app.engine.requests.header import with_field
from app.engine.requests.user_information import encode_user
from app.engine.transport import PreparedRequest, ReceivedResponse


@dataclass(frozen=True, slots=True)
class Kind(Authentication):
    """`Authorization: Basic <user:password in base64>`."""

    settings: ClassVar[tuple[str, ...]] = USER_SETTINGS

    username: str
    password: str = field(repr=False)

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """The user is in the settings or what `auth_token_ref` names."""
        return cls(*read_user(settings))

    async def send(self, request: PreparedRequest, line: Line) -> ReceivedResponse:
        """Send with user and password."""
        encoded = encode_user(self.username, self.password)
        line.learn_secret(encoded)
        return await line.send(with_field(request, "Authorization", f"Basic {encoded}", encoded))
