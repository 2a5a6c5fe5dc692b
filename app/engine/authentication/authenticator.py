"""Authenticates the requests of one run."""

from collections.abc import Callable

from app.core.clock import Clock
from app.engine.auth import NO_AUTHENTICATION, AuthSpec
from app.engine.authentication.authentication import Authentication
from app.engine.authentication.kinds import KINDS, find_kind
from app.engine.authentication.line import Line
from app.engine.authentication.settings import Settings
from app.engine.errors import InvalidRequestError
from app.engine.planned_test import PlannedTest
from app.engine.templates import ValueSource
from app.engine.transport import PreparedRequest, ReceivedResponse, Transport


class Authenticator:
    """What tests of one run share of it: tokens, nonces. `learn_secret` is told every credential."""

    def __init__(
        self, transport: Transport, clock: Clock, learn_secret: Callable[[str], None]
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._learn_secret = learn_secret
        self._shared: dict[Authentication, Authentication] = {}

    async def send(
        self, test: PlannedTest, request: PreparedRequest, timeout: float, source: ValueSource
    ) -> ReceivedResponse:
        """
        Send with the authentication of the test, all of it within `timeout` seconds.

        Raise StepError when settings are wrong, no token is given out, or no answer arrived.
        """
        if test.auth.type == NO_AUTHENTICATION:
            return await self._transport.send(request, timeout)
        authentication = self._prepare(test.auth, source)
        line = Line(self._transport, self._clock, self._learn_secret, request.transfer, timeout)
        return await authentication.send(request, line)

    def _prepare(self, spec: AuthSpec, source: ValueSource) -> Authentication:
        kind = find_kind(spec.type)
        if kind is None:
            raise InvalidRequestError(
                f"there is no authentication of type '{spec.type}'",
                "auth_type",
                f"Use one of {', '.join((NO_AUTHENTICATION, *KINDS))}.",
            )
        settings = Settings(spec, source, self._learn_secret)
        settings.check_names(kind.settings)
        authentication = kind.build(settings)
        return self._share(authentication) if kind.is_shared else authentication

    def _share(self, authentication: Authentication) -> Authentication:
        return self._shared.setdefault(authentication, authentication)
