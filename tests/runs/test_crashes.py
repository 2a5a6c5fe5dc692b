"""
A worker that dies at any moment, by kill -9: whoever resumes its runs repeats nothing that counts.

Many runs go on at a time, so that each death meets all parts of a run: setup, chains that pass
values on, iterations, teardown, and the moments just before and after a commit.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from psycopg import AsyncConnection
from psycopg.rows import DictRow
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from scripts.demonstration.components import Service, SupabaseDetails, service_settings
from scripts.demonstration.processes import Child
from tests.fixtures.database import Connect
from tests.fixtures.service import StartService
from tests.fixtures.users import SignUp
from tests.runs.committed_state import CommittedState, read_committed_state
from tests.runs.counting_target import UNIT_HEADER, CountingTarget
from tests.runs.workspace import UNFINISHED, Workspace, open_workspace

RUNS = 10
STEPS = 5
ITERATIONS = 10
RESULTS_OF_A_RUN = 1 + STEPS + ITERATIONS + 2
# Between two deaths so many requests more. The first four come before the runs can have ended; how
# much the others find depends on how much the dead left to do again.
REQUESTS_BETWEEN_DEATHS = (3, 17, 40, 61, 29)
CAPTURE: dict[str, Any] = {"capture_vars": {"serial": "$.serial"}}

# Nobody waits ten seconds for the lease of a worker that is known to be dead.
FALL_SILENT = """
update public.test_runs set heartbeat_at = now() - interval '1 hour'
where id = any (%s::uuid[]) and status in ('pending', 'running')
"""


UNFINISHED_RUNS = """
select count(*) from public.test_runs where id = any (%s::uuid[]) and status in ('pending', 'running')
"""


@dataclass
class Death:
    """What was committed when a worker had died, and how many requests had come by then."""

    state: CommittedState
    requests: int


@dataclass
class Scene:
    """Runs of the same tests, each in an environment with an address of its own."""

    workspace: Workspace
    target: CountingTarget
    worker: Child
    connection: AsyncConnection[DictRow]
    run_ids: list[str] = field(default_factory=list[str])
    deaths: list[Death] = field(default_factory=list[Death])

    async def add_test(self, key: str, path: str = "", **fields: Any) -> None:
        index = "{{iteration.index}}" if "iterate" in fields else "0"
        request = {"headers": {UNIT_HEADER: f"{key}#{index}"}}
        case: dict[str, Any] = {"request": request, "response": CAPTURE, **fields}
        await self.workspace.add_case(key, path or f"/{key}", **case)

    async def add_tests(self) -> None:
        token: dict[str, Any] = {"path": "$.token", "into": "shared_auth_tokens"}
        opening = {"capture_vars": {"serial": "$.serial", "access_token": token}}
        await self.add_test("open", phase="setup", response=opening)
        await self.add_test("step-0")
        for number in range(1, STEPS):
            await self.add_test(
                f"step-{number}", f"/step/{{{{captured_data.step-{number - 1}.serial}}}}"
            )
        await self.add_test("each", iterate={"items": list(range(ITERATIONS))})
        await self.add_test("last", f"/last/{{{{captured_data.each.serial[{ITERATIONS - 1}]}}}}")
        await self.add_test("close", phase="teardown")

    async def start_runs(self) -> None:
        project = f"/projects/{self.workspace.project_id}/environments"
        for number in range(RUNS):
            environment = await self.workspace.post_for_id(
                project, {"name": f"run {number}", "base_url": f"{self.target.url}/{number}"}
            )
            run_id = await self.workspace.start_run(
                environment_id=environment, options={"concurrency": 3}
            )
            self.run_ids.append(run_id)

    async def kill_worker_after(self, requests: int) -> None:
        """Kill the worker when so many more requests came, or all runs ended; note what it leaves."""
        ledger = self.target.ledger
        wanted = len(ledger.seen) + requests

        @retry(
            retry=retry_if_result(lambda is_time: not is_time),
            wait=wait_fixed(0.005),
            stop=stop_after_delay(120),
        )
        async def is_time() -> bool:
            return len(ledger.seen) >= wanted or await self.have_ended()

        await is_time()
        self.worker.kill()
        state = await read_committed_state(self.connection, self.run_ids)
        self.deaths.append(Death(state, len(ledger.seen)))
        await self.connection.execute(FALL_SILENT, [self.run_ids])

    async def have_ended(self) -> bool:
        cursor = await self.connection.execute(UNFINISHED_RUNS, [self.run_ids])
        row = await cursor.fetchone()
        return row is not None and row["count"] == 0

    async def wait_until_finished(self, run_id: str) -> dict[str, Any]:
        @retry(
            retry=retry_if_result(lambda run: run["status"] in UNFINISHED),
            wait=wait_fixed(0.2),
            stop=stop_after_delay(120),
        )
        async def read_run() -> dict[str, Any]:
            return await self.workspace.get(f"/runs/{run_id}")

        return await read_run()


@pytest.fixture
def api(service: Service, start_service: StartService) -> Iterator[Service]:
    """The only service, and one that executes nothing itself."""
    service.stop()
    yield start_service(RUN_WORKER_IN_API="false")
    service.start()


@pytest.fixture
async def scene(
    api: Service, supabase: SupabaseDetails, sign_up: SignUp, database: Connect, tmp_path: Path
) -> AsyncIterator[Scene]:
    settings = service_settings(supabase) | {"CONCURRENT_RUNS": str(RUNS)}
    worker = Child(["scripts.attended", "app.worker"], tmp_path / "worker.log", settings)
    with CountingTarget(delay_seconds=0.03) as target:
        async with open_workspace(api, await sign_up(), target.url) as workspace:
            scene = Scene(workspace, target, worker, await database())
            await scene.add_tests()
            with worker.launched():
                yield scene


def check_context(state: CommittedState, run_id: str) -> None:
    """The context holds what the committed results captured, and nothing else."""
    context = state.contexts[run_id]
    assert context["captured_data"] == state.list_captured(run_id)
    ended = {result["key"] for (owner, _), result in state.results.items() if owner == run_id}
    assert set(context["test_order"]) == ended
    tokens = {"access_token"} if "open" in ended else set[str]()
    assert set(context["shared_auth_tokens"]) == tokens


@pytest.mark.timeout(400)
async def test_a_worker_that_dies_at_any_moment_loses_and_repeats_nothing(scene: Scene) -> None:
    await scene.start_runs()
    for requests in REQUESTS_BETWEEN_DEATHS:
        await scene.kill_worker_after(requests)
        scene.worker.launch()
    for run_id in scene.run_ids:
        run = await scene.wait_until_finished(run_id)
        assert (run["status"], run["counts"]["passed"]) == ("completed", RESULTS_OF_A_RUN), run
        assert run["counts"]["total"] == RESULTS_OF_A_RUN
    final = await read_committed_state(scene.connection, scene.run_ids)

    seen = scene.target.ledger.seen
    for death in scene.deaths:
        for run_id in scene.run_ids:
            check_context(death.state, run_id)
        lost = {
            unit
            for unit, result in death.state.results.items()
            if final.results[unit]["id"] != result["id"]
        }
        repeated = {
            (scene.run_ids[int(request.run)], request.unit) for request in seen[death.requests :]
        } & set(death.state.results)
        assert (lost, repeated) == (set(), set())
    for run_id in scene.run_ids:
        check_context(final, run_id)
    # Every result tells of an exchange that took place, and every test has one.
    exchanged = {
        (scene.run_ids[int(request.run)], request.unit, request.serial) for request in seen
    }
    told = {(*unit, result["serial"]) for unit, result in final.results.items()}
    assert told <= exchanged
    assert len(told) == RUNS * RESULTS_OF_A_RUN
