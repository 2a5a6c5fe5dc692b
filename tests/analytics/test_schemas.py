"""The models of the history fit the tables they are read from."""

import pytest
from pydantic import BaseModel, ValidationError

from app.analytics.schemas import (
    FailureAnalysis,
    PerformanceMetric,
    SemanticSearchResult,
    TestEmbedding,
    TestRunHistory,
)
from tests.fixtures.database import Connect

TABLES: dict[str, type[BaseModel]] = {
    "performance_metrics": PerformanceMetric,
    "test_run_history": TestRunHistory,
    "failure_analysis": FailureAnalysis,
}
COLUMNS = """
select column_name as name, is_nullable = 'YES' as may_be_null from information_schema.columns
where table_schema = 'public' and table_name = %s
"""
CASE_ID = "8f14e45f-ceea-4e7a-9d5b-0a1f2b3c4d5e"


@pytest.mark.parametrize("table", TABLES)
async def test_every_field_is_a_column_and_takes_null_when_it_may_be(
    table: str, database: Connect
) -> None:
    cursor = await (await database()).execute(COLUMNS, [table])
    columns = {row["name"]: row["may_be_null"] for row in await cursor.fetchall()}
    fields = TABLES[table].model_fields
    assert set(fields) <= set(columns)
    optional = {
        name for name, field in fields.items() if type(None) in _list_types(field.annotation)
    }
    assert optional == {name for name in fields if columns[name]}


def _list_types(annotation: object) -> tuple[object, ...]:
    return getattr(annotation, "__args__", (annotation,))


def test_a_vector_holds_finite_numbers() -> None:
    embedding = {"test_case_id": CASE_ID, "model": "small", "vector": [0.1, -2]}
    assert TestEmbedding.model_validate(embedding).vector == [0.1, -2.0]
    for vector in ([], [float("nan")], [float("inf")], ["x"]):
        with pytest.raises(ValidationError):
            TestEmbedding.model_validate(embedding | {"vector": vector})


def test_a_score_is_a_cosine() -> None:
    found = {"test_case_id": CASE_ID, "key": "login", "name": "Login", "score": 0.9}
    assert SemanticSearchResult.model_validate(found).score == 0.9
    with pytest.raises(ValidationError):
        SemanticSearchResult.model_validate(found | {"score": 1.1})
