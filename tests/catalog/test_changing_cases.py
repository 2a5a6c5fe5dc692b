"""PUT and PATCH of a case: whole, at once, for one writer at a time, and for changes alone."""

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.catalog.building import Workshop, build_case, open_workshop, refusal, send, use
from tests.catalog.test_cases import LOGIN
from tests.workspaces.people import ROLES, Role, Team

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0{}"), max_size=8)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=6,
)
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "headers": st.just({"X-A": "{{env.A}}"}),
        "query_params": st.dictionaries(TEXT.filter(bool), JSON, max_size=2),
        "body": JSON,
        "auth_token_ref": st.none() | st.just("shared_auth_tokens.token"),
        "transfer": st.sampled_from([{}, {"http_version": "2"}, {"redirects": {"follow": True}}]),
    },
)
RESPONSES = st.fixed_dictionaries(
    {},
    optional={
        "expected_status_code": st.sampled_from([None, 200, [200, "4xx"], "2xx"]),
        "expected_body": JSON,
        "capture_vars": st.sampled_from(
            [{}, {"a": "$.a", "b": {"from": "header", "name": "ETag", "required": False}}]
        ),
        "assertions": st.sampled_from(
            [[], [{"type": "jsonpath", "path": "$.a", "operator": "eq", "expected": None}]]
        ),
        "snapshots": st.dictionaries(st.just("first"), JSON),
    },
)


@pytest.fixture(scope="session")
async def shared(team: Team) -> Workshop:
    return await open_workshop(team)


@pytest.mark.parametrize("document", [LOGIN, build_case("short")], ids=["everything", "short"])
async def test_what_was_got_can_be_put_and_changes_nothing(
    team: Team, document: dict[str, Any]
) -> None:
    workshop = await open_workshop(team)
    case = await workshop.person.create(f"/suites/{workshop.suite_id}/cases", **document)
    got = await team.owner.get(f"/cases/{case['id']}")
    path = f"/cases/{case['id']}"
    put = await send(team.owner, "PUT", path, got.json(), if_match=got.headers["ETag"])
    assert (put.status_code, put.json()) == (200, got.json())
    assert put.headers["ETag"] == got.headers["ETag"]
    patched = await team.owner.patch(
        path, {name: got.json()[name] for name in ("request", "response", "dependencies")}
    )
    assert patched.json() == got.json(), patched.text


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(request=REQUESTS, response=RESPONSES)
@example(request={"body": [1e22, 1e300]}, response={"expected_body": 2**64})
async def test_putting_what_was_got_keeps_the_revision(
    shared: Workshop, request: dict[str, Any], response: dict[str, Any]
) -> None:
    document = build_case("any", request=request, response=response)
    case = await shared.person.create(f"/suites/{shared.suite_id}/cases", **document)
    path = f"/cases/{case['id']}"
    put = await shared.person.put(path, case)
    deleted = await shared.person.delete(path)
    assert (put.status_code, put.json(), deleted.status_code) == (200, case, 204), put.text


async def test_a_whole_case_is_replaced(team: Team) -> None:
    workshop = await open_workshop(team)
    await workshop.add("first")
    case = await workshop.add("second", "first", request={"headers": {"X-A": "1"}}, tags=["a"])
    answer = await team.owner.put(f"/cases/{case['id']}", build_case("second"))
    changed = answer.json()
    assert answer.status_code == 200, answer.text
    assert (changed["tags"], changed["dependencies"], changed["request"]["headers"]) == ([], [], {})
    assert changed["created_at"] == case["created_at"] < changed["updated_at"]
    assert changed["revision"] > case["revision"] == 1
    assert await workshop.read(case) == changed


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "Other"},
        {"enabled": False},
        {"tags": ["new"]},
        {"endpoint": {"method": "POST", "path": "/other"}},
        {"request": {"headers": {"X-A": "2"}}},
        {"response": {"expected_status_code": 404}},
        {"dependencies": [{"required_test_key": "first", "dependency_type": "data"}]},
        {"dependencies": []},
        {"retry": {"transport": {"attempts": 2}}},
        {"iterate": {"items": [1, 2]}},
    ],
    ids=repr,
)
async def test_a_part_is_replaced_and_the_revision_rises(
    team: Team, changes: dict[str, Any]
) -> None:
    workshop = await open_workshop(team)
    await workshop.add("first")
    case = await workshop.add("second", "first", request={"headers": {"X-A": "1"}})
    answer = await team.owner.patch(f"/cases/{case['id']}", changes)
    assert answer.status_code == 200, answer.text
    changed = answer.json()
    assert changed["revision"] > case["revision"]
    shown = {"revision", "updated_at", "endpoint_id", *changes}
    assert {name for name in case if case[name] != changed[name]} <= shown
    repeated = (await team.owner.patch(f"/cases/{case['id']}", changes)).json()
    assert repeated == changed


