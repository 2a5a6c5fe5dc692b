"""What tests leave for others: at once, or collected over the iterations of a test."""

from collections.abc import Iterable
from dataclasses import replace

from app.engine.json_values import JsonObject, JsonValue
from app.engine.results import ContextDelta
from app.engine.running.unit import Unit
from app.engine.scope import Scope


class Collector:
    """
    Puts captures into the scope of the run.

    Of a test with iterations, `captured_data` holds lists by the index of the iteration, null
    where nothing was captured; of tokens and variables the last iteration by index counts.
    `recorded` are the (key, iteration) that passed before this execution.
    """

    def __init__(self, scope: Scope, recorded: Iterable[tuple[str, int]]) -> None:
        self._scope = scope
        self._recorded: dict[str, int] = {}
        for key, index in recorded:
            self._recorded[key] = max(index, self._recorded.get(key, 0))
        self._latest: dict[tuple[str, str], int] = {}

    def take(self, unit: Unit, delta: ContextDelta, count: int) -> ContextDelta:
        """Put it into the scope and return what counts of it; `count` is that of the iterations."""
        if unit.iteration is None or not delta:
            self._scope.apply(delta)
            return delta
        counted = replace(
            delta,
            shared_auth_tokens=self._keep_latest(
                unit, delta.shared_auth_tokens, self._scope.shared_auth_tokens
            ),
            shared_variables=self._keep_latest(
                unit, delta.shared_variables, self._scope.shared_variables
            ),
        )
        self._scope.apply(replace(counted, captured_data={}))
        for name, value in delta.captured_data.get(unit.test.key, {}).items():
            self._get_list(unit.test.key, name, count)[unit.index] = value
        return counted

    def _keep_latest(self, unit: Unit, values: JsonObject, known: JsonObject) -> JsonObject:
        return {
            name: value
            for name, value in values.items()
            if self._is_latest(unit, name, is_known=name in known)
        }

    def _is_latest(self, unit: Unit, name: str, *, is_known: bool) -> bool:
        key = unit.test.key
        recorded = self._recorded.get(key, -1) if is_known else -1
        if unit.index < self._latest.get((key, name), recorded):
            return False
        self._latest[key, name] = unit.index
        return True

    def _get_list(self, key: str, name: str, count: int) -> list[JsonValue]:
        values = self._scope.captured_data.get(key)
        if not isinstance(values, dict):
            values = self._scope.captured_data[key] = JsonObject()
        items = values.get(name)
        if not isinstance(items, list):
            items = values[name] = list[JsonValue]()
        items.extend([None] * (count - len(items)))
        return items
