"""Previews: the request as it would be sent, and everything that is missing."""

from typing import Any
from uuid import uuid4

import pytest

from tests.trials.laboratory import Laboratory, describe_case
from tests.workspaces.people import ROLES, Role

MASK = "[redacted]"


async def test_a_preview_shows_the_request_and_sends_nothing(laboratory: Laboratory) -> None:
    await laboratory.set_variable("EMAIL", "ada@example.org")
    await laboratory.set_variable("PASSWORD", "correct horse battery", is_secret=True)
    case_id = await laboratory.add_case(
        "login",
        "/login/{tenant}",
        method="POST",
        request={
            "path_params": {"tenant": "a b"},
            "query_params": {"verbose": True},
            "headers": {"X-Trace": "t-1"},
            "body": {"email": "{{env.EMAIL}}", "password": "{{env.PASSWORD}}"},
        },
    )
    preview = await laboratory.preview(case_id)
    request = preview["request"]
    assert request["method"] == "POST"
    assert request["url"].endswith("/login/a%20b?verbose=true")
    assert request["headers"]["X-Trace"] == "t-1"
    assert request["headers"]["Content-Type"] == "application/json"
    assert request["body"] == f'{{"email":"ada@example.org","password":"{MASK}"}}'
    assert (preview["missing"], preview["problem"]) == ([], None)
    assert laboratory.target.requests == []


async def test_every_missing_value_is_explained(laboratory: Laboratory) -> None:
    await laboratory.set_variable("EMAIL", "ada@example.org")
    await laboratory.add_fixture("users", [{"name": "ada"}])
    creator = await laboratory.add_case(
        "create", "/orders", response={"capture_vars": {"order_id": "$.id"}}
    )
    await laboratory.add_case("other", "/x", response={"capture_vars": {"order_id": "$.id"}})
    login = await laboratory.add_case(
        "login",
        "/login",
        response={"capture_vars": {"token": {"path": "$.t", "into": "shared_auth_tokens"}}},
    )
    case_id = await laboratory.add_case(
        "read",
        "/orders/{id}",
        method="POST",
        request={
            "path_params": {"id": "{{captured_data.create.order_id}}"},
            "headers": {"X-Mail": "{{env.MAIL}}", "X-Known": "{{env.EMAIL | upper}}"},
            "body": [{"size": "{{env.EMAIL | int}}"}, "{{env.NONE | default('kept')}}"],
            "auth_type": "bearer",
            "auth_token_ref": "shared_auth_tokens.token",
        },
        response={
            "assertions": [{"type": "body", "operator": "contains", "expected": "{{env.A}}"}]
        },
    )
    preview = await laboratory.preview(case_id)
    missing = {entry["field"]: entry for entry in preview["missing"]}
    assert sorted(missing) == [
        "request.auth_token_ref",
        "request.body.0.size",
        "request.headers.X-Mail",
        "request.path_params.id",
        "response.assertions.0.expected",
    ]
    order = missing["request.path_params.id"]
    assert order["expression"] == "captured_data.create.order_id"
    makers = [{"test_case_id": creator, "key": "create", "name": "Create"}]
    assert order["captured_by"] == makers
    assert missing["request.auth_token_ref"]["captured_by"][0]["test_case_id"] == login
    assert missing["request.headers.X-Mail"]["existing"] == ["EMAIL"]
    assert missing["response.assertions.0.expected"]["existing"] == ["EMAIL"]
    request, authentication = preview["request"], preview["authentication"]
    assert request["url"].endswith("/orders/%7B%7Bcaptured_data.create.order_id%7D%7D")
    assert request["headers"]["X-Mail"] == "{{env.MAIL}}"
    assert request["headers"]["X-Known"] == "ADA@EXAMPLE.ORG"
    assert request["body"] == '[{"size":"{{env.EMAIL | int}}"},"kept"]'
    assert "Authorization" not in request["headers"]
    assert (authentication["type"], authentication["applied"]) == ("bearer", False)
    assert laboratory.target.requests == []


async def test_fixtures_that_are_there_are_named(laboratory: Laboratory) -> None:
    await laboratory.add_fixture("users", [{"name": "ada"}])
    draft = describe_case("read", "/{{fixture.users[0].name}}/{{fixture.people[0]}}")
    answer = await laboratory.ask(f"/projects/{laboratory.project_id}/preview", {"case": draft})
    preview = answer.json()
    assert preview["request"]["url"].endswith("/ada/%7B%7Bfixture.people%5B0%5D%7D%7D"), answer.text
    (missing,) = preview["missing"]
    assert (missing["field"], missing["existing"]) == ("endpoint.path", ["users"])


