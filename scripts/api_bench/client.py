"""What the requests to PostgREST cost our own client, without a service around it."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

from app.core.logging import configure_logging
from app.core.settings import Settings
from app.db.database import Database
from app.db.session import Keyset, Session
from scripts.api_bench.load import WARM_UP
from scripts.api_bench.stage import Stage, describe_case
from scripts.demonstration.components import service_settings

Ask = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Client:
    """What the service asks PostgREST for in each call; a hook starts the same run."""

    stage: Stage
    caller: Session
    service: Session
    encryption_key: str

    def list_asks(self) -> dict[str, Ask]:
        """Return them by the name of the call."""
        return {
            "read_run": self.read_run,
            "list_results": self.list_results,
            "create_case": self.create_case,
            "start_run": self.start_run,
            "hook": self.deliver,
        }

    async def read_run(self) -> None:
        await self.caller.find("test_runs", "*", id=self.stage.run_id)

    async def list_results(self) -> None:
        await self.read_run()
        order = Keyset(("completed_at", "id"))
        run = {"run_id": self.stage.run_id}
        await self.caller.select("test_results", "*", where=run, keyset=order, limit=51)

    async def create_case(self) -> None:
        case = describe_case(f"case-{uuid4().hex}")
        request = {"suite_id": self.stage.growing_suite_id, **case}
        await self.caller.call("create_test_case", request)

    async def start_run(self) -> None:
        project_id, environment_id = self.stage.project_id, self.stage.environment_id
        request = {"project_id": project_id, "environment_id": environment_id, "trigger": "api"}
        await self.caller.call("start_test_run", request)

    async def deliver(self) -> None:
        hook = {"hook_id": self.stage.hook_id, "encryption_key": self.encryption_key}
        await self.service.call("open_hook", hook)
        await self.start_run()


@asynccontextmanager
async def open_client(stage: Stage) -> AsyncGenerator[Client]:
    """Open the client with the settings of the service."""
    values = {name.lower(): value for name, value in service_settings(stage.supabase).items()}
    settings = Settings.model_validate(values)
    configure_logging(settings)
    key = settings.secrets_encryption_key.get_secret_value()
    async with Database(settings) as database:
        yield Client(stage, database.as_user(stage.token), database.as_service(), key)


async def measure_processor(ask: Ask, requests: int, connections: int) -> float:
    """Return the milliseconds of processor time that each costs this process."""
    await _repeat(ask, WARM_UP, connections)
    started = time.process_time()
    await _repeat(ask, requests, connections)
    return (time.process_time() - started) * 1000 / requests


async def _repeat(ask: Ask, times: int, connections: int) -> None:
    numbers = iter(range(times))

    async def work() -> None:
        for _ in numbers:
            await ask()

    await asyncio.gather(*(work() for _ in range(connections)))
