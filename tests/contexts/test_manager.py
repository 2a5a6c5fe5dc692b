"""The context manager against the real database."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from pydantic import SecretStr

from app.contexts.cache.cache import ContextCache
from app.contexts.cache.memory_cache import MemoryContextCache
from app.contexts.manager import TestExecutionContextManager
from app.core.clock import SystemClock
from app.core.errors import NotFoundError
from app.core.identifiers import RunId, TestCaseId
from app.core.settings import Settings
from app.db.database import Database
from app.engine import ContextDelta, Plan, ReceivedResponse
from app.engine.captures import CaptureSpec, compile_captures
from app.engine.response import Response
from scripts.demonstration.components import Service, SupabaseDetails, service_settings
from tests.fixtures.database import Connect
from tests.fixtures.users import SignUp
from tests.runs.workspace import Workspace, open_workspace

AGE = """
update public.test_execution_context as context
set expires_at = run.completed_at + interval '24 hours' - %s::interval
from public.test_runs as run where run.id = context.run_id and run.id = %s
"""
COUNT = "select count(*) from public.test_execution_context where run_id = %s"
UNREACHABLE = "http://127.0.0.1:9"


@dataclass
class Stage:
    """A pending run of two tests, `login` and `profile`, and a manager that serves it."""

    database: Database
    manager: TestExecutionContextManager
    workspace: Workspace
    run_id: RunId
    profile_id: TestCaseId
    encryption_key: SecretStr
    cache: ContextCache

    async def initialize(self) -> None:
        """Claim the run as a worker does."""
        request = {"run_id": str(self.run_id), "worker_id": "test"}
        document = await self.database.as_service().call("get_run_plan", request)
        plan = Plan.from_document(document)
        await self.manager.initialize(self.run_id, document, plan.dependencies)

    async def stored_context(self) -> dict[str, Any]:
        request = {"run_id": str(self.run_id)}
        return await self.database.as_service().call("get_test_run_context", request)


@pytest.fixture
async def stage(
    service: Service, supabase: SupabaseDetails, sign_up: SignUp
) -> AsyncGenerator[Stage]:
    settings = Settings.model_validate(service_settings(supabase))
    async with (
        open_workspace(service, await sign_up(), UNREACHABLE) as workspace,
        Database(settings) as database,
    ):
        await workspace.set_variable("HOST", "shop.example")
        await workspace.set_variable("PASSWORD", "correct horse battery", is_secret=True)
        await workspace.add_case("login", "/login")
        profile = await workspace.add_case("profile", "/profile", requires=["login"])
        # Started past the service, so that no worker takes the run.
        run = await database.as_user(workspace.user.access_token).call(
            "start_test_run",
            {"project_id": workspace.project_id, "environment_id": workspace.environment_id},
        )
        cache = MemoryContextCache(SystemClock())
        manager = TestExecutionContextManager(
            database.as_service(), cache, settings.secrets_encryption_key
        )
        run_id, profile_id = RunId(UUID(run["id"])), TestCaseId(UUID(profile))
        key = settings.secrets_encryption_key
        yield Stage(database, manager, workspace, run_id, profile_id, key, cache)


async def test_environment_values_include_secrets_in_plain_text(stage: Stage) -> None:
    await stage.initialize()
    values = stage.manager.get_environment_values(stage.run_id)
    assert values == {"HOST": "shop.example", "PASSWORD": "correct horse battery"}


async def test_a_secret_of_the_previous_key_is_read(stage: Stage) -> None:
    service = stage.database.as_service()
    new_key = SecretStr("a new key, to which nothing was rotated")
    stage.manager = TestExecutionContextManager(
        service, MemoryContextCache(SystemClock()), new_key, stage.encryption_key
    )
    await stage.initialize()
    assert stage.manager.get_environment_values(stage.run_id)["PASSWORD"]


async def test_changes_wait_for_whoever_commits_the_results(stage: Stage) -> None:
    await stage.initialize()
    captured = ContextDelta(captured_data={"login": {"user_id": "user-1"}})
    await stage.manager.update_shared_auth_tokens(stage.run_id, {"access_token": "token-1"})
    await stage.manager.update_shared_variables(stage.run_id, {"currency": "EUR"})
    await stage.manager.record_captures(stage.run_id, "login", captured)

    changes = stage.manager.take_changes(stage.run_id)

    assert changes.to_document() == {
        "shared_auth_tokens": {"access_token": "token-1"},
        "shared_variables": {"currency": "EUR"},
        "captured_data": {"login": {"user_id": "user-1"}},
        "captured_items": {},
        "test_order": ["login"],
    }
    assert not any(stage.manager.take_changes(stage.run_id).to_document().values())
    assert (await stage.stored_context())["shared_auth_tokens"] == {}


async def test_updates_of_a_run_that_is_not_held_are_stored_at_once(stage: Stage) -> None:
    await stage.manager.update_shared_variables(stage.run_id, {"currency": "EUR"})
    await stage.manager.update_shared_auth_tokens(stage.run_id, {"access_token": "token-1"})
    stored = await stage.stored_context()
    assert stored["shared_variables"] == {"currency": "EUR"}
    assert stored["shared_auth_tokens"] == {"access_token": "token-1"}
    context = await stage.manager.get(stage.run_id)
    assert context.scope.shared_variables == {"currency": "EUR"}


async def test_captures_come_out_of_a_response(stage: Stage) -> None:
    await stage.initialize()
    specs: dict[str, Any] = {
        "user_id": "$.user.id",
        "access_token": {"path": "$.token", "into": "shared_auth_tokens"},
        "absent": "$.nothing",
    }
    captures = compile_captures(
        {name: CaptureSpec.from_document(name, value, name) for name, value in specs.items()}
    )
    body = orjson.dumps({"user": {"id": 7}, "token": "token-1"})
    response = Response(ReceivedResponse(status_code=200, body=body))

    missing = await stage.manager.capture_from_response(stage.run_id, "login", response, captures)

    scope = (await stage.manager.get(stage.run_id)).scope
    assert missing == ("capture absent",)
    assert scope.captured_data == {"login": {"user_id": 7}}
    assert scope.shared_auth_tokens == {"access_token": "token-1"}


async def test_dependencies_resolve_once_the_required_test_has_ended(stage: Stage) -> None:
    await stage.initialize()
    before = await stage.manager.resolve_dependencies(stage.run_id, "profile")
    assert (before.is_ready, before.missing_keys) == (False, ("login",))

    delta = ContextDelta(captured_data={"login": {"user_id": 7}})
    await stage.manager.record_captures(stage.run_id, "login", delta)

    after = await stage.manager.resolve_dependencies(stage.run_id, "profile")
    assert after.is_ready
    assert after.captured_data == {"login": {"user_id": 7}}


async def test_the_execution_chain_lists_required_tests_in_order(stage: Stage) -> None:
    chain = await stage.manager.get_execution_chain(stage.profile_id)
    assert [(step.key, step.depth) for step in chain.steps] == [("login", 1)]
    with pytest.raises(NotFoundError):
        await stage.manager.get_execution_chain(TestCaseId(uuid4()))


async def test_what_a_test_would_see_shows_no_secret(stage: Stage) -> None:
    await stage.initialize()
    await stage.manager.update_shared_auth_tokens(stage.run_id, {"access_token": "token-1"})
    await stage.manager.update_shared_variables(stage.run_id, {"currency": "EUR"})
    seen = await stage.manager.get_test_context(stage.run_id, "profile")
    assert seen.dependencies.missing_keys == ("login",)
    assert seen.context.shared_variables == {"currency": "EUR"}
    assert (seen.context.token_names, seen.context.secret_names) == (
        ("access_token",),
        ("PASSWORD",),
    )
    shown = seen.model_dump_json()
    assert "token-1" not in shown
    assert "correct horse" not in shown


async def test_memory_tells_what_it_holds(stage: Stage) -> None:
    assert stage.manager.measure_memory().run_ids == ()
    await stage.initialize()
    delta = ContextDelta(captured_data={"login": {"user_id": 7}})
    await stage.manager.record_captures(stage.run_id, "login", delta)
    memory = stage.manager.measure_memory()
    assert (memory.run_ids, memory.captured_values, memory.unsaved_values) == (
        (stage.run_id,),
        1,
        1,
    )
    stage.manager.take_changes(stage.run_id)
    assert stage.manager.measure_memory().unsaved_values == 0


async def test_what_belongs_to_a_result_is_not_handed_over_twice(stage: Stage) -> None:
    await stage.initialize()
    delta = ContextDelta(captured_data={"each": {"id": "a"}})
    changes = stage.manager.record_result(stage.run_id, "each", delta, iteration=3)
    assert changes.to_document() == {
        "shared_auth_tokens": {},
        "shared_variables": {},
        "captured_data": {},
        "captured_items": {"each": {"id": {"3": "a"}}},
        "test_order": ["each"],
    }
    assert not any(stage.manager.take_changes(stage.run_id).to_document().values())


async def test_reads_of_other_processes_come_from_the_cache_until_a_commit(stage: Stage) -> None:
    other = TestExecutionContextManager(
        stage.database.as_service(), stage.cache, stage.encryption_key
    )
    await other.update_shared_variables(stage.run_id, {"currency": "EUR"})
    calls = stage.database.request_counts.total()
    context = await stage.manager.get(stage.run_id)
    assert context.scope.shared_variables == {"currency": "EUR"}
    assert stage.database.request_counts.total() == calls

    await stage.database.as_service().call(
        "update_test_run_context",
        {"run_id": str(stage.run_id), "shared_variables": {"currency": "CHF"}},
    )
    await other.note_commit(stage.run_id, (await stage.stored_context())["version"])
    context = await stage.manager.get(stage.run_id)
    assert context.scope.shared_variables == {"currency": "CHF"}


async def test_secrets_of_the_environment_are_only_for_whoever_executes_the_run(
    stage: Stage,
) -> None:
    with pytest.raises(NotFoundError):
        stage.manager.get_environment_values(stage.run_id)


async def test_a_context_is_cleaned_up_a_day_after_its_run(stage: Stage, database: Connect) -> None:
    service = stage.database.as_service()
    await stage.initialize()
    await service.call(
        "finish_test_run",
        {"run_id": str(stage.run_id), "worker_id": "test", "status": "completed"},
    )
    stage.manager.clear(stage.run_id)
    connection = await database()
    for hours, is_there in ((23, True), (24, False)):
        await connection.execute(AGE, [f"{hours} hours", stage.run_id])
        stage.manager = TestExecutionContextManager(
            service, MemoryContextCache(SystemClock()), stage.encryption_key
        )
        if is_there:
            await stage.manager.get(stage.run_id)
            continue
        with pytest.raises(NotFoundError):
            await stage.manager.get(stage.run_id)
    await service.call("maintain_database", {"batch_size": 10_000})
    cursor = await connection.execute(COUNT, [stage.run_id])
    assert (await cursor.fetchone()) == {"count": 0}


async def test_a_cleared_context_is_read_from_the_database_again(stage: Stage) -> None:
    await stage.initialize()
    await stage.manager.update_shared_variables(stage.run_id, {"currency": "EUR"})
    stage.manager.clear(stage.run_id)
    assert (await stage.manager.get(stage.run_id)).scope.shared_variables == {}


async def test_an_unknown_run_has_no_context(stage: Stage) -> None:
    with pytest.raises(NotFoundError):
        await stage.manager.get(RunId(uuid4()))
