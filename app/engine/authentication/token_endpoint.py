"""Asks the token endpoint of an OAuth 2.0 server (RFC 6749)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import quote_plus, urlencode

from app.engine.authentication.errors import AuthenticationError
from app.engine.authentication.line import Line
from app.engine.authentication.token_answer import CHECK_ENDPOINT, TokenAnswer
from app.engine.authentication.tokens import Token, get_usable_seconds
from app.engine.errors import TransportError
from app.engine.requests.build import USER_AGENT
from app.engine.requests.user_information import encode_user
from app.engine.transfer import Transfer
from app.engine.transport import PreparedRequest

Parameters: TypeAlias = tuple[tuple[str, str], ...]

MAXIMUM_ANSWER_BYTES = 256 * 1024


class ClientAuthentication(StrEnum):
    """How the client proves itself to the token endpoint."""

    BASIC = "basic"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class TokenEndpoint:
    """Where a client gets its tokens, and how it proves there who it is."""

    url: str
    client_id: str | None
    client_secret: str | None = field(repr=False)
    authentication: ClientAuthentication

    async def fetch(self, parameters: Parameters, line: Line) -> Token:
        """A new token; raise AuthenticationError with what the endpoint said."""
        asked_at = line.seconds
        try:
            response = await line.send(self._build(parameters, line))
        except TransportError as error:
            message = f"the token endpoint {self.url} did not answer: {error.problem.message}"
            failure = error.problem.transport_failure
            raise AuthenticationError(message, CHECK_ENDPOINT, failure) from error
        answer = TokenAnswer.read(response, self.url)
        for secret in (answer.access_token, answer.refresh_token):
            if secret:
                line.learn_secret(secret)
        lifetime = answer.lifetime_seconds
        usable_until = None if lifetime is None else asked_at + get_usable_seconds(lifetime)
        return Token(answer.access_token, usable_until, answer.refresh_token)

    def _build(self, parameters: Parameters, line: Line) -> PreparedRequest:
        return PreparedRequest(
            method="POST",
            url=self.url,
            headers=(
                ("Accept", "application/json"),
                ("Content-Type", "application/x-www-form-urlencoded"),
                ("User-Agent", USER_AGENT),
                *self._iter_authorization(line),
            ),
            body=urlencode((*parameters, *self._iter_client())).encode(),
            transfer=_restrict(line.transfer),
        )

    @property
    def _is_basic(self) -> bool:
        return self.authentication is ClientAuthentication.BASIC and bool(
            self.client_id and self.client_secret
        )

    def _iter_authorization(self, line: Line) -> Iterator[tuple[str, str]]:
        if self._is_basic:
            # Encoded first, as RFC 6749 wants it in section 2.3.1.
            encoded = encode_user(
                quote_plus(self.client_id or ""), quote_plus(self.client_secret or "")
            )
            line.learn_secret(encoded)
            yield "Authorization", f"Basic {encoded}"

    def _iter_client(self) -> Iterator[tuple[str, str]]:
        if not self._is_basic:
            for name, value in (
                ("client_id", self.client_id),
                ("client_secret", self.client_secret),
            ):
                if value:
                    yield name, value


def _restrict(transfer: Transfer) -> Transfer:
    """Over the same proxy and with the same trust as the test, but with nothing of its session."""
    return replace(
        transfer,
        uses_cookies=False,
        maximum_redirects=0,
        maximum_body_bytes=MAXIMUM_ANSWER_BYTES,
    )
