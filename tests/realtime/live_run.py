"""A run on the real stack whose events the test produces, as a worker would."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx

from app.core.clock import SystemClock
from scripts.demonstration.components import SupabaseDetails
from tests.runs.workspace import Workspace

Document = dict[str, Any]
WORKER = "test-worker"


@dataclass
class LiveRun:
    """One claimed run with one test that repeats: every result is two events."""

    service_role: httpx.AsyncClient
    run_id: str
    test_case_id: str
    iterations: int = 0
    position: int = 0

    async def publish(
        self, count: int, status: str = "passed", context: Document | None = None
    ) -> None:
        """Record `count` results in one batch, and what they changed in the context."""
        now = SystemClock().now()
        results = [self._build_result(now) | {"status": status} for _ in range(count)]
        answer = await self._call(
            "record_run_batch", running_tests=[], results=results, context=context or {}
        )
        self.position = answer["event_seq"]

    async def finish(self) -> None:
        answer = await self._call("finish_test_run", status="completed")
        self.position = answer["event_seq"]

    async def read_events(self) -> list[Document]:
        """The log, which is the truth."""
        answer = await call(
            self.service_role, "get_run_events", run_id=self.run_id, after_seq=0, limit=10_000
        )
        return answer["events"]

    def _build_result(self, now: datetime) -> Document:
        self.iterations += 1
        return {
            "id": str(uuid4()),
            "test_case_id": self.test_case_id,
            "iteration": self.iterations,
            "status": "passed",
            "started_at": now.isoformat(),
            "completed_at": now.isoformat(),
            "duration_ms": 1.5,
            "attempt_number": 1,
            "is_final": True,
            "captured": ["token"],
        }

    async def _call(self, function: str, **request: Any) -> Document:
        return await call(
            self.service_role, function, run_id=self.run_id, worker_id=WORKER, **request
        )


async def call(client: httpx.AsyncClient, function: str, **request: Any) -> Document:
    answer = await client.post(f"/rest/v1/rpc/{function}", json={"request": request})
    assert answer.is_success, answer.text
    return answer.json()


async def start_live_run(
    supabase: SupabaseDetails, service_role: httpx.AsyncClient, workspace: Workspace
) -> LiveRun:
    """Start a run without queueing it, and claim it."""
    case_id = await workspace.add_case(f"case-{uuid4().hex[:8]}", "/anything")
    headers = {"apikey": supabase.publishable_key, **workspace.user.headers}
    async with httpx.AsyncClient(base_url=supabase.supabase_url, headers=headers) as user:
        run = await call(
            user,
            "start_test_run",
            project_id=workspace.project_id,
            environment_id=workspace.environment_id,
            test_case_ids=[case_id],
        )
    await call(service_role, "get_run_plan", run_id=run["id"], worker_id=WORKER)
    return LiveRun(service_role, run["id"], case_id)
