"""`python -m app.worker`: executes runs without serving HTTP."""

import asyncio
import signal

from app.core.collector import relax_collector
from app.core.logging import configure_logging, get_logger
from app.core.settings import Settings, load_settings
from app.db.database import Database
from app.runs.execution.assembly import working
from app.runs.queue import RunQueue

logger = get_logger(__name__)


async def work(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT; runs in progress get time to end, then are handed back."""
    async with (
        Database(settings) as database,
        RunQueue(settings.supabase_db_url.get_secret_value()) as queue,
        working(settings, database, queue),
    ):
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopped.set)
        relax_collector()
        logger.info("worker_started")
        await stopped.wait()
    logger.info("worker_stopped")


def main() -> None:
    """Run the worker with the settings of the environment."""
    settings = load_settings()
    configure_logging(settings)
    asyncio.run(work(settings))


if __name__ == "__main__":
    main()
