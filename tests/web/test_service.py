import asyncio
import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from scripts.demonstration.processes import ChildFailedError
from tests.db.door import Door
from tests.fixtures.service import StartService
from tests.fixtures.users import SignUp

SECRET = "a value that nobody may read in a log"


def read_log(service: Service) -> list[dict[str, Any]]:
    return [json.loads(line) for line in service.log.read_text().splitlines()]


async def test_readiness_names_what_stopped_answering(
    supabase: SupabaseDetails, start_service: StartService
) -> None:
    async with Door(urlsplit(supabase.supabase_url).port or 80) as door:
        address = f"http://127.0.0.1:{door.port}"
        # Starting blocks its thread, and the door is served by this one.
        service = await asyncio.to_thread(start_service, SUPABASE_URL=address)
        async with httpx.AsyncClient(base_url=service.url, timeout=20.0) as client:
            ready = await client.get("/readyz")
            await door.shut()
            unready = await client.get("/readyz")
            alive = await client.get("/healthz")
    assert ready.status_code == 200
    assert ready.json()["checks"].keys() == {"postgrest", "queue", "realtime"}
    assert (unready.status_code, unready.json()["code"]) == (503, "not_ready")
    assert "postgrest" in unready.json()["detail"]
    assert "queue" not in unready.json()["detail"]
    assert alive.status_code == 200


async def test_the_log_knows_the_request_and_keeps_its_secrets(
    start_service: StartService, sign_up: SignUp
) -> None:
    service = start_service(LOG_LEVEL="DEBUG")
    user = await sign_up()
    async with httpx.AsyncClient(base_url=service.url, headers=user.headers) as client:
        await client.get("/api/v1/organizations", headers={"X-Request-ID": "the-request"})
        await client.post("/api/v1/organizations", json={"name": SECRET})
        await client.get("/api/v1/organizations", headers={"Authorization": f"Bearer {SECRET}"})
    lines = [line for line in read_log(service) if line.get("request_id") == "the-request"]
    assert {line["event"] for line in lines} == {"database_request", "request_served"}
    served = next(line for line in lines if line["event"] == "request_served")
    assert (served["status"], served["path"]) == (200, "/api/v1/organizations")
    text = service.log.read_text()
    assert user.access_token not in text
    assert SECRET not in text


def test_a_wrong_setting_is_named_at_the_start(start_service: StartService) -> None:
    with pytest.raises(ChildFailedError, match="SUPABASE_URL"):
        start_service(SUPABASE_URL="nowhere")
