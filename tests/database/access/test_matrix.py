"""Every cell of supabase/access.toml, tried through PostgREST with a real token."""

import pytest

from scripts.schema_documentation.access import Cell, read_access_matrix
from tests.database.access.attempts import ATTEMPTS
from tests.database.access.world import World

MATRIX = read_access_matrix()

FUNCTION_CELLS = [
    pytest.param(function, caller, word, id=f"{function}-{caller}")
    for function, words in MATRIX.functions.items()
    for caller, word in words.items()
]
# Whom the caller of a function is in the world, and as which role the database sees them.
CALLERS = {
    "anonymous": ("anonymous", "anon"),
    "authenticated": ("owner", "authenticated"),
    "service": ("service", "service_role"),
}


@pytest.mark.parametrize("cell", MATRIX.list_cells(), ids=str)
async def test_cell(cell: Cell, world: World) -> None:
    caller = world.callers[cell.role]
    attempt = await ATTEMPTS[cell.action](caller, world.records, cell.table)
    assert attempt.word == cell.expected
    assert attempt.happened == (cell.expected == "rows")
    if cell.expected == "denied":
        assert attempt.response.status_code == (401 if cell.role == "anonymous" else 403)


@pytest.mark.parametrize(("function", "caller", "word"), FUNCTION_CELLS)
async def test_function(function: str, caller: str, word: str, world: World) -> None:
    person, role = CALLERS[caller]
    # What is allowed is not called: some of it is work on everybody's data.
    cursor = await world.records.connection.execute(
        "select has_function_privilege(%s, %s, 'execute') as allowed",
        [role, f"public.{function}(jsonb)"],
    )
    assert await cursor.fetchone() == {"allowed": word == "allowed"}
    if word == "denied":
        client = world.callers[person].client
        response = await client.post(f"rpc/{function}", json={"request": {}})
        assert response.json()["code"] == "42501"
        assert response.status_code == (401 if caller == "anonymous" else 403)
