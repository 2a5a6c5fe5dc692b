"""Which networks tests may reach: read by members, changed by admins."""

from typing import Any

import pytest

from tests.catalog.test_projects_and_suites import expected_status
from tests.workspaces.people import ROLES, Role, Team

POLICY = {"allow": ["shop.internal", "10.1.0.0/16"], "deny": ["*.example.com", "*"]}


@pytest.mark.parametrize("role", ROLES)
async def test_admins_change_it_and_members_read_it(team: Team, role: Role) -> None:
    path = f"/organizations/{team.organization['id']}"
    changed = await team[role].put(f"{path}/network-policy", POLICY)
    assert changed.status_code == expected_status(role, {"owner", "admin"}, success=200)
    if changed.is_success:
        assert (await team["viewer"].get(path)).json()["network_policy"] == POLICY
        cleared = await team[role].put(f"{path}/network-policy", {})
        assert cleared.json() == team.organization


@pytest.mark.parametrize(
    ("policy", "what"),
    [
        ({"deny": ["shop example"]}, "deny"),
        ({"allow": [""]}, "allow"),
        ({"allow": ["10.0.0.0/8"] * 1_001}, "allow"),
        ({"permit": []}, "permit"),
    ],
)
async def test_what_the_guard_could_not_read_is_refused(
    team: Team, policy: dict[str, Any], what: str
) -> None:
    path = f"/organizations/{team.organization['id']}/network-policy"
    answer = await team.owner.put(path, policy)
    assert answer.status_code == 422
    assert what in answer.text