async def test_another_place_is_no_new_revision(team: Team) -> None:
    workshop = await open_workshop(team)
    case = await workshop.add("first")
    moved = (await team.owner.patch(f"/cases/{case['id']}", {"order_index": 7})).json()
    assert (moved["order_index"], moved["revision"]) == (7, 1)


async def test_of_two_writers_one_is_refused(team: Team) -> None:
    workshop = await open_workshop(team)
    case = await workshop.add("first")
    path = f"/cases/{case['id']}"
    tag = (await team.owner.get(path)).headers["ETag"]
    answers = await asyncio.gather(
        send(team.owner, "PUT", path, build_case("first", name="One"), if_match=tag),
        send(team["editor"], "PUT", path, build_case("first", name="Two"), if_match=tag),
        send(team["admin"], "PATCH", path, {"name": "Three"}, if_match=tag),
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes == [200, 412, 412], [answer.text for answer in answers]
    refused = next(answer for answer in answers if answer.status_code == 412)
    assert refusal(refused) == (412, "precondition_failed")


async def test_writers_of_different_parts_do_not_undo_each_other(team: Team) -> None:
    workshop = await open_workshop(team)
    case = await workshop.add("first")
    path = f"/cases/{case['id']}"
    changes = [{"name": "New"}, {"tags": ["new"]}, {"timeout_ms": 7}]
    answers = await asyncio.gather(*(team.owner.patch(path, change) for change in changes))
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    changed = await workshop.read(case)
    assert (changed["name"], changed["tags"], changed["timeout_ms"]) == ("New", ["new"], 7)


async def test_a_dependency_or_an_endpoint_that_changes_makes_another_case(team: Team) -> None:
    workshop = await open_workshop(team)
    first, second = await workshop.add("first"), await workshop.add("second")
    path = f"/cases/{second['id']}"
    tag = (await team.owner.get(path)).headers["ETag"]
    edge = {"dependent_test_id": second["id"], "required_test_id": first["id"]}
    await team.owner.create(f"/projects/{workshop.project_id}/dependencies", **edge)
    stale = await send(team.owner, "PATCH", path, {"name": "New"}, if_match=tag)
    assert refusal(stale) == (412, "precondition_failed")
    assert (await workshop.read(second))["revision"] == 2
    endpoint = f"/endpoints/{second['endpoint_id']}"
    assert (await team.owner.patch(endpoint, {"path": "/elsewhere"})).status_code == 200
    changed = await workshop.read(second)
    assert (changed["revision"], changed["endpoint"]["path"]) == (3, "/elsewhere")


async def test_what_the_engine_would_refuse_is_refused_in_every_way(team: Team) -> None:
    workshop = await open_workshop(team)
    case = await workshop.add("first")
    path = f"/cases/{case['id']}"
    response = {"assertions": [{"type": "jsonpath", "path": "$[", "operator": "exists"}]}
    for answer in (
        await team.owner.put(path, build_case("first", response=response)),
        await team.owner.patch(path, {"response": response}),
    ):
        assert refusal(answer) == (422, "invalid_request")
        assert answer.json()["field"] == "response.assertions.0.path"
    # The template is wrong only beside the rest of the case, which does not iterate.
    body = {"request": {"body": "{{iteration.value}}"}}
    assert (await team.owner.patch(path, body)).json()["field"] == "request.body"
    assert await workshop.read(case) == case


async def test_a_cycle_is_refused_and_named(team: Team) -> None:
    workshop = await open_workshop(team)
    a = await workshop.add("a")
    await workshop.add("b", "a")
    await workshop.add("c", "b")
    path = f"/cases/{a['id']}"
    for answer in (
        await team.owner.put(path, build_case("a", "c")),
        await team.owner.patch(path, {"dependencies": [{"required_test_key": "c"}]}),
    ):
        assert refusal(answer) == (422, "dependency_cycle")
        assert "a -> c -> b -> a" in answer.json()["detail"]
    itself = await team.owner.put(path, build_case("a", "a"))
    assert refusal(itself) == (422, "dependency_cycle")
    assert await workshop.read(a) == a


async def test_foreign_names_and_ids_within_a_document_are_unknown(team: Team) -> None:
    workshop, other = await open_workshop(team), await open_workshop(team)
    await other.add("theirs")
    await team.owner.create(f"/projects/{other.project_id}/fixtures", name="users", data=[1])
    case = await workshop.add("ours")
    path = f"/cases/{case['id']}"
    answers = [
        await team.owner.patch(path, {"suite_id": other.suite_id}),
        await team.owner.put(path, build_case("ours", suite_id=other.suite_id)),
        await team.owner.put(path, build_case("ours", "theirs")),
        await team.owner.patch(path, {"iterate": {"fixture": "users"}}),
    ]
    assert [refusal(answer) for answer in answers] == [
        (422, "suite_not_found"),
        (422, "suite_not_found"),
        (422, "required_test_not_found"),
        (422, "fixture_not_found"),
    ]
    assert await workshop.read(case) == case


async def test_a_case_moves_to_another_suite_of_its_project(team: Team) -> None:
    workshop = await open_workshop(team)
    case = await workshop.add("first")
    target = await workshop.add_suite("Target")
    moved = await team.owner.patch(f"/cases/{case['id']}", {"suite_id": target})
    assert (moved.status_code, moved.json()["suite_id"]) == (200, target)
    listed = await team.owner.get(f"/suites/{target}/cases")
    assert [item["key"] for item in listed.json()["items"]] == ["first"]


async def test_a_key_changes_unless_templates_name_it(team: Team) -> None:
    workshop = await open_workshop(team)
    login = await workshop.add("login", response={"capture_vars": {"id": "$.id"}})
    cart = await workshop.add("cart", "login")
    path = f"/cases/{login['id']}"
    renamed = await team.owner.patch(path, {"key": "sign-in"})
    assert (renamed.status_code, renamed.json()["key"]) == (200, "sign-in"), renamed.text
    required = (await workshop.read(cart))["dependencies"][0]
    assert required["required_test_key"] == "sign-in"
    await workshop.add("order", **use('captured_data["sign-in"].id'))
    await workshop.add("sign-in-2", **use("captured_data.sign-in-3.id"))
    refused = await team.owner.put(path, build_case("login"))
    assert refusal(refused) == (409, "test_case_in_use")
    assert refused.json()["detail"].endswith(": order")
    assert (await team["viewer"].patch(path, {"key": "other"})).status_code == 403
    taken = await team.owner.patch(f"/cases/{cart['id']}", {"key": "order"})
    assert (refusal(taken), taken.json()["field"]) == ((409, "already_exists"), "key")


@pytest.mark.parametrize("role", ROLES)
async def test_editors_change_cases(team: Team, role: Role) -> None:
    workshop = await open_workshop(team)
    case = await workshop.add("first")
    path = f"/cases/{case['id']}"
    expected = {"viewer": 403, "stranger": 404}.get(role, 200)
    answers = [
        await team[role].put(path, build_case("first", name="New")),
        await team[role].patch(path, {"name": "Newer"}),
    ]
    assert [answer.status_code for answer in answers] == [expected, expected]
