from collections.abc import AsyncIterator

import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.users import SignUp
from tests.runs.workspace import Workspace, open_workspace
from tests.targets.serving import RunningShop
from tests.workspaces.people import Team, add_members, team

__all__ = ["team"]


@pytest.fixture
async def workspace(
    service: Service, sign_up: SignUp, shop: RunningShop
) -> AsyncIterator[Workspace]:
    """A fresh organization whose environment points at the shop."""
    async with open_workspace(service, await sign_up(), shop.url) as created:
        yield created


@pytest.fixture
async def colleagues(workspace: Workspace, supabase: SupabaseDetails, team: Team) -> Team:
    """The team's people in the organization of the workspace, one for each role but the owner's."""
    await add_members(supabase, workspace.organization_id, team.people)
    return team
