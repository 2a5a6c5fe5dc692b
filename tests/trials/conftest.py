import pytest

from tests.targets.serving import RunningTarget
from tests.trials.laboratory import Laboratory, build_laboratory
from tests.trials.target import Target
from tests.workspaces.people import Team, crew, team

__all__ = ["crew", "team"]


@pytest.fixture
async def laboratory(team: Team, running_target: RunningTarget) -> Laboratory:
    """A project of its own for each test."""
    target = Target()
    running_target.application = target.application
    return await build_laboratory(team, target, running_target.url)
