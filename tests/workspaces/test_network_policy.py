"""Which networks tests may reach: read by members, changed by admins."""

from typing import Any

import pytest

from tests.catalog.test_projects_and_suites import expected_status
from tests.workspaces.people import ROLES, Team

POLICY = {"allow": ["shop.internal", "10.1.0.0/16"], "deny": ["*.example.com", "*"]}


async def test_admins_change_it_and_members_read_it(crew: Team) -> None:
    path = f"/organizations/{crew.organization['id']}"
    for role in ROLES:
        changed = await crew[role].patch(path, {"network_policy": POLICY})
        assert changed.status_code == expected_status(role, {"owner", "admin"}, success=200)
        shown = (await crew["viewer"].get(path)).json()["network_policy"]
        assert shown == (POLICY if changed.is_success else {})
        await crew.owner.patch(path, {"network_policy": {}})


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
    path = f"/organizations/{team.organization['id']}"
    answer = await team.owner.patch(path, {"network_policy": policy})
    assert answer.status_code == 422
    assert what in answer.text
