"""The local stack as supabase-js sees it, unmodified, in both protocol versions."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from scripts.demonstration.components import SupabaseDetails
from scripts.local_supabase.auth_service import find_node
from scripts.local_supabase.layout import PACKAGE
from tests.fixtures.database import Connect

SCRIPT = Path(__file__).with_name("supabase_js.mjs")
SEND = "select realtime.send(jsonb_build_object('n', %s::int), %s, %s)"
REFUSAL = "Unauthorized: You do not have permissions to read from this Channel topic: "


@pytest.mark.usefixtures("client_policy")
@pytest.mark.parametrize("version", ["", "1.0.0", "2.0.0"])
async def test_supabase_js(supabase: SupabaseDetails, database: Connect, version: str) -> None:
    connection = await database()
    arguments = [str(PACKAGE / "package.json"), supabase.supabase_url, supabase.publishable_key]
    script = await asyncio.create_subprocess_exec(
        *(find_node(), "--no-deprecation", SCRIPT, *arguments, version),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert script.stdout is not None
    assert script.stderr is not None
    seen: dict[str, Any] = {}
    async for line in script.stdout:
        report = json.loads(line)
        seen[report["step"]] = report["seen"]
        if report["step"] == "subscribed":
            await connection.execute(SEND, (1, "said", report["seen"][-1]))
        if report["step"] == "token refreshed":
            await connection.execute(SEND, (2, "said again", report["seen"]))
    complaints = (await script.stderr.read()).decode()
    assert await script.wait() == 0, complaints
    topic = seen.pop("token refreshed")
    refused = seen.pop("refused")
    assert refused[0] == "CHANNEL_ERROR"
    assert REFUSAL + topic in refused[1]
    table = seen.pop("table changes")
    assert table[0] == "CHANNEL_ERROR"
    assert "PostgresChangesNotSupported" in table[1]
    assert seen == {
        "subscribed": ["SUBSCRIBED", None, topic],
        "heard": {"n": 1, "sameId": True},
        "heard again": 2,
        "left": "ok",
        "replayed": {"n": 2, "replayed": True},
        "acknowledged": "ok",
        "accepted by http": {"success": True},
        "talked": ["héllo"] * 4,
        "tracked": "ok",
        "present": ["calm"],
        **({} if version == "1.0.0" else {"bytes": [0, 255]}),
    }
