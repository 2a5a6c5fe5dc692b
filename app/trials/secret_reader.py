"""How the secrets of an environment get to a try."""

from dataclasses import dataclass, field

from app.core.identifiers import EnvironmentId, TestCaseId, UserId
from app.db.session import Session


@dataclass(frozen=True, slots=True)
class SecretReader:
    """Who tries a test, and what it takes to read the secrets for it."""

    service_session: Session
    encryption_key: str = field(repr=False)
    previous_encryption_key: str | None = field(repr=False)
    user_id: UserId

    async def read(
        self, environment_id: EnvironmentId, test_case_id: TestCaseId | None
    ) -> dict[str, str]:
        """
        Return the secret variables in plain text; the audit log says for whom.

        Only for who has been found to be an editor, with their own rights. Raises
        `SecretRejectedError`, or `NotFoundError` and `ForbiddenError` for that person.
        """
        request = {
            "environment_id": str(environment_id),
            "test_case_id": None if test_case_id is None else str(test_case_id),
            "encryption_key": self.encryption_key,
            "previous_encryption_key": self.previous_encryption_key,
            "acting_user_id": str(self.user_id),
        }
        answer = await self.service_session.call("resolve_trial_secrets", request, idempotent=True)
        return answer["secrets"]
