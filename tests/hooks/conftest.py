from collections.abc import AsyncIterator, Iterator

import pytest

from scripts.demonstration.components import Service
from tests.fixtures.users import SignUp
from tests.runs.workspace import Workspace, open_workspace
from tests.targets.serving import RunningShop


@pytest.fixture(scope="module")
def target() -> Iterator[RunningShop]:
    with RunningShop() as running:
        yield running


@pytest.fixture(scope="module")
async def workspace(
    service: Service, sign_up: SignUp, target: RunningShop
) -> AsyncIterator[Workspace]:
    """One project with a case for the tests of a module, each of which makes hooks of its own."""
    async with open_workspace(service, await sign_up(), target.url) as created:
        await created.add_case("item", "/items/1")
        yield created
