"""What is imported runs: the shop describes itself, and the cases of it pass against the shop."""

from typing import Any

from tests.runs.workspace import Workspace
from tests.targets.serving import RunningShop


async def import_shop(workspace: Workspace, shop: RunningShop, **options: Any) -> dict[str, Any]:
    document = {"format": "openapi", "url": f"{shop.url}/openapi.yaml", **options}
    answer = await workspace.client.post(f"/projects/{workspace.project_id}/imports", json=document)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


async def test_the_imported_cases_pass(workspace: Workspace, shop: RunningShop) -> None:
    imported = await import_shop(workspace, shop)

    report = imported["report"]
    assert [case["key"] for case in report["created"]] == [
        "show-health",
        "log-in",
        "show-profile",
        "update-profile",
        "list-products",
        "add-to-cart",
        "show-item",
    ]
    assert report["base_url"] == "https://shop.example"
    run = await workspace.run()
    results = await workspace.results(run["id"])
    assert {key: result["status"] for key, result in results.items()} == {
        case["key"]: "passed" for case in report["created"]
    }
    # An empty project would pass, too.
    assert shop.traffic.count("POST /cart") == 1


async def test_ids_and_tokens_come_from_those_who_make_them(
    workspace: Workspace, shop: RunningShop
) -> None:
    await import_shop(workspace, shop)
    suites = await workspace.get(f"/projects/{workspace.project_id}/suites")
    by_name = {suite["name"]: suite["id"] for suite in suites["items"]}
    cases = await workspace.get(f"/suites/{by_name['Shopping']}/cases")
    cart_id = next(case["id"] for case in cases["items"] if case["key"] == "add-to-cart")

    cart = await workspace.get(f"/cases/{cart_id}")

    assert cart["request"]["body"] == {
        "product_id": "{{captured_data.list-products.id}}",
        "quantity": 2,
    }
    assert cart["request"]["auth_token_ref"] == "shared_auth_tokens.access_token"
    assert [
        (dependency["required_test_key"], dependency["dependency_type"])
        for dependency in cart["dependencies"]
    ] == [("list-products", "data"), ("log-in", "token")]


async def test_a_dry_run_writes_nothing(workspace: Workspace, shop: RunningShop) -> None:
    preview = await import_shop(workspace, shop, dry_run=True)

    assert len(preview["report"]["created"]) == 7
    assert (await workspace.get(f"/projects/{workspace.project_id}/imports"))["items"] == []


async def test_a_past_import_can_be_read(workspace: Workspace, shop: RunningShop) -> None:
    imported = await import_shop(workspace, shop)

    page = await workspace.get(f"/projects/{workspace.project_id}/imports")

    assert [item["source"] for item in page["items"]] == ["Shop"]
    assert await workspace.get(f"/imports/{imported['id']}") == imported
