"""Tries: sent once, checked as in a run, and nowhere to be found afterwards."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.fixtures.database import Connect
from tests.trials.laboratory import Laboratory, describe_case
from tests.workspaces.people import ROLES, Role

RECORDS = """
select
  (select count(*) from public.test_runs where organization_id = %(id)s) as runs,
  (select count(*) from public.test_results where organization_id = %(id)s) as results,
  (select count(*) from public.test_run_events where organization_id = %(id)s) as events,
  (select count(*) from public.test_execution_context where organization_id = %(id)s) as contexts,
  (select count(*) from public.project_events where organization_id = %(id)s) as announcements
"""
AUDITED = """
select actor_id::text, service_action, new_value from public.audit_log
where organization_id = %s and entity_type = 'environments' and entity_id = %s
  and action = 'resolve_secrets'
"""


async def test_a_try_is_sent_once_checked_and_not_recorded(
    laboratory: Laboratory, database: Connect
) -> None:
    case_id = await laboratory.add_case(
        "create",
        "/orders",
        method="POST",
        request={"body": {"sku": "{{captured_data.find.sku}}"}},
        response={
            "expected_status_code": 200,
            "assertions": [
                {"type": "jsonpath", "path": "$.body", "operator": "eq", "expected": '{"sku":"a"}'},
                {"type": "header", "name": "x-absent", "operator": "exists"},
            ],
            "capture_vars": {
                "url": "$.url",
                "token": {"path": "$.body", "into": "shared_auth_tokens"},
            },
        },
        retry_count=3,
        poll={"until": [{"type": "status-code", "operator": "eq", "expected": 503}]},
    )
    connection = await database()
    parameters = {"id": laboratory.team.organization["id"]}
    before = await (await connection.execute(RECORDS, parameters)).fetchone()
    captured = {"captured_data": {"find": {"sku": "a"}}}
    tried = await laboratory.try_once(case_id, captured=captured)
    assert (tried["status"], tried["problem"]["category"]) == ("failed", "assertion")
    assert len(laboratory.target.requests) == 1
    assert tried["response"]["status_code"] == 200
    assert tried["captured"]["captured_data.url"].endswith("/orders")
    assert tried["captured"]["shared_auth_tokens.token"] == "[redacted]"
    assert tried["missing"] == []
    after = await (await connection.execute(RECORDS, parameters)).fetchone()
    assert before == after


async def test_every_assertion_is_evaluated(laboratory: Laboratory) -> None:
    checks: list[dict[str, Any]] = [
        {"type": "status-code", "operator": "eq", "expected": 200},
        {"type": "header", "name": "x-absent", "operator": "exists"},
        {"type": "jsonpath", "path": "$.url", "operator": "contains", "expected": "/here"},
    ]
    case_id = await laboratory.add_case("read", "/here", response={"assertions": checks})
    tried = await laboratory.try_once(case_id)
    assert [each["passed"] for each in tried["assertions"]][-3:] == [True, False, True], tried
    checks.pop(1)
    draft = describe_case("read", "/here", response={"assertions": checks})
    answer = await laboratory.ask(f"/projects/{laboratory.project_id}/try", {"case": draft})
    assert (answer.json()["status"], answer.json()["problem"]) == ("passed", None), answer.text


async def test_nothing_is_sent_while_values_are_missing(laboratory: Laboratory) -> None:
    case_id = await laboratory.add_case(
        "read", "/{{env.A}}", request={"headers": {"X-B": "{{shared_variables.b}}"}}
    )
    tried = await laboratory.try_once(case_id)
    fields = sorted(entry["field"] for entry in tried["missing"])
    assert (tried["status"], fields) == ("error", ["endpoint.path", "request.headers.X-B"])
    assert laboratory.target.requests == []


@pytest.mark.parametrize("role", ROLES)
async def test_editors_try_cases_and_drafts(laboratory: Laboratory, role: Role) -> None:
    await laboratory.set_variable("KEY", "a secret for editors to use", is_secret=True)
    request = {"headers": {"X-Key": "{{env.KEY}}"}}
    case_id = await laboratory.add_case("read", "/orders/1", request=request)
    person = laboratory.team[role]
    draft = {"case": describe_case("read", "/orders/1", request=request)}
    expected = {"stranger": 404, "viewer": 403}.get(role, 200)
    for path, context in (
        (f"/cases/{case_id}/try", {}),
        (f"/projects/{laboratory.project_id}/try", draft),
    ):
        answer = await laboratory.ask(path, context, person)
        assert answer.status_code == expected, answer.text
    seen = [dict(each.headers)["x-key"] for each in laboratory.target.requests]
    assert seen == (["a secret for editors to use"] * 2 if expected == 200 else [])


async def test_reading_secrets_is_audited_and_only_for_who_may(
    laboratory: Laboratory, database: Connect
) -> None:
    await laboratory.set_variable("KEY", "a secret for editors to use", is_secret=True)
    case_id = await laboratory.add_case("read", "/orders/1")
    editor = laboratory.team["editor"]
    await laboratory.try_once(case_id, editor)
    await laboratory.preview(case_id, editor)
    await laboratory.ask(f"/cases/{case_id}/try", {}, laboratory.team["viewer"])
    connection = await database()
    place = [laboratory.team.organization["id"], laboratory.environment_id]
    (entry,) = await (await connection.execute(AUDITED, place)).fetchall()
    assert entry == {
        "actor_id": editor.user.id,
        "service_action": "resolve_trial_secrets",
        "new_value": {"keys": ["KEY"], "test_case_id": case_id},
    }


async def test_a_target_that_is_not_there_or_too_slow_is_an_error(laboratory: Laboratory) -> None:
    down = await laboratory.add_case("down", "http://127.0.0.1:1/x")
    slow = await laboratory.add_case("slow", "/hold", timeout_ms=150)
    tried = await laboratory.try_once(down)
    assert (tried["status"], tried["problem"]["category"]) == ("error", "connection")
    tried = await laboratory.try_once(slow)
    assert (tried["status"], tried["problem"]["category"]) == ("error", "timeout")
    assert tried["response"] is None
    assert tried["request"]["url"].endswith("/hold")


async def test_authentication_asks_for_its_token(laboratory: Laboratory) -> None:
    await laboratory.set_variable("SECRET", "s3cret-of-the-environment", is_secret=True)
    (base_url,) = [
        (await laboratory.preview(await laboratory.add_case("x", "/")))["request"]["url"]
    ]
    settings = {
        "token_url": f"{base_url}token",
        "client_id": "me",
        "client_secret": "{{env.SECRET}}",
    }
    request = {"auth_type": "oauth2", "auth": settings}
    case_id = await laboratory.add_case("proved", "/proved", request=request)
    tried = await laboratory.try_once(case_id)
    paths = [httpx.URL(each.url).path for each in laboratory.target.requests]
    assert (tried["status"], paths) == ("passed", ["/token", "/proved"])
    assert tried["request"]["headers"]["Authorization"] == "Bearer [redacted]"


async def test_a_try_ends_when_its_caller_leaves(laboratory: Laboratory) -> None:
    case_id = await laboratory.add_case("held", "/hold")
    asking = asyncio.ensure_future(laboratory.ask(f"/cases/{case_id}/try", {}))
    await laboratory.target.wait_for(lambda target: len(target.requests) == 1)
    asking.cancel()
    await laboratory.target.wait_for(lambda target: target.departures == 1)
    assert (await laboratory.try_once(case_id))["status"] == "passed"