async def test_a_context_fills_in_what_a_run_would(laboratory: Laboratory) -> None:
    await laboratory.set_variable("LOCALE", "en")
    await laboratory.set_variable("KEY", "a secret of the environment", is_secret=True)
    case_id = await laboratory.add_case(
        "each",
        "/{{iteration.index}}/{{iteration.value.sku}}/{{env.LOCALE}}/{{env.KEY}}",
        iterate={"items": [{"sku": "a"}, {"sku": "b"}]},
        request={
            "headers": {"X-Id": "{{$uuid}}", "X-Order": "{{captured_data.create.id}}"},
            "auth_type": "bearer",
            "auth_token_ref": "token",
        },
    )
    context: dict[str, Any] = {
        "variables": {"LOCALE": "de", "KEY": "shown"},
        "captured": {
            "shared_auth_tokens": {"token": "bearer-of-the-caller"},
            "captured_data": {"create": {"id": 17}},
        },
        "seed": 7,
    }
    first = await laboratory.preview(case_id, **context)
    second = await laboratory.preview(case_id, iteration=1, **context)
    own = await laboratory.preview(case_id, iteration=1, row={"sku": "mine"}, **context)
    again = await laboratory.preview(case_id, **context)
    paths = [each["request"]["url"].partition("/0/")[2] for each in (first, again)]
    assert paths == ["a/de/shown", "a/de/shown"]
    assert second["request"]["url"].endswith("/1/b/de/shown")
    assert own["request"]["url"].endswith("/1/mine/de/shown")
    assert first["request"]["headers"]["X-Order"] == "17"
    assert first["request"]["headers"]["Authorization"] == f"Bearer {MASK}"
    assert first["request"]["headers"]["X-Id"] == again["request"]["headers"]["X-Id"]
    assert "bearer-of-the-caller" not in str(first)
    beyond = await laboratory.ask(f"/cases/{case_id}/preview", {"iteration": 2})
    assert (beyond.status_code, beyond.json()["field"]) == (422, "iteration")


AUTHENTICATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "basic": ({"username": "ada", "password": "{{env.SECRET}}"}, "Authorization"),
    "api-key": ({"name": "X-Key"}, "X-Key"),
    "jwt-hs256": ({"api_key": "me", "api_secret": "{{env.SECRET}}"}, "Authorization"),
    "oauth2": (
        {
            "token_url": "{{env.TARGET}}/token",
            "client_id": "me",
            "client_secret": "{{env.SECRET}}",
        },
        "Authorization",
    ),
    "digest": ({"username": "ada", "password": "{{env.SECRET}}"}, ""),
    "aws-sigv4": (
        {
            "access_key_id": "AKIDEXAMPLE",
            "secret_access_key": "{{env.SECRET}}",
            "region": "eu-central-1",
            "service": "execute-api",
        },
        "Authorization",
    ),
}


@pytest.mark.parametrize("kind", AUTHENTICATIONS)
async def test_authentication_is_applied_without_asking_anybody(
    laboratory: Laboratory, kind: str
) -> None:
    settings, header = AUTHENTICATIONS[kind]
    await laboratory.set_variable("SECRET", "s3cret-of-the-environment-0123456789", is_secret=True)
    await laboratory.set_variable("TARGET", "http://127.0.0.1:1")
    reference = {"auth_token_ref": "env.SECRET"} if kind == "api-key" else {}
    request = {"auth_type": kind, "auth": settings, **reference}
    case_id = await laboratory.add_case("proved", "/proved", request=request)
    preview = await laboratory.preview(case_id)
    assert preview["authentication"]["applied"], preview
    assert not header or MASK in preview["request"]["headers"][header], preview
    explanation = preview["authentication"]["explanation"]
    assert (explanation is not None) == (kind in ("oauth2", "digest"))
    assert kind != "oauth2" or "http://127.0.0.1:1/token" in explanation
    assert laboratory.target.requests == []


@pytest.mark.parametrize("role", ROLES)
async def test_members_preview_cases_and_drafts(laboratory: Laboratory, role: Role) -> None:
    case_id = await laboratory.add_case("read", "/orders/1")
    person = laboratory.team[role]
    draft = {"case": describe_case("read", "/orders/1")}
    stored = await laboratory.ask(f"/cases/{case_id}/preview", {}, person)
    unsaved = await laboratory.ask(f"/projects/{laboratory.project_id}/preview", draft, person)
    expected = 404 if role == "stranger" else 200
    assert (stored.status_code, unsaved.status_code) == (expected, expected)


async def test_without_an_environment_there_is_no_base_url(laboratory: Laboratory) -> None:
    case_id = await laboratory.add_case("read", "/orders/1?x={{env.X}}")
    preview = await laboratory.preview(case_id, environment_id=None)
    assert preview["problem"]["field"] == "environment_id"
    assert preview["request"]["url"].startswith("/orders/1?x=")
    assert [entry["field"] for entry in preview["missing"]] == ["endpoint.path"]
    unknown = await laboratory.ask(f"/cases/{case_id}/preview", {"environment_id": str(uuid4())})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


async def test_a_draft_is_checked_as_when_it_is_written(laboratory: Laboratory) -> None:
    path = f"/projects/{laboratory.project_id}/preview"
    draft = describe_case("read", "/x", request={"headers": {"X": "{{env.}}"}})
    answer = await laboratory.ask(path, {"case": draft})
    assert (answer.status_code, answer.json()["field"]) == (422, "case.request.headers.X")
    draft = describe_case("read", "/x\x00")
    answer = await laboratory.ask(path, {"case": draft})
    assert answer.status_code == 422, answer.text
