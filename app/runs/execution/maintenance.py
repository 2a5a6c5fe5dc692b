"""Keeps the database in shape: partitions ahead of need, and nothing kept longer than wanted."""

from app.core.logging import get_logger
from app.db.session import Session

# A batch takes well under a second, a share few seconds: runs that wait come in between.
ROWS_OF_A_BATCH = 1_000
BATCHES_OF_A_SHARE = 20

logger = get_logger(__name__)


class DatabaseMaintenance:
    """Does what is due daily, with the rights of the service; safe to repeat and to interrupt."""

    def __init__(self, service: Session) -> None:
        self._service = service

    async def do_share(self) -> bool:
        """Do a bounded share of what is due; say whether that was everything. Raises `AppError`."""
        for _ in range(BATCHES_OF_A_SHARE):
            report = await self._service.call(
                "maintain_database", {"batch_size": ROWS_OF_A_BATCH}, idempotent=True
            )
            logger.info("database_maintained", **report)
            if report["is_done"]:
                return True
        return False
