"""What can go wrong while a credential is obtained."""

from app.engine.errors import Category, Problem, StepError, TransportFailure


class AuthenticationError(StepError):
    """No credential could be obtained; asking again may help after a `failure` that passes."""

    def __init__(
        self, message: str, suggested_fix: str, failure: TransportFailure | None = None
    ) -> None:
        super().__init__(
            Problem(
                category=Category.AUTHENTICATION,
                message=message,
                suggested_fix=suggested_fix,
                transport_failure=failure,
            )
        )
