"""Executes the walks of docs/api.md as they stand there: the one with curl and the one with supabase-js."""

import asyncio
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from scripts.local_supabase.auth_service import find_node
from scripts.local_supabase.layout import PACKAGE
from tests.targets.serving import RunningShop

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text()
PATIENCE_SECONDS = 90


def join_blocks(language: str) -> str:
    """Return all blocks of a language, one after the other."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    return "\n".join(blocks)


@pytest.fixture
def environment(service: Service, supabase: SupabaseDetails, shop: RunningShop) -> dict[str, str]:
    return {
        **os.environ,
        "SUPABASE_URL": supabase.supabase_url,
        "SUPABASE_PUBLISHABLE_KEY": supabase.publishable_key,
        "API": f"{service.url}/api/v1",
        "TARGET": shop.url,
    }


async def execute(*command: str, environment: Mapping[str, str]) -> str:
    """Return what a program prints; it has to end well."""
    program = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, complaints = await asyncio.wait_for(program.communicate(), PATIENCE_SECONDS)
    assert program.returncode == 0, f"{output.decode()}\n{complaints.decode()}"
    return output.decode()


async def test_the_walk_with_curl_leads_to_a_live_run(environment: dict[str, str]) -> None:
    script = join_blocks("bash")
    printed = await execute("bash", "-euo", "pipefail", "-c", script, environment=environment)
    lines = printed.splitlines()
    assert {"event: run_started", "event: test_completed", "event: run_completed"} <= set(lines)
    assert "completed" in lines
    assert "correct horse" not in printed


async def test_the_walk_with_supabase_js_leads_to_a_live_run(
    environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "node_modules").symlink_to(PACKAGE / "node_modules")
    script = tmp_path / "walk.mjs"
    script.write_text(join_blocks("js"))
    node = str(find_node())
    printed = await execute(node, "--no-deprecation", str(script), environment=environment)
    assert printed.splitlines()[-1] == "The run completed: 1 of 1 passed."
