import json
from typing import Any
from uuid import uuid4

import pytest

from tests.catalog.test_projects_and_suites import EDITORS, expected_status
from tests.workspaces.people import ROLES, Role, Team

LOGIN: dict[str, Any] = {
    "key": "login",
    "name": "Login",
    "description": "Everything else needs it",
    "order_index": 3,
    "enabled": False,
    "timeout_ms": 5_000,
    "retry_count": 2,
    "phase": "setup",
    "locks": ["payment-sandbox"],
    "retry": {
        "transport": {"attempts": 3, "on": ["connection", "status"], "statuses": [503]},
        "assertions": {"attempts": 2, "delay_ms": 50},
    },
    "poll": {"until": [{"type": "jsonpath", "path": "$.done", "expected": True}]},
    "iterate": {"matrix": {"role": ["a", "b"], "size": [1, 2]}, "name": "{{iteration.value.role}}"},
    "tags": ["smoke", "auth"],
    "endpoint": {
        "method": "POST",
        "path": "/login",
        "name": "Login",
        "description": "Signs in",
        "response_schemas": {"200": {"type": "object"}},
    },
    "request": {
        "headers": {"X-Trace": "{{env.TRACE}}"},
        "query_params": {"remember": True},
        "path_params": {},
        "cookies": {"theme": "{{iteration.value.role}}"},
        "body": {"email": "{{env.EMAIL}}", "age": 1.5, "tags": [None, False]},
        "body_type": "json",
        "auth_type": "oauth2",
        "auth_token_ref": None,
        "auth": {
            "token_url": "https://auth.example/token",
            "client_id": "shop",
            "client_secret": "{{env.CLIENT_SECRET}}",
        },
        "transfer": {
            "redirects": {"follow": True, "maximum": 3},
            "tls": {"verify": False},
            "http_version": "2",
            "timeouts": {"connect_ms": 500},
            "maximum_body_bytes": 1_000,
        },
    },
    "response": {
        "expected_status_code": [200, 201],
        "expected_headers": {"content-type": "application/json"},
        "expected_body": {"ok": True},
        "body_match_type": "exact",
        "response_time_max_ms": 500,
        "assertions": [
            {"type": "body", "path": "$.a", "operator": "eq", "expected": None},
            {"type": "header", "name": "etag", "operator": "exists"},
            {"type": "size", "operator": "lt", "expected": 1_000, "severity": "warning"},
            {"type": "snapshot", "name": "first", "masks": ["$.at"]},
            {"type": "openapi"},
        ],
        "capture_vars": {
            "token": "$.access_token",
            "code": {"from": "status"},
            "etag": {"from": "header", "name": "ETag", "into": "shared_variables"},
            "session": {"from": "cookie", "name": "sid", "required": False, "secret": True},
        },
        "ignore_paths": ["$.id"],
        "snapshots": {"first": {"ok": True}},
    },
}


def create_case(key: str, *required: str) -> dict[str, Any]:
    dependencies = [{"required_test_key": name, "dependency_type": "data"} for name in required]
    return {
        "key": key,
        "name": key,
        "endpoint": {"method": "GET", "path": f"/{key}"},
        "dependencies": dependencies,
    }


async def create_cases_path(team: Team) -> str:
    suite = await team.create_suite()
    return f"/suites/{suite['id']}/cases"


async def test_a_case_comes_back_as_it_was_written(team: Team) -> None:
    path = await create_cases_path(team)
    answer = await team.owner.post(path, LOGIN)
    assert answer.status_code == 201, answer.text
    created = answer.json()
    assert answer.headers["Location"] == f"/api/v1/cases/{created['id']}"
    assert (await team.owner.get(f"/cases/{created['id']}")).json() == created
    for part, value in LOGIN.items():
        if isinstance(value, dict):
            assert created[part] | value == created[part], part
        else:
            assert created[part] == value, part


async def test_a_short_case_has_sensible_defaults(team: Team) -> None:
    path = await create_cases_path(team)
    case = await team.owner.create(path, **create_case("ping"))
    assert (case["timeout_ms"], case["retry_count"], case["enabled"]) == (30_000, 0, True)
    assert case["request"]["auth_type"] == "none"
    assert case["response"]["expected_status_code"] is None
    assert case["dependencies"] == []


async def test_dependencies_are_given_by_key(team: Team) -> None:
    path = await create_cases_path(team)
    login = await team.owner.create(path, **create_case("login"))
    cart = await team.owner.create(path, **create_case("cart", "login"))
    assert [dependency["required_test_id"] for dependency in cart["dependencies"]] == [login["id"]]


async def test_a_dependency_on_itself_is_a_cycle_with_a_name(team: Team) -> None:
    path = await create_cases_path(team)
    answer = await team.owner.post(path, create_case("a", "a"))
    assert (answer.status_code, answer.json()["code"]) == (422, "dependency_cycle"), answer.text
    assert "a -> a" in answer.json()["detail"]


