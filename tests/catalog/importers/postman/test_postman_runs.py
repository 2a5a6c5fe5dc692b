"""A collection of the shop is imported through the API, and its cases pass against the shop."""

import json
from typing import Any

from tests.catalog.importers.postman.collections import (
    Document,
    build_auth,
    build_collection,
    build_item,
    build_raw,
)
from tests.runs.workspace import Workspace
from tests.targets.serving import RunningShop
from tests.targets.shop import PASSWORD, USERNAME

LOG_IN = """
const jsonData = pm.response.json();
pm.test("Logged in", function () {
    pm.response.to.have.status(200);
    pm.expect(jsonData.token_type).to.eql("bearer");
    pm.expect(jsonData).to.have.property("user_id").that.is.a("string");
});
if (pm.response.code === 200) {
    pm.environment.set("token", jsonData.access_token);
}
pm.collectionVariables.set("userId", jsonData.user_id);
"""
CATALOG = """
pm.test("Products", () => {
    const { products, total } = pm.response.json();
    pm.expect(products).to.be.an("array").with.lengthOf(3);
    pm.expect(total).to.eql(products.length);
    pm.expect(total).to.be.at.least(1);
    pm.expect(products[0].id).to.match(/^prod-\\d+$/);
});
pm.environment.set("productId", pm.response.json().products[0].id);
"""
CART = """
tests["Created"] = responseCode.code === 201;
pm.expect(pm.response.json().items[0].product_id).to.eql(pm.environment.get("productId"));
pm.expect(pm.response.headers.get("Content-Type")).to.include("json");
"""
PROFILE = 'pm.test("Kept", () => pm.expect(pm.response.json().name).to.eql("Ada"));'


def build_shop() -> Document:
    """Eight requests in three folders, as somebody would write them."""
    credentials = build_raw('{"username": "{{username}}", "password": "{{password}}"}')
    products = [
        build_item("List products", "{{baseUrl}}/catalog", test=CATALOG),
        build_item(
            "Add to the cart",
            "{{baseUrl}}/cart",
            method="POST",
            body=build_raw('{"product_id": "{{productId}}", "quantity": {{quantity}}}'),
            test=CART,
        ),
    ]
    account = [
        build_item(
            "Log in",
            "{{baseUrl}}/auth/login",
            method="POST",
            auth={"type": "noauth"},
            body=credentials,
            test=LOG_IN,
        ),
        build_item(
            "Rename",
            "{{baseUrl}}/profile",
            method="PUT",
            body=build_raw('{"id": "{{userId}}", "name": "Ada"}'),
        ),
        build_item("Show the profile", "{{baseUrl}}/profile", test=PROFILE),
    ]
    others = [
        build_item("Missing", "{{baseUrl}}/status/404", test="pm.response.to.be.notFound;"),
        build_item("Moved", "{{baseUrl}}/moved/2", test="pm.response.to.be.ok;"),
        build_item(
            "Echo",
            {"raw": "{{baseUrl}}/items/:number", "variable": [{"key": "number", "value": "7"}]},
            before="pm.variables.set('trace', pm.variables.replaceIn('{{$guid}}'));",
            header=[{"key": "X-Trace", "value": "{{trace}}"}],
            test="pm.expect(pm.response.json().id).to.equal(7);",
        ),
    ]
    return build_collection(
        {"name": "Account", "item": account, "auth": build_auth("bearer", token="{{token}}")},
        {"name": "Shopping", "item": products, "auth": build_auth("bearer", token="{{token}}")},
        *others,
        variable=[
            {"key": "baseUrl", "value": "https://shop.example"},
            {"key": "username", "value": USERNAME},
            {"key": "password", "value": PASSWORD},
            {"key": "quantity", "value": "2"},
        ],
    )


async def import_collection(workspace: Workspace, collection: Document) -> Any:
    document = {
        "format": "postman",
        "text": json.dumps(collection),
        "environment_id": workspace.environment_id,
    }
    imported = await workspace.post(f"/projects/{workspace.project_id}/imports", document)
    return imported["report"]


async def test_the_imported_cases_pass(workspace: Workspace, shop: RunningShop) -> None:
    report = await import_collection(workspace, build_shop())
    await workspace.set_variable("password", PASSWORD, is_secret=True)

    run = await workspace.run()

    assert PASSWORD not in json.dumps(report)
    # One part of an answer cannot be compared with another.
    left_out = [notice["text"] for notice in report["notices"] if notice["kind"] == "not_imported"]
    assert len(left_out) == 1
    assert "eql(products.length)" in left_out[0]
    assert report["base_url"] == "https://shop.example"
    results = await workspace.results(run["id"])
    assert {key: result["status"] for key, result in results.items()} == {
        case["key"]: "passed" for case in report["created"]
    }
    assert len(results) == 8
    assert shop.traffic.count("POST /cart") == 1
    assert shop.traffic.count("PUT /profile") == 1


async def test_a_later_version_keeps_what_people_changed(workspace: Workspace) -> None:
    collection = build_shop()
    first = await import_collection(workspace, collection)
    again = await import_collection(workspace, collection)
    suites = await workspace.get(f"/projects/{workspace.project_id}/suites")
    account = next(suite["id"] for suite in suites["items"] if suite["name"] == "Account")
    cases = await workspace.get(f"/suites/{account}/cases")
    rename = next(case["id"] for case in cases["items"] if case["key"] == "rename")
    changed = await workspace.client.patch(f"/cases/{rename}", json={"timeout_ms": 1234})
    assert changed.is_success, changed.text
    account_items = collection["item"][0]["item"]
    account_items[1]["request"]["description"] = "Gives a new name"
    account_items.append(build_item("Health", "{{baseUrl}}/health", auth={"type": "noauth"}))

    later = await import_collection(workspace, collection)

    assert (again["unchanged"], again["updated"], again["created"]) == (
        len(first["created"]),
        [],
        [],
    )
    assert [(case["key"], case["fields"]) for case in later["updated"]] == [
        ("rename", ["description"])
    ]
    assert [case["key"] for case in later["created"]] == ["health"]
    present = await workspace.get(f"/cases/{rename}")
    assert (present["timeout_ms"], present["description"]) == (1234, "Gives a new name")
