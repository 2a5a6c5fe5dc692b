"""A bearer token (RFC 6750) that a test captured or a variable holds."""

from dataclasses import dataclass, field
from typing import ClassVar, Self

from app.engine.authentication.authentication import Authentication
from app.engine.authentication.line import Line
from app.engine.authentication.settings import Settings
from app.engine.requests.header import with_field
from app.engine.transport import PreparedRequest, ReceivedResponse


@dataclass(frozen=True, slots=True)
class Kind(Authentication):
    """`Authorization: Bearer <token>`."""

    settings: ClassVar[tuple[str, ...]] = ()

    token: str = field(repr=False)

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """The token is what `auth_token_ref` names."""
        return cls(settings.get_token())

    async def send(self, request: PreparedRequest, line: Line) -> ReceivedResponse:
        """Send with the token."""
        return await line.send(
            with_field(request, "Authorization", f"Bearer {self.token}", self.token)
        )
