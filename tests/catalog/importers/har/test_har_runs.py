"""What a client did in the shop is recorded and imported, and the cases pass against the shop."""

import json
from typing import Any

import httpx

from tests.catalog.importers.har.recordings import Recorder, build_entry, build_log
from tests.runs.workspace import Workspace
from tests.targets.serving import RunningShop
from tests.targets.shop import PASSWORD, USERNAME


async def record(shop: RunningShop) -> list[dict[str, Any]]:
    """Log in, look around, and buy something."""
    recorder = Recorder()
    hooks = {"response": [recorder.note]}
    async with httpx.AsyncClient(base_url=shop.url, event_hooks=hooks) as browser:
        credentials = {"username": USERNAME, "password": PASSWORD}
        answer = await browser.post("/auth/login", json=credentials)
        browser.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        user_id = answer.json()["user_id"]
        await browser.get("/visit")
        await browser.get("/health?theme=dark")
        products = (await browser.get("/catalog")).json()["products"]
        cart = {"product_id": products[1]["id"], "quantity": 2}
        await browser.post("/cart", json=cart)
        await browser.post("/cart", json={**cart, "quantity": 1})
        await browser.put("/profile", json={"id": user_id, "user_id": user_id, "name": "Ada"})
        await browser.get("/profile")
        await browser.post("/checkout")
        job = (await browser.post("/jobs")).json()["id"]
        await browser.get(f"/jobs/{job}")
    return recorder.entries


async def import_log(workspace: Workspace, entries: list[dict[str, Any]]) -> Any:
    document = {
        "format": "har",
        "text": json.dumps(build_log(*entries)),
        "source": "Shopping",
        "environment_id": workspace.environment_id,
    }
    imported = await workspace.post(f"/projects/{workspace.project_id}/imports", document)
    return imported["report"]


async def test_the_recorded_requests_pass(workspace: Workspace, shop: RunningShop) -> None:
    entries = await record(shop)
    page = build_entry("GET", f"{shop.url}/", answer="<html>", media_type="text/html")
    report = await import_log(workspace, [page | {"_resourceType": "document"}, *entries])
    await workspace.set_variable("PASSWORD", PASSWORD, is_secret=True)
    jobs = shop.traffic.count("POST /jobs")

    run = await workspace.run()

    assert "shop-" not in json.dumps([report["created"], report["variables"]])
    assert PASSWORD not in json.dumps(report)
    assert report["base_url"] == shop.url
    assert [case["origin"] for case in report["created"]] == [
        "POST /auth/login",
        "GET /visit",
        "GET /health?theme",
        "GET /catalog",
        "POST /cart",
        "PUT /profile",
        "GET /profile",
        "POST /checkout (503)",
        "POST /jobs",
        "GET /jobs/{job_id}",
    ]
    results = await workspace.results(run["id"])
    assert {key: result["status"] for key, result in results.items()} == {
        case["key"]: "passed" for case in report["created"]
    }
    assert shop.traffic.count("POST /jobs") == jobs + 1


async def test_a_second_recording_changes_nothing(workspace: Workspace, shop: RunningShop) -> None:
    """Tokens, ids and times are others; what is tested is the same."""
    first = await import_log(workspace, await record(shop))

    again = await import_log(workspace, await record(shop))

    assert (again["updated"], again["created"], again["kept"]) == ([], [], [])
    assert again["unchanged"] == len(first["created"])
