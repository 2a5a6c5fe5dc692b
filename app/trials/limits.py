"""How many tries may be under way at a time."""

from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from datetime import timedelta

from app.core.identifiers import UserId
from app.trials.errors import TooManyTriesError

RETRY_AFTER = timedelta(seconds=1)


class TryLimits:
    """Counts the tries of one process, altogether and for each user."""

    def __init__(self, total: int, per_user: int) -> None:
        self._total = total
        self._per_user = per_user
        self._running: Counter[UserId] = Counter()

    @contextmanager
    def admit(self, user_id: UserId) -> Generator[None]:
        """Count one try while it lasts; raises `TooManyTriesError` when there is no room for it."""
        if self._running[user_id] >= self._per_user:
            raise _refuse(f"You have {self._per_user}, which is all that one user may have.")
        if self._running.total() >= self._total:
            raise _refuse("The process has no room for another one.")
        self._running[user_id] += 1
        try:
            yield
        finally:
            self._running[user_id] -= 1
            if not self._running[user_id]:
                del self._running[user_id]


def _refuse(detail: str) -> TooManyTriesError:
    return TooManyTriesError(detail, retry_after=RETRY_AFTER)
