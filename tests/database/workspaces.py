"""Builds what the tests run against: an organization with a project, an environment and cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.database.callers import Caller, Json

ENCRYPTION_KEY = "a key of the service that is long enough"


@dataclass(frozen=True)
class Workspace:
    """One organization of `owner`, ready to hold test cases."""

    owner: Caller
    organization_id: str
    project_id: str
    environment_id: str
    suite_id: str

    async def create_case(self, key: str, *required_keys: str, **fields: Any) -> Json:
        return await self.owner.call(
            "create_test_case",
            suite_id=self.suite_id,
            key=key,
            name=key.title(),
            endpoint={"method": "GET", "path": f"/{key}"},
            dependencies=[{"required_test_key": required} for required in required_keys],
            **fields,
        )

    async def create_cases(self, count: int) -> list[Json]:
        return [await self.create_case(f"test-{number}") for number in range(count)]

    async def start_run(self, **fields: Any) -> Json:
        return await self.owner.call(
            "start_test_run",
            project_id=self.project_id,
            environment_id=self.environment_id,
            **fields,
        )

    async def add_member(self, member: Caller, role: str) -> None:
        await self.owner.insert(
            "organization_members",
            organization_id=self.organization_id,
            user_id=member.user_id,
            role=role,
        )


async def create_workspace(owner: Caller) -> Workspace:
    organization = await owner.call("create_organization", name="Acme", slug=f"acme-{uuid4().hex}")
    project = await owner.insert("projects", organization_id=organization["id"], name="Shop")
    environment = await owner.insert(
        "environments", project_id=project["id"], name="staging", base_url="http://shop.example"
    )
    suite = await owner.insert("test_suites", project_id=project["id"], name="Purchase")
    return Workspace(owner, organization["id"], project["id"], environment["id"], suite["id"])


@dataclass(frozen=True)
class ClaimedRun:
    """A run that one worker executes, as the service does."""

    service: Caller
    run_id: str
    worker_id: str = "worker-1"

    async def get_plan(self) -> Json:
        return await self.service.call("get_run_plan", run_id=self.run_id, worker_id=self.worker_id)

    async def record(
        self,
        results: Sequence[Json] = (),
        running: Sequence[Json] = (),
        context: Json | None = None,
    ) -> Json:
        return await self.service.call(
            "record_run_batch",
            run_id=self.run_id,
            worker_id=self.worker_id,
            results=list(results),
            running_tests=list(running),
            context=context or {},
        )

    async def finish(self, status: str = "completed") -> Json:
        return await self.service.call(
            "finish_test_run", run_id=self.run_id, worker_id=self.worker_id, status=status
        )

    async def list_events(self, after_seq: int = 0, limit: int = 5000) -> list[Json]:
        answer = await self.service.call(
            "get_run_events", run_id=self.run_id, after_seq=after_seq, limit=limit
        )
        return answer["events"]


BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def build_time(milliseconds: float) -> str:
    return (BEGIN + timedelta(milliseconds=milliseconds)).isoformat()


def build_running(case: Json, started: float = 0, iteration: int = 0) -> Json:
    return {
        "test_case_id": case["id"],
        "key": case["key"],
        "name": case["name"],
        "iteration": iteration,
        "started_at": build_time(started),
    }


def build_result(
    case: Json, status: str = "passed", *, started: float = 0, ended: float = 1, **fields: Any
) -> Json:
    return {
        "id": str(uuid4()),
        "test_case_id": case["id"],
        "iteration": 0,
        "key": case["key"],
        "name": case["name"],
        "status": status,
        "started_at": None if status == "skipped" else build_time(started),
        "completed_at": build_time(ended),
        "duration_ms": ended - started,
        "attempt_number": 1,
        "is_final": True,
        "test_revision": 1,
        "details": {
            "request_method": "GET",
            "request_url": "http://shop.example/cart",
            "response_status": 200,
            "response_body": '{"ok": true}',
            "assertions_passed": 1,
            "assertions_failed": 0,
        },
        "assertions": [
            {
                "assertion_name": "status is 200",
                "assertion_type": "status-code",
                "expected_value": 200,
                "actual_value": 200,
                "passed": True,
            }
        ],
        "captured": [],
        **fields,
    }
