import asyncio
import json
import os
from pathlib import Path
from typing import Any

from scripts.demonstration.components import SupabaseDetails
from scripts.local_supabase.layout import PACKAGE
from tests.local_supabase.conftest import WHOAMI

SCRIPT = Path(__file__).parent / "javascript" / "session.mjs"


async def test_a_session_with_supabase_js(supabase: SupabaseDetails, notes: str) -> None:
    report = await _run_node(
        {
            "SUPABASE_URL": supabase.supabase_url,
            "PUBLISHABLE_KEY": supabase.publishable_key,
            "SECRET_KEY": supabase.secret_key,
            "TABLE": notes,
            "WHOAMI": WHOAMI,
            "PACKAGES": str(PACKAGE / "package.json"),
        }
    )
    inserted = report.pop("inserted")
    assert [row["body"] for row in inserted] == ["from node"]
    assert report == {
        "signedUp": True,
        "wrongPassword": "invalid_credentials",
        "refreshed": True,
        "claims": f"{supabase.supabase_url}/auth/v1",
        "updated": "green",
        "insertedByUser": True,
        "role": "authenticated",
        "anonymousRows": [],
        "forged": "42501",
        "serviceRole": "service_role",
        "listed": True,
        "plan": "free",
        "deleted": "user_not_found",
    }


async def _run_node(environment: dict[str, str]) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        "node",
        SCRIPT,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        output, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return json.loads(output)
