"""A browser may follow the private topics directly, with supabase-js as it is."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

from scripts.demonstration.components import SupabaseDetails
from scripts.local_supabase.auth_service import find_node
from scripts.local_supabase.layout import PACKAGE
from tests.fixtures.users import SignUp
from tests.realtime.live_run import LiveRun
from tests.runs.workspace import Workspace

SCRIPT = Path(__file__).parent / "javascript" / "topics.mjs"
PATIENCE_SECONDS = 40

Report = dict[str, Any]


async def iter_reports(settings: Mapping[str, str]) -> AsyncGenerator[Report]:
    """Run the script and yield what it prints; it must end well."""
    script = await asyncio.create_subprocess_exec(
        *(find_node(), "--no-deprecation", SCRIPT),
        env={**os.environ, **settings},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert script.stdout is not None
    assert script.stderr is not None
    try:
        async for line in script.stdout:
            yield json.loads(line)
        complaints = (await script.stderr.read()).decode()
        assert await script.wait() == 0, complaints
    finally:
        with suppress(ProcessLookupError):
            script.kill()
        await script.wait()


async def test_members_follow_both_topics_and_strangers_none(
    supabase: SupabaseDetails, workspace: Workspace, sign_up: SignUp, live_run: LiveRun
) -> None:
    settings = {
        "SUPABASE_URL": supabase.supabase_url,
        "PUBLISHABLE_KEY": supabase.publishable_key,
        "PACKAGES": str(PACKAGE / "package.json"),
        "MEMBER_TOKEN": workspace.user.access_token,
        "STRANGER_TOKEN": (await sign_up()).access_token,
        "RUN_TOPIC": f"run:{live_run.run_id}",
        "PROJECT_TOPIC": f"project:{workspace.project_id}",
    }
    seen: Report = {}
    async with asyncio.timeout(PATIENCE_SECONDS), aclosing(iter_reports(settings)) as reports:
        async for report in reports:
            seen[report["step"]] = report["seen"]
            if report["step"] == "joined":
                await live_run.publish(3)
                await live_run.publish(3)
                await live_run.finish()
    heard = seen.pop("heard")
    assert seen == {
        "joined": ["SUBSCRIBED", "SUBSCRIBED"],
        "refused": ["CHANNEL_ERROR", "CHANNEL_ERROR", "CHANNEL_ERROR"],
        "tracked": ["ok", True],
    }
    log = await live_run.read_events()
    assert heard["inPublic"] == []
    assert {event for event, _ in heard["ofRun"] + heard["ofProject"]} == {"events"}
    assert [event for _, payload in heard["ofRun"] for event in payload["events"]] == log[1:]
    news = [event for _, payload in heard["ofProject"] for event in payload["events"]]
    assert [event["type"] for event in news] == ["run_progress", "run_progress", "run_completed"]
    assert [event["run_seq"] for event in news] == [
        event["seq"] for event in log if event["type"] in ("run_progress", "run_completed")
    ]
