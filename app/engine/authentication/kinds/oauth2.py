"""OAuth 2.0 (RFC 6749): an access token for client credentials or for a refresh token."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import ClassVar, Self

from app.engine.authentication.authentication import Authentication
from app.engine.authentication.line import Line
from app.engine.authentication.settings import Settings
from app.engine.authentication.token_endpoint import ClientAuthentication, TokenEndpoint
from app.engine.authentication.tokens import Token, TokenKeeper
from app.engine.transport import PreparedRequest, ReceivedResponse


class Grant(StrEnum):
    """What the client has to show for a token."""

    CLIENT_CREDENTIALS = "client_credentials"
    REFRESH = "refresh_token"


@dataclass(frozen=True, slots=True)
class Kind(Authentication):
    """The token is fetched once for a run, again before it expires, and once when refused."""

    settings: ClassVar[tuple[str, ...]] = (
        "grant",
        "token_url",
        "client_id",
        "client_secret",
        "scope",
        "audience",
        "refresh_token",
        "client_authentication",
    )
    is_shared: ClassVar[bool] = True

    grant: Grant
    endpoint: TokenEndpoint
    scope: str | None
    audience: str | None
    refresh_token: str | None = field(repr=False)
    keeper: TokenKeeper = field(default_factory=TokenKeeper, init=False, compare=False, repr=False)

    @classmethod
    def build(cls, settings: Settings) -> Self:
        """Client credentials need a client and its secret; a refresh token is enough alone."""
        grant = settings.get_choice("grant", Grant)
        is_refresh = grant is Grant.REFRESH
        read = settings.find_text if is_refresh else settings.get_text
        return cls(
            grant,
            TokenEndpoint(
                url=settings.get_url("token_url"),
                client_id=read("client_id"),
                client_secret=read("client_secret"),
                authentication=settings.get_choice("client_authentication", ClientAuthentication),
            ),
            scope=settings.find_text("scope"),
            audience=settings.find_text("audience"),
            refresh_token=settings.get_text("refresh_token") if is_refresh else None,
        )

    async def send(self, request: PreparedRequest, line: Line) -> ReceivedResponse:
        """Send with the token; once more, with another one, when the target refuses it."""
        token = await self.keeper.get(line, self._fetch)
        response = await self._send_with(token, request, line)
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            return response
        token = await self.keeper.replace(token, line, self._fetch)
        return response if token is None else await self._send_with(token, request, line)

    async def _send_with(
        self, token: Token, request: PreparedRequest, line: Line
    ) -> ReceivedResponse:
        response = await line.send(token.authorize(request))
        if response.status_code != HTTPStatus.UNAUTHORIZED:
            token.is_accepted = True
        return response

    async def _fetch(self, line: Line, previous: Token | None) -> Token:
        refresh_token = (previous and previous.refresh_token) or self.refresh_token
        token = await self.endpoint.fetch(tuple(self._iter_parameters(refresh_token)), line)
        token.refresh_token = token.refresh_token or refresh_token
        return token

    def _iter_parameters(self, refresh_token: str | None) -> Iterator[tuple[str, str]]:
        yield "grant_type", self.grant
        if self.grant is Grant.REFRESH:
            yield "refresh_token", refresh_token or ""
        if self.scope:
            yield "scope", self.scope
        if self.audience:
            yield "audience", self.audience
