"""What storing a document does to a suite that is there, and whom it lets do that."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest

from scripts.demonstration.components import SupabaseDetails
from tests.catalog.suite_documents.documents import (
    SHOP,
    changes_of,
    create_project,
    export,
    put,
    store,
)
from tests.workspaces.people import ROLES, Role, Team

HEAD = "version: 1\nname: Other\n"


async def list_cases(team: Team, suite_id: str) -> dict[str, Any]:
    cases = (await team.owner.get(f"/suites/{suite_id}/cases")).json()["items"]
    return {case["key"]: case for case in cases}


async def read_revisions(supabase: SupabaseDetails, suite_id: str) -> dict[str, tuple[str, int]]:
    statement = "select key, id::text, revision from public.test_cases where suite_id = %s"
    async with await psycopg.AsyncConnection.connect(supabase.database_url) as connection:
        rows = await (await connection.execute(statement, (suite_id,))).fetchall()
    return {key: (identifier, revision) for key, identifier, revision in rows}


@pytest.mark.parametrize("role", ROLES)
async def test_editors_store_documents(team: Team, role: Role) -> None:
    project = await create_project(team)
    expected = {"stranger": 404, "viewer": 403}.get(role, 201)

    dry = await put(team[role], project, SHOP, dry_run=True)
    answer = await put(team[role], project, SHOP)
    again = await put(team[role], project, SHOP)

    assert dry.status_code == {201: 200}.get(expected, expected), dry.text
    assert answer.status_code == expected, answer.text
    assert again.status_code == {201: 200}.get(expected, expected)
    if expected == 201:
        assert answer.headers["Location"] == f"/api/v1/suites/{answer.json()['suite_id']}"


async def test_storing_twice_changes_nothing(team: Team, supabase: SupabaseDetails) -> None:
    project = await create_project(team)
    first = await store(team.owner, project, SHOP)
    before = await read_revisions(supabase, first["suite_id"])

    again = await store(team.owner, project, SHOP)
    exported = await store(team.owner, project, await export(team.owner, first["suite_id"]))

    assert changes_of(first) == dict.fromkeys(("login", "cart", "pay"), "created")
    for report in (again, exported):
        assert not report["changed"]
        assert report["document_etag"] == first["document_etag"]
        assert changes_of(report) == dict.fromkeys(("login", "cart", "pay"), "unchanged")
    assert await read_revisions(supabase, first["suite_id"]) == before
    assert {revision for _, revision in before.values()} == {1}


async def test_only_what_changes_is_written(team: Team, supabase: SupabaseDetails) -> None:
    project = await create_project(team)
    suite = (await store(team.owner, project, SHOP))["suite_id"]
    before = await read_revisions(supabase, suite)
    changed = SHOP.replace("name: Cart\n", "name: The cart\n").replace(": 200", ": [200, 201]")
    changed = changed.replace("What is in it", "All of it").replace('"4242"', "4242")

    dry = await store(team.owner, project, changed, dry_run=True)
    untouched = await read_revisions(supabase, suite)
    report = await store(team.owner, project, changed)

    assert untouched == before
    assert dry == report | {"dry_run": True, "document_etag": None}
    assert {case["key"]: case["fields"] for case in report["cases"]} == {
        "login": ["response.expected_status_code"],
        "cart": ["name"],
        "pay": [],
    }
    assert report["endpoints"] == [
        {"name": "GET /cart", "change": "updated", "fields": ["description"]}
    ]
    assert report["fixtures"] == [{"name": "cards", "change": "updated", "fields": ["data"]}]
    after = await read_revisions(supabase, suite)
    assert {key: after[key][0] for key in after} == {key: before[key][0] for key in before}
    assert {key: after[key][1] for key in after} == {"login": 2, "cart": 2, "pay": 1}


async def test_a_dry_run_is_refused_as_the_real_one(team: Team) -> None:
    """The database tries all of it: cycles through other suites, fixtures that are not there."""
    project = await create_project(team)
    other = HEAD + "cases: [{key: far, name: Far, endpoint: GET /far, dependencies: [near]}]\n"
    near = "version: 1\nname: Near\ncases: [{key: near, name: Near, endpoint: GET /near%s}]\n"
    await store(team.owner, project, near % "")
    await store(team.owner, project, other)
    cyclic = near % ", dependencies: [far]"
    fixtureless = near % ', request: {body: "{{fixture.people}}"}'

    for document, code in ((cyclic, "dependency_cycle"), (fixtureless, "fixture_not_found")):
        for dry_run in (True, False):
            answer = await put(team.owner, project, document, dry_run=dry_run)
            assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_places_follow_the_document(team: Team, supabase: SupabaseDetails) -> None:
    project = await create_project(team)
    suite = (await store(team.owner, project, SHOP))["suite_id"]
    before = await read_revisions(supabase, suite)
    head, login, cart, pay, rest = _split(SHOP)
    new = "  - {key: first, name: First, endpoint: GET /first}\n"

    report = await store(team.owner, project, head + new + pay + login + cart + rest)

    assert report["reordered"]
    assert changes_of(report)["pay"] == "unchanged"
    assert [*await list_cases(team, suite)] == ["first", "pay", "login", "cart"]
    after = await read_revisions(supabase, suite)
    assert {key: after[key] for key in before} == before


async def test_cases_that_never_ran_go_and_others_are_disabled(
    team: Team, remember_result: Callable[[str], Awaitable[None]]
) -> None:
    project = await create_project(team)
    suite = (await store(team.owner, project, SHOP))["suite_id"]
    cases = await list_cases(team, suite)
    await remember_result(cases["pay"]["id"])
    head, login, *_ = _split(SHOP)
    shorter = head + login

    kept = await store(team.owner, project, shorter, missing="keep")
    report = await store(team.owner, project, shorter)
    again = await store(team.owner, project, shorter)
    after = await list_cases(team, suite)
    pay = _split(SHOP)[3].replace("required_test_key: cart", "required_test_key: login")
    back = await store(team.owner, project, head + login + pay)

    assert not kept["changed"]
    assert changes_of(kept) == {"login": "unchanged", "cart": "kept", "pay": "kept"}
    assert changes_of(report) == {"login": "unchanged", "cart": "deleted", "pay": "disabled"}
    assert [case["has_results"] for case in report["cases"]] == [False, False, True]
    assert not again["changed"]
    assert after["pay"]["id"] == cases["pay"]["id"]
    assert not after["pay"]["enabled"]
    assert "cart" not in after
    assert back["cases"][1]["fields"] == ["enabled", "dependencies"]
    assert (await list_cases(team, suite))["pay"]["id"] == cases["pay"]["id"]


async def test_results_go_only_when_that_is_said(
    team: Team, remember_result: Callable[[str], Awaitable[None]]
) -> None:
    project = await create_project(team)
    suite = (await store(team.owner, project, SHOP))["suite_id"]
    await remember_result((await list_cases(team, suite))["pay"]["id"])
    head, login, cart, _, rest = _split(SHOP)

    report = await store(team.owner, project, head + login + cart + rest, missing="delete")

    assert report["cases"][-1] == {
        "key": "pay",
        "change": "deleted",
        "fields": [],
        "has_results": True,
    }
    assert "pay" not in await list_cases(team, suite)


async def test_what_another_suite_needs_stays(team: Team) -> None:
    project = await create_project(team)
    await store(team.owner, project, SHOP)
    other = HEAD + "cases: [{key: bill, name: Bill, endpoint: GET /bill, dependencies: [pay]}]\n"
    await store(team.owner, project, other)
    head, login, cart, _, rest = _split(SHOP)

    answer = await put(team.owner, project, head + login + cart + rest)

    assert (answer.status_code, answer.json()["code"]) == (409, "test_case_in_use")
    assert "pay is required by bill of the suite Other" in answer.json()["detail"]


@pytest.mark.parametrize("missing", ["remove", "delete"])
async def test_what_templates_of_another_suite_use_stays(team: Team, missing: str) -> None:
    project = await create_project(team)
    await store(team.owner, project, SHOP)
    path = "GET /bills/{{captured_data.login.token}}"
    other = HEAD + f"cases: [{{key: bill, name: Bill, endpoint: '{path}'}}]\n"
    await store(team.owner, project, other)
    head, _, cart, _, rest = _split(SHOP)
    # The cart of the new document uses nothing of the login any more.
    alone = head + cart.replace("captured_data.login.token", "env.EMAIL").replace(
        "    dependencies:\n      - login\n", ""
    )

    answer = await put(team.owner, project, alone + rest, missing=missing)
    tried = await put(team.owner, project, alone + rest, missing=missing, dry_run=True)
    kept = await store(team.owner, project, alone + rest, missing="keep")
    shorter = await store(team.owner, project, head + _split(SHOP)[1] + cart + rest)

    for refused in (answer, tried):
        assert (refused.status_code, refused.json()["code"]) == (409, "test_case_in_use")
        assert refused.json()["detail"] == "used by templates of: bill"
    assert changes_of(kept)["login"] == "kept"
    # Nobody outside uses the case that leaves now.
    assert changes_of(shorter)["pay"] == "deleted"


async def test_what_a_case_of_the_document_needs_is_there(team: Team) -> None:
    project = await create_project(team)
    await store(team.owner, project, SHOP)
    head, _, cart, pay, rest = _split(SHOP)

    answer = await put(team.owner, project, head + cart + pay + rest)

    assert (answer.status_code, answer.json()["code"]) == (422, "required_test_not_found")
    assert answer.json()["field"] == "cases.0.dependencies"


async def test_keys_and_names_of_other_cases_are_named(team: Team) -> None:
    project = await create_project(team)
    await store(team.owner, project, SHOP)

    key = await put(
        team.owner, project, HEAD + "cases: [{key: login, name: Login, endpoint: GET /}]\n"
    )
    name = await put(
        team.owner,
        project,
        "version: 1\nname: Checkout\ncases: [{key: new, name: Login, endpoint: GET /}]\n",
        missing="keep",
    )

    assert (key.status_code, key.json()["field"]) == (409, "cases.0.key")
    assert "login is the key of a case of the suite Checkout" in key.json()["detail"]
    assert (name.status_code, name.json()["field"]) == (409, "cases.0.name")


async def test_names_can_be_exchanged(team: Team, supabase: SupabaseDetails) -> None:
    project = await create_project(team)
    suite = (await store(team.owner, project, SHOP))["suite_id"]
    ids = await read_revisions(supabase, suite)
    exchanged = SHOP.replace("name: Login", "name: X").replace("name: Cart", "name: Login")

    await store(team.owner, project, exchanged.replace("name: X", "name: Cart"))

    cases = await list_cases(team, suite)
    assert (cases["login"]["name"], cases["cart"]["name"]) == ("Cart", "Login")
    assert {key: case["id"] for key, case in cases.items()} == {key: ids[key][0] for key in ids}


async def test_nothing_is_stored_of_what_the_engine_would_refuse(team: Team) -> None:
    project = await create_project(team)
    document = SHOP.replace("$.token", "$.[").replace("{{env.EMAIL}}", "{{env.EMAIL | nope}}")

    answer = await put(team.owner, project, document)

    assert (answer.status_code, answer.json()["code"]) == (422, "suite_document_invalid")
    assert answer.json()["field"] == "cases.0.request.body.email"
    assert "(line 12)" in answer.json()["detail"]
    assert (await team.owner.get(f"/projects/{project}/suites")).json()["items"] == []


async def test_a_stale_document_is_not_stored(team: Team) -> None:
    project = await create_project(team)
    missing = await put(team.owner, project, SHOP, headers={"If-Match": "*"})
    first = await store(team.owner, project, SHOP)
    renamed = SHOP.replace("name: Cart", "name: The cart")
    tag = {"If-Match": first["document_etag"]}
    path = f"/api/v1/suites/{first['suite_id']}/document"
    as_json = await team.owner.http.get(path, headers={"Accept": "application/json"})

    by_json = await put(team.owner, project, SHOP, headers={"If-Match": as_json.headers["ETag"]})
    fresh = await put(team.owner, project, renamed, headers=tag)
    stale = await put(team.owner, project, SHOP, headers=tag)

    assert (missing.status_code, stale.status_code) == (412, 412)
    assert (by_json.status_code, fresh.status_code) == (200, 200)
    assert fresh.json()["document_etag"] != first["document_etag"]


async def test_of_two_at_once_both_are_whole(team: Team) -> None:
    project = await create_project(team)
    documents = [SHOP.replace("name: Cart\n", f"name: Cart {number}\n") for number in range(4)]

    answers = await asyncio.gather(*(put(team.owner, project, text) for text in documents))

    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert {answer.json().get("code") for answer in answers if answer.status_code == 409} <= {
        "changed_meanwhile"
    }
    assert any(answer.status_code == 201 for answer in answers)


def _split(document: str) -> tuple[str, str, str, str, str]:
    """The head, three cases and the rest of the example."""
    head, login, cart, rest = document.split("  - key: ")
    pay, mark, details = rest.partition("endpoints:")
    return head, f"  - key: {login}", f"  - key: {cart}", f"  - key: {pay}", mark + details
