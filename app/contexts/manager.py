"""TestExecutionContextManager: the shared state of runs."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import SecretStr

from app.contexts.cache.cache import ContextCache
from app.contexts.cache.stored_context import StoredContext
from app.contexts.execution_context import ContextChanges, ExecutionContext
from app.contexts.models import (
    ActiveRunMemory,
    AggregatedContext,
    DependencyContext,
    SingleTestExecutionContext,
    TestExecutionPipeline,
)
from app.core.errors import NotFoundError
from app.core.identifiers import RunId, TestCaseId
from app.db.session import Session
from app.engine import ContextDelta, Dependency, JsonObject, Scope
from app.engine.captures import Capture, take_captures
from app.engine.response import Response


class TestExecutionContextManager:
    """
    Reads and writes execution contexts, with every run that this process executes in memory.

    Reads of other runs come from the cache, then from the database. Changes are applied in memory at
    once; whoever commits the results stores them in the same transaction (`record_result`,
    `take_changes`) and says so (`note_commit`). One instance serves one event loop. A context ends
    24 hours after its run, unless its organization keeps it for another time.
    """

    # pytest must not collect it
    __test__: ClassVar[bool] = False

    def __init__(
        self,
        service: Session,
        cache: ContextCache,
        encryption_key: SecretStr,
        previous_encryption_key: SecretStr | None = None,
    ) -> None:
        self._service = service
        self._cache = cache
        self._encryption_key = encryption_key
        self._previous_encryption_key = previous_encryption_key
        self._contexts: dict[RunId, ExecutionContext] = {}

    async def initialize(
        self, run_id: RunId, plan_document: Mapping[str, Any], dependencies: Sequence[Dependency]
    ) -> ExecutionContext:
        """
        Take the stored context and the environment of a claimed run into memory.

        `plan_document` is what `get_run_plan` answered. Secret variables are decrypted here.
        Raises `AppError` when they cannot be.
        """
        secrets: Mapping[str, str] = {}
        if plan_document["environment"].get("secret_keys"):
            secrets = await self._resolve_secrets(run_id)
        context = ExecutionContext(
            run_id=run_id,
            scope=Scope.from_document(plan_document, secrets),
            test_order=dict.fromkeys(plan_document["context"]["test_order"]),
            dependencies=dependencies,
        )
        self._contexts[run_id] = context
        return context

    async def get(self, run_id: RunId) -> ExecutionContext:
        """Return the context of a run; raises `NotFoundError` for an unknown or cleared one."""
        held = self._contexts.get(run_id)
        if held is not None:
            return held
        document = dict((await self._read(run_id)).document)
        return ExecutionContext(
            run_id=run_id,
            scope=Scope.from_document({"environment": {}, "context": document}),
            test_order=dict.fromkeys(document["test_order"]),
        )

    async def update_shared_auth_tokens(self, run_id: RunId, tokens: JsonObject) -> None:
        """Set tokens by name; tests that start from now on see them."""
        await self._apply(run_id, ContextDelta(shared_auth_tokens=tokens))

    async def update_shared_variables(self, run_id: RunId, variables: JsonObject) -> None:
        """Set variables by name; tests that start from now on see them."""
        await self._apply(run_id, ContextDelta(shared_variables=variables))

    async def record_captures(self, run_id: RunId, test_key: str, captured: ContextDelta) -> None:
        """Add what a test captured, and note that it has ended."""
        context = await self.get(run_id)
        context.apply(captured, test_key)
        await self._save_if_not_held(context)

    def record_result(
        self, run_id: RunId, test_key: str, captured: ContextDelta, iteration: int | None = None
    ) -> ContextChanges:
        """
        Note that a test of a run in progress has ended; return what belongs into its transaction.

        The engine has put the captures into the scope already, in the order in which tests passed.
        """
        context = self._contexts.get(run_id)
        if context is not None:
            context.note_end(test_key)
        return ContextChanges.from_delta(captured, test_key, iteration)

    async def capture_from_response(
        self, run_id: RunId, test_key: str, response: Response, captures: tuple[Capture, ...]
    ) -> tuple[str, ...]:
        """Take the captures out of a response; return the names of required ones that are absent."""
        captured = take_captures(captures, test_key, response)
        await self.record_captures(run_id, test_key, captured.delta)
        return tuple(missing.name for missing in captured.missing)

    async def get_test_context(self, run_id: RunId, test_key: str) -> SingleTestExecutionContext:
        """Return what a test would see if it started now; raises `NotFoundError`."""
        context = await self.get(run_id)
        return SingleTestExecutionContext(
            run_id=run_id,
            test_key=test_key,
            dependencies=_find_dependencies(context, test_key),
            context=_aggregate(context),
        )

    async def resolve_dependencies(self, run_id: RunId, test_key: str) -> DependencyContext:
        """Return what a test requires of others, and whether all of it is there."""
        return _find_dependencies(await self.get(run_id), test_key)

    async def get_execution_chain(self, test_case_id: TestCaseId) -> TestExecutionPipeline:
        """Return the tests that a test requires; raises `NotFoundError` for an unknown one."""
        steps = await self._service.call(
            "get_test_execution_chain", {"test_case_id": str(test_case_id)}, idempotent=True
        )
        if steps is None:
            raise NotFoundError
        return TestExecutionPipeline(steps=steps)

    def measure_memory(self) -> ActiveRunMemory:
        """Return how much of which runs is held."""
        contexts = self._contexts.values()
        return ActiveRunMemory(
            run_ids=tuple(self._contexts),
            captured_values=sum(_count_captured(context) for context in contexts),
            unsaved_values=sum(context.unsaved.values for context in contexts),
        )

    def get_environment_values(self, run_id: RunId) -> dict[str, Any]:
        """
        Return the variables of the run's environment, secret ones in plain text.

        Raises `NotFoundError` unless this process executes the run: secrets are read for nobody else.
        """
        context = self._contexts.get(run_id)
        if context is None:
            raise NotFoundError
        return {**context.scope.environment, **context.scope.secrets}

    def take_changes(self, run_id: RunId) -> ContextChanges:
        """Hand over the changes that no result brings; nothing for an unknown run."""
        context = self._contexts.get(run_id)
        if context is None:
            return ContextChanges()
        changes, context.unsaved = context.unsaved, ContextChanges()
        return changes

    async def note_commit(self, run_id: RunId, version: int) -> None:
        """Say that the stored context of a run has this version now."""
        await self._cache.invalidate(run_id, version)

    def clear(self, run_id: RunId) -> None:
        """Forget a run; what is stored stays until its time is up."""
        self._contexts.pop(run_id, None)

    async def _apply(self, run_id: RunId, delta: ContextDelta) -> None:
        context = await self.get(run_id)
        context.apply(delta)
        await self._save_if_not_held(context)

    async def _save_if_not_held(self, context: ExecutionContext) -> None:
        """Write a context that no recorder of this process will write."""
        if context.run_id in self._contexts:
            return
        request = {"run_id": str(context.run_id), **context.unsaved.to_document()}
        answer = await self._service.call("update_test_run_context", request, idempotent=True)
        await self._cache.put(StoredContext.from_document(answer))

    async def _read(self, run_id: RunId) -> StoredContext:
        cached = await self._cache.find(run_id)
        if cached is not None:
            return cached
        answer = await self._service.call(
            "get_test_run_context", {"run_id": str(run_id)}, idempotent=True
        )
        if answer is None:
            raise NotFoundError
        stored = StoredContext.from_document(answer)
        await self._cache.put(stored)
        return stored

    async def _resolve_secrets(self, run_id: RunId) -> dict[str, str]:
        request = {
            "run_id": str(run_id),
            "encryption_key": self._encryption_key.get_secret_value(),
        }
        # While secrets are being encrypted anew, each is readable with one of both.
        if self._previous_encryption_key is not None:
            request["previous_encryption_key"] = self._previous_encryption_key.get_secret_value()
        answer = await self._service.call("resolve_run_secrets", request, idempotent=True)
        return answer["secrets"]


def _find_dependencies(context: ExecutionContext, test_key: str) -> DependencyContext:
    required = tuple(
        dependency.required_key
        for dependency in context.dependencies
        if dependency.dependent_key == test_key
    )
    data = context.scope.captured_data
    return DependencyContext(
        test_key=test_key,
        required_keys=required,
        missing_keys=tuple(key for key in required if key not in context.test_order),
        captured_data={
            key: values for key in required if isinstance(values := data.get(key), dict)
        },
    )


def _aggregate(context: ExecutionContext) -> AggregatedContext:
    scope = context.scope
    return AggregatedContext(
        environment=dict(scope.environment),
        secret_names=tuple(scope.secrets),
        token_names=tuple(scope.shared_auth_tokens),
        shared_variables=scope.shared_variables,
        captured_data=scope.captured_data,
        fixture_names=tuple(scope.fixtures),
        test_order=tuple(context.test_order),
    )


def _count_captured(context: ExecutionContext) -> int:
    captured = context.scope.captured_data.values()
    return sum(len(values) for values in captured if isinstance(values, dict))