async def test_an_unknown_required_test_is_refused_and_nothing_stored(team: Team) -> None:
    path = await create_cases_path(team)
    answer = await team.owner.post(path, create_case("cart", "login"))
    assert (answer.status_code, answer.json()["code"]) == (422, "required_test_not_found")
    assert "login" in answer.json()["detail"]
    assert (await team.owner.get(path)).json()["items"] == []


async def test_a_required_test_of_another_project_is_unknown(team: Team) -> None:
    await team.owner.create(await create_cases_path(team), **create_case("login"))
    answer = await team.owner.post(await create_cases_path(team), create_case("cart", "login"))
    assert (answer.status_code, answer.json()["code"]) == (422, "required_test_not_found")


async def test_a_key_is_unique_in_the_project(team: Team) -> None:
    suite = await team.create_suite()
    sibling = await team.owner.create(f"/projects/{suite['project_id']}/suites", name="Sibling")
    await team.owner.create(f"/suites/{suite['id']}/cases", **create_case("login"))
    answer = await team.owner.post(f"/suites/{sibling['id']}/cases", create_case("login"))
    assert (answer.status_code, answer.json()["code"]) == (409, "already_exists")


@pytest.mark.parametrize("role", ROLES)
async def test_editors_create_cases(team: Team, role: Role) -> None:
    path = await create_cases_path(team)
    answer = await team[role].post(path, create_case("login"))
    assert answer.status_code == expected_status(role, EDITORS), answer.text


@pytest.mark.parametrize("role", ROLES)
async def test_members_read_cases(team: Team, role: Role) -> None:
    case = await team.owner.create(await create_cases_path(team), **create_case("login"))
    answer = await team[role].get(f"/cases/{case['id']}")
    assert answer.status_code == (404 if role == "stranger" else 200)


async def test_nothing_is_created_in_an_unknown_suite(team: Team) -> None:
    answer = await team.owner.post(f"/suites/{uuid4()}/cases", create_case("login"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await team.owner.get(f"/cases/{uuid4()}")).status_code == 404


async def test_a_list_shows_the_cases_in_their_order(team: Team) -> None:
    path = await create_cases_path(team)
    for index, key in enumerate(["c", "b", "a"]):
        await team.owner.create(path, **create_case(key), order_index=index)
    items = (await team.owner.get(path)).json()["items"]
    assert [item["key"] for item in items] == ["c", "b", "a"]
    assert "request" not in items[0]


@pytest.mark.parametrize(
    ("part", "value", "field"),
    [
        ("key", "not a key", "key"),
        ("endpoint", {"method": "FETCH", "path": "/"}, "endpoint.method"),
        ("endpoint", {"method": "GET", "path": ""}, "endpoint.path"),
        ("request", {"headers": {"a": 1}}, "request.headers.a"),
        ("request", {"auth_type": "magic"}, "request.auth_type"),
        ("request", {"verbose": True}, "request.verbose"),
        ("response", {"response_time_max_ms": 0}, "response.response_time_max_ms"),
        ("response", {"assertions": [{"type": "smell"}]}, "response.assertions.0.type"),
        ("dependencies", [{"required_test_key": ""}], "dependencies.0.required_test_key"),
        ("timeout_ms", 0, "timeout_ms"),
        ("retry_count", 11, "retry_count"),
    ],
)
async def test_a_wrong_field_is_named(team: Team, part: str, value: Any, field: str) -> None:
    path = await create_cases_path(team)
    answer = await team.owner.post(path, {**create_case("login"), part: value})
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"request": {"body": {"a": ["%s"]}}}, "request.body"),
        ({"response": {"snapshots": {"a": {"%s": 1}}}}, "response.snapshots.a"),
        ({"iterate": {"items": ["%s"]}}, "iterate.items.0"),
    ],
    ids=["body", "snapshot", "items"],
)
@pytest.mark.parametrize("character", ["\\u0000", "\\ud800"], ids=["nul", "surrogate"])
async def test_what_cannot_be_stored_is_refused(
    team: Team, part: dict[str, Any], field: str, character: str
) -> None:
    path = await create_cases_path(team)
    body = json.dumps(create_case("login") | part) % character
    headers = {"Content-Type": "application/json"}
    answer = await team.owner.http.post(f"/api/v1{path}", content=body, headers=headers)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


@pytest.mark.parametrize("status_code", ["2xx", 204, [200, 404], None])
async def test_expected_status_codes(team: Team, status_code: Any) -> None:
    document = create_case("login") | {"response": {"expected_status_code": status_code}}
    case = await team.owner.create(await create_cases_path(team), **document)
    assert case["response"]["expected_status_code"] == status_code


@pytest.mark.parametrize("status_code", ["9xx", 99, [], True, [600], "200"], ids=repr)
async def test_impossible_status_codes_are_refused(team: Team, status_code: Any) -> None:
    document = create_case("login") | {"response": {"expected_status_code": status_code}}
    answer = await team.owner.post(await create_cases_path(team), document)
    assert answer.status_code == 422
    assert answer.json()["field"].startswith("response.expected_status_code")
