"""What keeps tries small: how many, how long, and where they may go."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.users import SignUp
from tests.targets.serving import RunningTarget
from tests.trials.laboratory import Laboratory, build_laboratory
from tests.trials.target import Target
from tests.workspaces.people import Team, gather_team

SETTINGS = {
    "NETWORK_GUARD": "true",
    "CONCURRENT_TRIES": "2",
    "CONCURRENT_TRIES_PER_USER": "1",
    "TRY_TIMEOUT": "1.5",
}
METADATA = "http://169.254.169.254/latest/meta-data"


@pytest.fixture(scope="module")
def strict_service(
    supabase: SupabaseDetails, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    log = tmp_path_factory.mktemp("strict") / "service.log"
    with Service(supabase, log, SETTINGS) as running:
        yield running


@pytest.fixture(scope="module")
async def strict_team(
    strict_service: Service, supabase: SupabaseDetails, sign_up: SignUp
) -> AsyncIterator[Team]:
    async with gather_team(strict_service, supabase, sign_up) as team:
        yield team


@pytest.fixture
async def strict(strict_team: Team, running_target: RunningTarget) -> AsyncIterator[Laboratory]:
    """Tests may reach the target, and otherwise only what is public."""
    target = Target()
    running_target.application = target.application
    path = f"/organizations/{strict_team.organization['id']}"
    policy = {"network_policy": {"allow": ["127.0.0.1/32"]}}
    assert (await strict_team.owner.patch(path, policy)).status_code == 200
    yield await build_laboratory(strict_team, target, running_target.url)
    target.release.set()


async def test_a_user_and_the_process_have_room_for_so_many(strict: Laboratory) -> None:
    case_id = await strict.add_case("held", "/hold", timeout_ms=1_000)
    path = f"/cases/{case_id}/try"
    people = strict.team["owner"], strict.team["admin"]
    held = [asyncio.ensure_future(strict.ask(path, {}, person)) for person in people]
    await strict.target.wait_for(lambda target: len(target.requests) == 2)
    own = await strict.ask(path, {}, strict.team["owner"])
    other = await strict.ask(path, {}, strict.team["editor"])
    for refused in (own, other):
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_tries")
        assert int(refused.headers["Retry-After"]) >= 1
    assert own.json()["detail"] != other.json()["detail"]
    strict.target.release.set()
    assert [(await each).json()["status"] for each in held] == ["passed", "passed"]
    assert (await strict.try_once(case_id))["status"] == "passed"


async def test_a_try_takes_no_longer_than_the_process_allows(strict: Laboratory) -> None:
    case_id = await strict.add_case("held", "/hold", timeout_ms=600_000)
    tried = await strict.try_once(case_id)
    assert tried["problem"]["category"] == "timeout"
    assert tried["duration_ms"] < 5_000


async def test_a_try_goes_only_where_runs_may(strict: Laboratory) -> None:
    for key, path in (("metadata", METADATA), ("private", "http://10.0.0.1/x")):
        case_id = await strict.add_case(key, path)
        tried = await strict.try_once(case_id)
        assert (tried["status"], tried["problem"]["category"]) == ("error", "environment"), tried
    path = f"/organizations/{strict.team.organization['id']}"
    assert (await strict.owner.patch(path, {"network_policy": {}})).status_code == 200
    case_id = await strict.add_case("loopback", "/x")
    assert (await strict.try_once(case_id))["status"] == "error"
    assert strict.target.requests == []
