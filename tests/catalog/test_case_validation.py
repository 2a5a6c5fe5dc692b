"""What the engine would refuse in a run is refused when the case is written, and the field is named."""

from typing import Any

import pytest

from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.cases.validation import check_case
from app.web.errors import RequestInvalidError

Case = dict[str, Any]


def build_case(**parts: Any) -> CaseCreate:
    endpoint = {"method": "GET", "path": "/items"}
    return CaseCreate.model_validate({"key": "a", "name": "A", "endpoint": endpoint, **parts})


def build_assertion(**fields: Any) -> Case:
    return {"response": {"assertions": [{"type": "status-code", "expected": 200}, fields]}}


REFUSED: dict[str, tuple[Case, str]] = {
    "a template that does not end": (
        {"request": {"headers": {"X-Id": "{{env.ID"}}},
        "request.headers.X-Id",
    ),
    "a template of nothing known": (
        {"request": {"body": {"items": ["{{nowhere.x}}"]}}},
        "request.body.items.0",
    ),
    "an iteration without iterations": (
        {"request": {"query_params": {"q": "{{iteration.index}}"}}},
        "request.query_params.q",
    ),
    "a JSONPath of an assertion": (
        build_assertion(type="jsonpath", path="$[", operator="exists"),
        "response.assertions.1.path",
    ),
    "a JSONPath beside an expected template": (
        build_assertion(type="jsonpath", path="$[", expected="{{env.X}}"),
        "response.assertions.1.path",
    ),
    "a regular expression": (
        build_assertion(type="body", operator="matches", expected="("),
        "response.assertions.1",
    ),
    "a JSON Schema": (
        build_assertion(type="schema", expected={"type": "nothing"}),
        "response.assertions.1",
    ),
    "a body that is no schema": (
        {"response": {"expected_body": {"type": 1}, "body_match_type": "schema"}},
        "response.expected_body",
    ),
    "a JSONPath to ignore": ({"response": {"ignore_paths": ["id"]}}, "response.ignore_paths"),
    "a JSONPath of a capture": (
        {"response": {"capture_vars": {"id": "$["}}},
        "response.capture_vars.id",
    ),
    "a capture without its path": (
        {"response": {"capture_vars": {"id": {"from": "xpath"}}}},
        "response.capture_vars.id.path",
    ),
    "an assertion to poll for": (
        {"poll": {"until": [{"type": "jsonpath", "path": "$["}]}},
        "poll.until.0.path",
    ),
    "a CSV with a short line": ({"iterate": {"csv": "a,b\n1"}}, "iterate.csv"),
    "a name of iterations": (
        {"iterate": {"items": [1], "name": "{{iteration.value"}},
        "iterate.name",
    ),
    "a matrix of too many": (
        {"iterate": {"matrix": {"a": list(range(200)), "b": list(range(200))}}},
        "iterate.matrix",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_its_field(name: str) -> None:
    parts, field = REFUSED[name]
    with pytest.raises(RequestInvalidError) as refusal:
        check_case(build_case(**parts))
    assert refusal.value.field == field, refusal.value.detail
    assert refusal.value.detail.startswith(f"{field}: ")


ACCEPTED: dict[str, Case] = {
    "templates that only a run can fill": {
        "endpoint": {"method": "POST", "path": "/users/{{captured_data.login.id}}"},
        "request": {"body": "{{fixture.users[0]}}", "headers": {"X-Id": "{{$uuid}}"}},
    },
    "an assertion with an expected template": build_assertion(
        type="jsonpath", path="$.id", expected="{{captured_data.login.id}}"
    ),
    "iterations over a fixture": {
        "iterate": {"fixture": "users", "name": "{{iteration.value.email}}"},
        "request": {"body": {"email": "{{iteration.value.email}}"}},
    },
    "braces in a description": {"description": "sends {{ and {{nowhere}}"},
    "a certificate that is captured nowhere": {
        "request": {"transfer": {"tls": {"key": "{{env.KEY}}", "certificate": "{{env.CERT}}"}}}
    },
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_it_is_accepted(name: str) -> None:
    check_case(build_case(**ACCEPTED[name]))


def test_checking_many_cases_takes_nothing_from_the_next() -> None:
    case = build_case(request={"body": "{{$randomString(50000)}}", "body_type": "text"})
    for _ in range(100):
        check_case(case)
