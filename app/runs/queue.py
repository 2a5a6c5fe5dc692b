"""The queue of runs: Procrastinate jobs in a schema of their own in the same Postgres."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from types import TracebackType
from typing import Self
from uuid import UUID

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, JobAborted
from procrastinate.jobs import DeleteJobCondition, Job, Status

from app.core.identifiers import RunId
from app.core.logging import get_logger
from app.runs import queue_schema

logger = get_logger(__name__)

QUEUE = "runs"
EXECUTE_RUN = "execute_run"
RESUME_RUNS = "resume_runs"
MAINTAIN_DATABASE = "maintain_database"
# Cron with seconds as the last field.
EVERY_FIVE_SECONDS = "* * * * * */5"
# In the night of UTC; a worker that starts does not wait for it.
EVERY_NIGHT = "23 3 * * *"
# Runs have 0 and go first.
MAINTENANCE_PRIORITY = -1
EXECUTING = frozenset({Status.DOING.value})
OPEN = EXECUTING | {Status.TODO.value}
WORKER_HEARTBEAT = timedelta(seconds=2)
WORKER_STALLED_AFTER = timedelta(seconds=10)
# Starting and cancelling runs waits so long for a connection, and so does the end of a worker.
CONNECTION_PATIENCE = timedelta(seconds=5)

ExecuteRun = Callable[[procrastinate.JobContext, RunId], Awaitable[None]]
ResumeRuns = Callable[[procrastinate.JobContext], Awaitable[None]]
DoShare = Callable[[], Awaitable[bool]]


class RunQueue:
    """
    Hands runs to workers, each run to one worker at a time.

    `database_url` must be a direct or session-pooled connection: jobs are announced by LISTEN/NOTIFY.
    """

    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        connector = procrastinate.PsycopgConnector(
            conninfo=database_url,
            kwargs={"options": f"-c search_path={queue_schema.SCHEMA}"},
            min_size=1,
            max_size=4,
            timeout=CONNECTION_PATIENCE.total_seconds(),
        )
        self._app = procrastinate.App(connector=connector)

    async def __aenter__(self) -> Self:
        await queue_schema.install(self._database_url)
        await self._app.open_async()
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._app.close_async()

    async def ping(self) -> None:
        """Raise when the queue's database does not answer."""
        await self._app.job_manager.check_connection_async()

    async def enqueue(self, run_id: RunId) -> None:
        """
        Queue a run; a run that waits in the queue already stays there once.

        Should the queue not answer, the workers find the run all the same, a little later.
        """
        job = self._app.configure_task(EXECUTE_RUN, queue=QUEUE, queueing_lock=str(run_id))
        try:
            await job.defer_async(run_id=str(run_id))
        except AlreadyEnqueued:
            return
        except ConnectorException as error:
            logger.warning("run_not_queued", run_id=str(run_id), error=repr(error))

    async def enqueue_abandoned(self, run_id: RunId, context: procrastinate.JobContext) -> bool:
        """
        Queue a run that shows no life, and say whether that was needed.

        A run whose worker is alive stays with it: only the way to the database may be blocked. The
        worker of `context` is known not to execute the run, whatever a job of its says.
        """
        jobs = await self._list_jobs(run_id, OPEN)
        if any(job.worker_id is None or job.worker_id != context.job.worker_id for job in jobs):
            return False
        await self.enqueue(run_id)
        return True

    async def abort(self, run_id: RunId) -> None:
        """
        Tell the worker that executes a cancelled run to stop it.

        Should the queue not answer, the worker learns of it with the next batch that it records. A
        job that waits stays: whoever takes it brings the run to its end.
        """
        try:
            for job in await self._list_jobs(run_id, EXECUTING):
                if job.id is not None:
                    await self._app.job_manager.cancel_job_by_id_async(job.id, abort=True)
        except ConnectorException as error:
            logger.warning("run_not_aborted", run_id=str(run_id), error=repr(error))

    def register(self, execute: ExecuteRun, resume: ResumeRuns) -> None:
        """Say what a worker of this process does with a run, and how it finds abandoned ones."""
        # A job that a stopping worker hands back is retried at once by whoever works next.
        retry = procrastinate.RetryStrategy(max_attempts=10, retry_exceptions={JobAborted})

        @self._app.task(name=EXECUTE_RUN, queue=QUEUE, pass_context=True, retry=retry)
        async def execute_run(context: procrastinate.JobContext, run_id: str) -> None:
            await execute(context, RunId(UUID(run_id)))

        @self._app.periodic(cron=EVERY_FIVE_SECONDS)
        @self._app.task(name=RESUME_RUNS, queue=QUEUE, queueing_lock=RESUME_RUNS, pass_context=True)
        async def resume_runs(context: procrastinate.JobContext, timestamp: int) -> None:
            logger.debug("looking_for_abandoned_runs", scheduled_for=timestamp)
            await self._discard_stalled_jobs()
            await resume(context)

        # The decorators registered them; only the queue calls them.
        del execute_run, resume_runs

    def register_maintenance(self, do_share: DoShare) -> None:
        """Say how a worker of this process does a share of the maintenance; true ends it for the day."""

        @self._app.periodic(cron=EVERY_NIGHT)
        @self._app.task(
            name=MAINTAIN_DATABASE,
            queue=QUEUE,
            queueing_lock=MAINTAIN_DATABASE,
            priority=MAINTENANCE_PRIORITY,
        )
        async def maintain_database(timestamp: int) -> None:
            logger.debug("maintaining_database", scheduled_for=timestamp)
            if not await do_share():
                await self.enqueue_maintenance()

        # The decorators registered it; only the queue calls it.
        del maintain_database

    async def enqueue_maintenance(self) -> None:
        """Queue the maintenance behind the runs that wait; it waits there once, whoever asks for it."""
        job = self._app.configure_task(
            MAINTAIN_DATABASE,
            queue=QUEUE,
            queueing_lock=MAINTAIN_DATABASE,
            priority=MAINTENANCE_PRIORITY,
        )
        try:
            await job.defer_async(timestamp=0)
        except AlreadyEnqueued:
            return
        except ConnectorException as error:
            logger.warning("maintenance_not_queued", error=repr(error))

    async def work(self, concurrency: int, shutdown_grace: timedelta) -> None:
        """Execute runs until cancelled, then wait `shutdown_grace` before handing runs back."""
        await self._app.run_worker_async(
            queues=[QUEUE],
            concurrency=concurrency,
            install_signal_handlers=False,
            delete_jobs=DeleteJobCondition.ALWAYS,
            shutdown_graceful_timeout=shutdown_grace.total_seconds(),
            update_heartbeat_interval=WORKER_HEARTBEAT.total_seconds(),
            stalled_worker_timeout=WORKER_STALLED_AFTER.total_seconds(),
        )

    async def _list_jobs(self, run_id: RunId, statuses: frozenset[str]) -> list[Job]:
        jobs = await self._app.job_manager.list_jobs_async(queue=QUEUE, queueing_lock=str(run_id))
        return [job for job in jobs if job.status in statuses]

    async def _discard_stalled_jobs(self) -> None:
        manager = self._app.job_manager
        seconds = WORKER_STALLED_AFTER.total_seconds()
        for job in await manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=seconds):
            if job.id is not None:
                await manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
