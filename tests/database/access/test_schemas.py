"""What is not exposed cannot be reached: private helpers, ciphertext, and partitions past their parents."""

import pytest

from tests.database.access.world import World


@pytest.mark.parametrize("caller", ["anonymous", "owner", "service"])
@pytest.mark.parametrize("schema", ["private", "partitions", "auth", "pg_catalog"])
async def test_a_schema_that_is_not_exposed_is_refused(
    schema: str, caller: str, world: World
) -> None:
    client = world.callers[caller].client
    answer = await client.get("secret_values", headers={"Accept-Profile": schema})
    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST106")


@pytest.mark.parametrize("caller", ["anonymous", "owner", "service"])
async def test_a_partition_has_no_address(caller: str, world: World) -> None:
    cursor = await world.records.connection.execute(
        "select relname from pg_class where relnamespace = 'partitions'::regnamespace and relkind = 'r'"
    )
    leaves = [row["relname"] for row in await cursor.fetchall()]
    assert leaves
    for leaf in leaves:
        answer = await world.callers[caller].client.get(leaf)
        assert answer.status_code == 404
