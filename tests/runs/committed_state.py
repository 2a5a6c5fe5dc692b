"""What the database holds of some runs at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from psycopg import AsyncConnection
from psycopg.rows import DictRow

FINAL_RESULTS = """
select result.id::text, result.run_id::text as run_id, test_case.key, result.iteration,
  result.iteration_name is not null as is_iterated, result.status,
  detail.captured_variables -> 'captured_data.serial' as serial
from public.test_results as result
join public.test_cases as test_case on test_case.id = result.test_case_id
left join public.test_result_details as detail on detail.result_id = result.id
where result.is_final and result.run_id = any (%s::uuid[])
order by result.run_id, test_case.key, result.iteration
"""
CONTEXTS = """
select run_id::text as run_id, captured_data, shared_auth_tokens, test_order
from public.test_execution_context where run_id = any (%s::uuid[])
"""

Unit: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class CommittedState:
    """Final results by run and unit (`key#iteration`), and the contexts of the runs."""

    results: Mapping[Unit, DictRow]
    contexts: Mapping[str, DictRow] = field(repr=False)

    def list_captured(self, run_id: str) -> dict[str, Any]:
        """What the context must hold if it holds what the results captured, and nothing else."""
        expected: dict[str, Any] = {}
        for (owner, _), result in self.results.items():
            if owner != run_id:
                continue
            names: dict[str, Any] = expected.setdefault(result["key"], {})
            if result["is_iterated"]:
                place(names.setdefault("serial", []), result["iteration"], result["serial"])
            else:
                names["serial"] = result["serial"]
        return expected


def place(items: list[Any], index: int, value: Any) -> None:
    items.extend([None] * (index + 1 - len(items)))
    items[index] = value


async def read_committed_state(
    connection: AsyncConnection[DictRow], run_ids: Sequence[str]
) -> CommittedState:
    """Read it in one snapshot."""
    async with connection.transaction():
        await connection.execute("set transaction isolation level repeatable read")
        results = await (await connection.execute(FINAL_RESULTS, [list(run_ids)])).fetchall()
        contexts = await (await connection.execute(CONTEXTS, [list(run_ids)])).fetchall()
    units = {(row["run_id"], f"{row['key']}#{row['iteration']}"): row for row in results}
    assert len(units) == len(results), "a test has two final results"
    return CommittedState(units, {row["run_id"]: row for row in contexts})
