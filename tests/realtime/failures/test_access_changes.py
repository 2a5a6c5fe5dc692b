"""Rights end in mid stream: only those who lost them are affected."""

from dataclasses import replace

import jwt
import pytest

from app.core.clock import SystemClock
from scripts.demonstration.components import Service, SupabaseDetails
from scripts.local_supabase.keys import ALGORITHM
from tests.fixtures.database import Connect
from tests.fixtures.users import User
from tests.realtime.conditions import until
from tests.realtime.failures.conftest import AddMember, CreateViewer, ViewerKind
from tests.realtime.failures.expectations import check_that_all_saw_all, publish_and_see
from tests.realtime.failures.persistent_viewer import (
    SocketViewer,
    StreamViewer,
    following,
    saw_exactly,
)
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import Workspace

EACH_KIND = pytest.mark.parametrize("kind", [StreamViewer, SocketViewer])
REMOVE_MEMBER = "delete from public.organization_members where user_id = %s"


def shorten(user: User, supabase: SupabaseDetails, seconds: float) -> User:
    """Return the user with a token that lives this long."""
    claims = jwt.decode(user.access_token, options={"verify_signature": False})
    claims["exp"] = SystemClock().now().timestamp() + seconds
    return replace(user, access_token=jwt.encode(claims, supabase.jwt_secret, ALGORITHM))


@EACH_KIND
async def test_a_token_expires_in_mid_stream(
    kind: ViewerKind,
    relay_service: Service,
    supabase: SupabaseDetails,
    workspace: Workspace,
    create_viewer: CreateViewer,
    live_run: LiveRun,
) -> None:
    brief = create_viewer(relay_service, shorten(workspace.user, supabase, seconds=3), kind)
    brief.renewed = workspace.user
    steady = create_viewer(relay_service)
    async with following([brief, steady]):
        await publish_and_see(live_run, [brief, steady])
        while not brief.farewells:
            await publish_and_see(live_run, [steady])
        await publish_and_see(live_run, [brief, steady])
        await live_run.finish()
    await check_that_all_saw_all(live_run, [brief, steady])
    assert (brief.farewells, len(brief.snapshots)) == (["token_expired"], 1)
    assert steady.attempts == 1


@EACH_KIND
async def test_a_member_is_removed_in_mid_stream(
    kind: ViewerKind,
    relay_service: Service,
    add_member: AddMember,
    database: Connect,
    create_viewer: CreateViewer,
    live_run: LiveRun,
) -> None:
    connection, member = await database(), await add_member()
    removed, steady = create_viewer(relay_service, member, kind), create_viewer(relay_service)
    async with following([removed, steady]):
        await publish_and_see(live_run, [removed, steady])
        await connection.execute(REMOVE_MEMBER, [member.id])
        await until(lambda: removed.refusals in ([404], ["not_found"]))
        await publish_and_see(live_run, [steady])
        await live_run.finish()
    await check_that_all_saw_all(live_run, [steady])
    assert removed.farewells == ["access_revoked"]
    log = await live_run.read_events()
    assert saw_exactly(removed, log[: removed.position])
    assert removed.position is not None
    assert removed.position < live_run.position
