from collections.abc import AsyncIterator

import pytest

from scripts.demonstration.components import Service
from tests.fixtures.users import SignUp
from tests.runs.workspace import Workspace, open_workspace
from tests.targets.serving import RunningShop
from tests.workspaces.people import team

__all__ = ["team"]


@pytest.fixture
async def workspace(
    service: Service, sign_up: SignUp, shop: RunningShop
) -> AsyncIterator[Workspace]:
    """A fresh organization whose environment points at the shop."""
    async with open_workspace(service, await sign_up(), shop.url) as created:
        yield created
