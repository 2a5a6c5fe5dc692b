"""What every kind of authentication offers."""

from typing import ClassVar, Protocol, Self

from app.engine.authentication.line import Line
from app.engine.authentication.settings import Settings
from app.engine.transport import PreparedRequest, ReceivedResponse


class Authentication(Protocol):
    """
    One way to prove who sends a request, with one set of settings.

    Those of a kind that remembers something, such as a token, compare equal when their settings
    are, and the tests of a run share the first of each.
    """

    settings: ClassVar[tuple[str, ...]]
    is_shared: ClassVar[bool] = False

    @classmethod
    def build(cls, settings: Settings, /) -> Self:
        """Read the settings; raise TemplateError or InvalidRequestError naming one."""
        ...

    async def send(self, request: PreparedRequest, line: Line) -> ReceivedResponse:
        """Send with proof, again where the target asks for it; raise StepError, nothing else."""
        ...
