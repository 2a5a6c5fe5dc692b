"""What docs/api-tokens.md shows works as it stands there."""

import asyncio
import os
import re
from pathlib import Path

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.users import SignUp
from tests.workspaces.people import gather_team

PAGE = Path("docs/api-tokens.md").read_text()
COMMANDS = "\n".join(re.findall(r"```bash\n(.*?)```", PAGE, re.DOTALL))
CASE = {"key": "ping", "name": "Ping", "endpoint": {"method": "GET", "path": "/ping"}}


async def test_a_machine_starts_a_run(
    service: Service, supabase: SupabaseDetails, sign_up: SignUp
) -> None:
    async with gather_team(service, supabase, sign_up) as team:
        suite = await team.create_suite()
        await team.owner.create(f"/suites/{suite['id']}/cases", **CASE)
        environment = await team.owner.create(
            f"/projects/{suite['project_id']}/environments",
            name="Local",
            base_url="http://127.0.0.1:1",
        )
        variables = {
            "API": f"{service.url}/api/v1",
            "TOKEN": team["editor"].user.access_token,
            "ORGANIZATION": team.organization["id"],
            "PROJECT": suite["project_id"],
            "ENVIRONMENT": environment["id"],
        }
        shell = await asyncio.create_subprocess_exec(
            "bash",
            "-euo",
            "pipefail",
            "-c",
            COMMANDS,
            env={**os.environ, **variables},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await asyncio.wait_for(shell.communicate(), timeout=30)
    assert shell.returncode == 0, errors.decode()
    assert output.decode().strip() in ("pending", "running", "completed", "failed")
