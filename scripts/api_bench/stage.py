"""What is called: a finished run, a suite that is run, one that grows, a hook; and their owner's token."""

import asyncio
from dataclasses import dataclass
from typing import Any, Final

import httpx

from scripts.demonstration.components import Service, SupabaseDetails
from scripts.relay_bench.recording import Recording
from scripts.relay_bench.scene import Scene, connect, set_scene, start_run

RESULTS: Final = 200
CASES: Final = 10
TARGET: Final = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Stage:
    """Ids of what the calls name, and the rights to call."""

    supabase: SupabaseDetails
    service_url: str
    token: str
    run_id: str
    project_id: str
    environment_id: str
    growing_suite_id: str
    hook_id: str
    hook_secret: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}


async def prepare(supabase: SupabaseDetails, service: Service) -> Stage:
    """Record a run of 200 results; make a project of 10 cases and a hook that starts it."""
    scene = await set_scene(supabase, RESULTS, users=1)
    run_id = await _record_run(supabase, scene)
    headers = {"Authorization": f"Bearer {scene.tokens[0]}"}
    async with httpx.AsyncClient(base_url=f"{service.url}/api/v1", headers=headers) as client:
        organization = f"/organizations/{scene.project['organization_id']}"
        ids = await _create_catalogue(client, organization)
        growing_suite_id = await _create_growing_suite(client, organization)
        hook = await _create(client, f"/projects/{ids['project_id']}/hooks", _describe_hook(ids))
    return Stage(
        supabase=supabase,
        service_url=service.url,
        token=scene.tokens[0],
        run_id=run_id,
        hook_id=hook["id"],
        hook_secret=hook["secret"],
        growing_suite_id=growing_suite_id,
        **ids,
    )


async def _record_run(supabase: SupabaseDetails, scene: Scene) -> str:
    async with await connect(supabase) as connection:
        run = await start_run(connection, scene)
        await Recording(run, connection).perform(len(run.tests))
    return run.id


async def _create_catalogue(client: httpx.AsyncClient, organization: str) -> dict[str, str]:
    project_id = (await _create(client, f"{organization}/projects", {"name": "API"}))["id"]
    environment = {"name": "Nowhere", "base_url": TARGET}
    project = f"/projects/{project_id}"
    environment_id = (await _create(client, f"{project}/environments", environment))["id"]
    suite_id = (await _create(client, f"{project}/suites", {"name": "Suite"}))["id"]
    cases = (describe_case(f"case-{number}") for number in range(CASES))
    await asyncio.gather(*(_create(client, f"/suites/{suite_id}/cases", case) for case in cases))
    return {"project_id": project_id, "environment_id": environment_id}


async def _create_growing_suite(client: httpx.AsyncClient, organization: str) -> str:
    """Make one in another project: the cases that are created may not join the runs that are started."""
    project_id = (await _create(client, f"{organization}/projects", {"name": "Growing"}))["id"]
    return (await _create(client, f"/projects/{project_id}/suites", {"name": "Suite"}))["id"]


def describe_case(key: str) -> dict[str, Any]:
    """Return a case of ordinary size."""
    return {
        "key": key,
        "name": key,
        "tags": ["smoke"],
        "endpoint": {"method": "POST", "path": "/orders"},
        "request": {"headers": {"X-Trace": "{{$uuid}}"}, "body": {"items": [1, 2, 3]}},
        "response": {
            "expected_status_code": 201,
            "assertions": [{"type": "jsonpath", "path": "$.id", "operator": "exists"}],
        },
    }


def _describe_hook(ids: dict[str, str]) -> dict[str, Any]:
    return {
        "name": "Deployed",
        "signature": {"scheme": "standard"},
        "environment_id": ids["environment_id"],
        "mapping": {"target_version": "$.version"},
    }


async def _create(client: httpx.AsyncClient, path: str, document: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(path, json=document)
    if not answer.is_success:
        message = f"{path}: {answer.status_code} {answer.text}"
        raise RuntimeError(message)
    return answer.json()
