"""Runs from start to end, through the HTTP API and on the real stack."""

from uuid import uuid4

import pytest

from tests.fixtures.users import SignUp
from tests.runs.workspace import BEARER, EVIDENCE, Workspace
from tests.targets.serving import RunningShop
from tests.targets.shop import PASSWORD, USERNAME

LOGIN_REQUEST = {"body": {"username": USERNAME, "password": "{{env.PASSWORD}}"}}
LOGIN_RESPONSE = {
    "capture_vars": {"access_token": {"path": "$.access_token", "into": "shared_auth_tokens"}}
}


async def add_login(workspace: Workspace) -> None:
    await workspace.set_variable("PASSWORD", PASSWORD, is_secret=True)
    await workspace.add_case(
        "login", "/auth/login", method="POST", request=LOGIN_REQUEST, response=LOGIN_RESPONSE
    )


async def test_tokens_and_data_flow_from_test_to_test(
    workspace: Workspace, shop: RunningShop
) -> None:
    await add_login(workspace)
    captures = {"capture_vars": {"product_ids": "$.products[*].id"}}
    await workspace.add_case("catalog", "/catalog", request=BEARER, response=captures)
    body = {"product_id": "{{captured_data.catalog.product_ids[0]}}"}
    await workspace.add_case("cart", "/cart", method="POST", request={**BEARER, "body": body})

    run = await workspace.run()

    assert run["status"] == "completed"
    assert run["counts"] == {"total": 3, "passed": 3, "failed": 0, "skipped": 0, "error": 0}
    assert [request.route for request in shop.traffic.requests] == [
        "POST /auth/login",
        "GET /catalog",
        "POST /cart",
    ]
    context = await workspace.get(f"/runs/{run['id']}/context")
    assert context["shared_auth_tokens"] == {"access_token": "***"}
    assert context["captured_data"]["catalog"]["product_ids"] == ["prod-1", "prod-2", "prod-3"]
    assert context["test_order"] == ["login", "catalog", "cart"]


async def test_a_secret_is_stored_nowhere_in_the_results(workspace: Workspace) -> None:
    await add_login(workspace)
    run = await workspace.run()
    answer = await workspace.client.get(f"/runs/{run['id']}/results", params={"include": EVIDENCE})
    assert "correct horse" not in answer.text
    assert answer.json()["items"][0]["details"]["request_body"]


async def test_a_failure_skips_its_dependents_through_the_chain(workspace: Workspace) -> None:
    await workspace.add_case("broken", "/status/500")
    await workspace.add_case("after", "/status/200", requires=["broken"])
    await workspace.add_case("last", "/status/200", requires=["after"])
    await workspace.add_case("aside", "/status/200")

    run = await workspace.run()

    assert run["status"] == "failed"
    assert run["counts"] == {"total": 4, "passed": 1, "failed": 1, "skipped": 2, "error": 0}
    results = await workspace.results(run["id"])
    assert results["broken"]["category"] == "assertion"
    assert "broken" in results["after"]["reason"]
    assert "broken" in results["last"]["reason"]


async def test_a_template_that_names_a_missing_capture_is_an_error_of_that_test(
    workspace: Workspace,
) -> None:
    await workspace.add_case("producer", "/items/7", response={"capture_vars": {"id": "$.id"}})
    request = {"query_params": {"q": "{{captured_data.producer.name}}"}}
    await workspace.add_case("consumer", "/echo", request=request, requires=["producer"])
    await workspace.add_case("after", "/status/200", requires=["consumer"])

    run = await workspace.run()

    results = await workspace.results(run["id"])
    assert {key: result["status"] for key, result in results.items()} == {
        "producer": "passed",
        "consumer": "error",
        "after": "skipped",
    }
    assert "captured_data.producer.name" in results["consumer"]["error_message"]


async def test_a_target_that_is_down_is_a_connection_error(
    workspace: Workspace, shop: RunningShop
) -> None:
    host = shop.url.removeprefix("http://")
    shop.stop()
    await workspace.add_case("only", "/status/200")
    run = await workspace.run()
    result = (await workspace.results(run["id"]))["only"]
    assert (result["status"], result["category"]) == ("error", "connection")
    assert result["error_message"].startswith(f"connection refused by {host}. Check that")


async def test_every_attempt_is_kept(workspace: Workspace) -> None:
    await workspace.add_case("flaky", f"/flaky/{uuid4().hex}/2", retry_count=2)
    run = await workspace.run()
    assert run["counts"]["passed"] == 1
    page = await workspace.get(f"/runs/{run['id']}/results")
    attempts = [
        (item["attempt_number"], item["status"], item["is_final"]) for item in page["items"]
    ]
    assert attempts == [(1, "failed", False), (2, "failed", False), (3, "passed", True)]


async def test_a_cancelled_run_ends_and_says_what_it_left_out(
    workspace: Workspace, shop: RunningShop
) -> None:
    await workspace.add_case("held", "/items/1")
    await workspace.add_case("after", "/items/2", requires=["held"])
    shop.traffic.hold("/items/1")
    run_id = await workspace.start_run()
    shop.traffic.wait_for("GET /items/1")

    answer = await workspace.client.post(f"/runs/{run_id}/cancel")

    assert answer.status_code == 202
    run = await workspace.finish_run(run_id)
    assert run["status"] == "cancelled"
    assert run["counts"] == {"total": 2, "passed": 0, "failed": 0, "skipped": 2, "error": 0}
    assert (await workspace.client.post(f"/runs/{run_id}/cancel")).json()["status"] == "cancelled"


async def test_required_tests_join_the_selection(workspace: Workspace) -> None:
    await workspace.add_case("first", "/status/200")
    second = await workspace.add_case("second", "/status/200", requires=["first"])
    await workspace.add_case("third", "/status/200")
    run = await workspace.run(test_case_ids=[second])
    assert set(await workspace.results(run["id"])) == {"first", "second"}


async def test_an_empty_selection_is_refused(workspace: Workspace) -> None:
    start = {"project_id": workspace.project_id, "environment_id": workspace.environment_id}
    answer = await workspace.client.post("/runs", json=start)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_tests_selected")


@pytest.mark.parametrize("field", ["project_id", "environment_id", "suite_id"])
async def test_unknown_parts_of_a_start_are_not_found(workspace: Workspace, field: str) -> None:
    await workspace.add_case("only", "/status/200")
    start = {"project_id": workspace.project_id, "environment_id": workspace.environment_id}
    answer = await workspace.client.post("/runs", json={**start, field: str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/runs/{id}"),
        ("GET", "/runs/{id}/results"),
        ("GET", "/runs/{id}/context"),
        ("GET", "/runs/{id}/events"),
        ("POST", "/runs/{id}/cancel"),
    ],
)
async def test_a_stranger_cannot_tell_a_run_from_none(
    workspace: Workspace, sign_up: SignUp, method: str, path: str
) -> None:
    await workspace.add_case("only", "/status/200")
    run = await workspace.run()
    stranger = await sign_up()
    bodies: list[object] = []
    for run_id in (run["id"], str(uuid4())):
        answer = await workspace.client.request(
            method, path.format(id=run_id), headers=stranger.headers
        )
        assert answer.status_code == 404
        bodies.append({**answer.json(), "request_id": None})
    assert bodies[0] == bodies[1]
