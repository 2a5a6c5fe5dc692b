"""Plans from documents: what is read, what is refused, what is derived."""

from typing import Any

import pytest

from app.engine import DependencyCycleError, InvalidPlanError, JsonValue, Plan
from tests.engine.builders import build_document


def edges(plan: Plan) -> dict[tuple[str, str], str]:
    return {dependency.edge: dependency.type for dependency in plan.dependencies}


def test_reads_every_field() -> None:
    document = build_document(
        [
            {
                "key": "login",
                "method": "post",
                "path": "/login",
                "headers": {"X-A": "1"},
                "query_params": {"q": [1, 2]},
                "path_params": {"id": 7},
                "body": {"user": "ada"},
                "body_type": "json",
                "auth_type": "bearer",
                "auth_token_ref": "access_token",
                "expected_status_code": [200, "2xx"],
                "expected_headers": {"Content-Type": "application/json"},
                "expected_body": {"ok": True},
                "body_match_type": "partial",
                "response_time_max_ms": 250,
                "assertions": [{"type": "custom", "path": "$.a", "expected": 1}],
                "capture_vars": {"token": "$.token"},
                "timeout_ms": 1500,
                "retry_count": 2,
                "revision": 4,
                "suite_name": "Shop",
                "phase": "setup",
                "locks": ["cart", "till"],
                "iterate": {"items": [1, 2]},
                "poll": {"interval_ms": 20},
                "retry": {"assertions": {"attempts": 3}},
                "cookies": {"theme": "dark"},
                "transfer": {"http_version": "2"},
            }
        ]
    )
    (test,) = Plan.from_document(document).tests
    assert (test.method, test.timeout_ms, test.retry_count, test.revision) == ("POST", 1500, 2, 4)
    assert (test.phase, test.locks, test.cookies) == ("setup", ("cart", "till"), {"theme": "dark"})
    assert test.iterate is not None
    assert test.iterate.items == [1, 2]
    assert test.poll is not None
    assert test.poll.interval_ms == 20
    assert test.retry.assertions is not None
    assert test.retry.assertions.attempts == 3
    assert test.transfer.http_version == "2"
    assert test.auth.token_ref == "access_token"
    assert test.expectations.status == [200, "2xx"]
    assert test.expectations.assertions[0].expected == 1
    assert test.captures["token"].expression == "$.token"
    assert test.captures["token"].target == "captured_data"


@pytest.mark.parametrize(
    ("capture", "source", "expression", "target", "name"),
    [
        ("$.x", "body", "$.x", "captured_data", "c"),
        ({"path": "$.x", "name": "n"}, "body", "$.x", "captured_data", "n"),
        (
            {"from": "body", "path": "$.t", "into": "shared_auth_tokens", "name": "access_token"},
            "body",
            "$.t",
            "shared_auth_tokens",
            "access_token",
        ),
        ({"from": "header", "name": "X-Id"}, "header", "X-Id", "captured_data", "c"),
        ({"from": "header", "path": "X-Id", "name": "n"}, "header", "X-Id", "captured_data", "n"),
        ({"from": "status", "into": "shared_variables"}, "status", "", "shared_variables", "c"),
    ],
)
def test_reads_captures(
    capture: JsonValue, source: str, expression: str, target: str, name: str
) -> None:
    plan = Plan.from_document(build_document([{"key": "a", "capture_vars": {"c": capture}}]))
    spec = plan.tests[0].captures["c"]
    assert (spec.source, spec.expression, spec.target, spec.name) == (
        source,
        expression,
        target,
        name,
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": None}, "tests[0].key"),
        ({"phase": "before"}, "tests[0].phase"),
        ({"locks": "cart"}, "tests[0].locks"),
        ({"locks": ["cart", ""]}, "tests[0].locks[1]"),
        ({"locks": [3]}, "tests[0].locks[0]"),
        ({"iterate": {}}, "tests[0].iterate"),
        ({"iterate": {"items": [], "csv": "a"}}, "tests[0].iterate"),
        ({"iterate": {"items": "ab"}}, "tests[0].iterate.items"),
        ({"poll": 3}, "tests[0].poll"),
        ({"retry": {"transport": {"on": "all"}}}, "tests[0].retry.transport.on"),
        ({"transfer": {"http_version": "3"}}, "tests[0].transfer.http_version"),
        ({"method": 7}, "tests[0].method"),
        ({"headers": []}, "tests[0].headers"),
        ({"timeout_ms": 0}, "tests[0].timeout_ms"),
        ({"timeout_ms": True}, "tests[0].timeout_ms"),
        ({"retry_count": -1}, "tests[0].retry_count"),
        ({"retry_count": 1.5}, "tests[0].retry_count"),
        ({"response_time_max_ms": "fast"}, "tests[0].response_time_max_ms"),
        ({"assertions": {}}, "tests[0].assertions"),
        ({"assertions": [3]}, "tests[0].assertions[0]"),
        ({"assertions": [{"path": "$"}]}, "tests[0].assertions[0].type"),
        ({"capture_vars": {"x": 3}}, "tests[0].capture_vars.x"),
        ({"capture_vars": {"x": {"from": "moon"}}}, "tests[0].capture_vars.x.from"),
        ({"capture_vars": {"x": {"path": "$", "into": "y"}}}, "tests[0].capture_vars.x.into"),
        ({"capture_vars": {"x": {"from": "body"}}}, "tests[0].capture_vars.x.path"),
        ({"capture_vars": {"x": {"path": "$", "required": 1}}}, "tests[0].capture_vars.x.required"),
    ],
)
def test_names_the_field_that_is_wrong(change: dict[str, Any], field: str) -> None:
    document = build_document([{"key": "a"}])
    document["tests"][0] |= change
    with pytest.raises(InvalidPlanError) as caught:
        Plan.from_document(document)
    assert caught.value.field == field


@pytest.mark.parametrize("part", ["run", "environment"])
def test_needs_the_run_and_its_environment(part: str) -> None:
    document = build_document([])
    del document[part]
    with pytest.raises(InvalidPlanError) as caught:
        Plan.from_document(document)
    assert caught.value.field == part


def test_refuses_two_tests_of_one_key() -> None:
    with pytest.raises(InvalidPlanError, match=r"tests\[1\]\.key: 'a' is used twice"):
        Plan.from_document(build_document([{"key": "a"}, {"key": "a", "test_case_id": "2"}]))


def test_refuses_unknown_tests_in_dependencies() -> None:
    with pytest.raises(InvalidPlanError) as caught:
        Plan.from_document(build_document([{"key": "a"}], [("a", "ghost")]))
    assert caught.value.field == "dependencies[0].required_test_id"


def test_a_dependency_may_do_with_the_end_of_a_test() -> None:
    document = build_document([{"key": "a"}, {"key": "b"}, {"key": "c"}], [("b", "a"), ("c", "a")])
    document["dependencies"][0]["condition"] = "completed"
    plan = Plan.from_document(document)
    assert [entry.must_pass for entry in plan.requirements["b"]] == [False]
    assert [entry.must_pass for entry in plan.requirements["c"]] == [True]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"condition": "failed"}, "condition"),
        ({"condition": "completed", "dependency_type": "data"}, "condition"),
        ({"dependency_type": "wish"}, "dependency_type"),
    ],
)
def test_names_what_is_wrong_with_a_dependency(change: dict[str, Any], field: str) -> None:
    document = build_document([{"key": "a"}, {"key": "b"}], [("b", "a")])
    document["dependencies"][0] |= change
    with pytest.raises(InvalidPlanError) as caught:
        Plan.from_document(document)
    assert caught.value.field == f"dependencies[0].{field}"


def test_of_two_dependencies_on_one_test_the_stricter_counts() -> None:
    document = build_document([{"key": "a"}, {"key": "b"}], [("b", "a"), ("b", "a")])
    document["dependencies"][0]["condition"] = "completed"
    (requirement,) = Plan.from_document(document).requirements["b"]
    assert requirement.must_pass


def test_a_cycle_with_a_template_in_it_is_named_like_any_other() -> None:
    tests = [{"key": "a"}, {"key": "b"}, {"key": "c", "path": "/{{captured_data.a.x}}"}]
    with pytest.raises(DependencyCycleError, match=r"a -> b -> a|b -> a -> b"):
        Plan.from_document(build_document(tests, [("a", "b"), ("b", "a"), ("a", "c")]))


def test_names_the_cycle() -> None:
    tests = [{"key": key} for key in "abcd"]
    with pytest.raises(DependencyCycleError) as caught:
        Plan.from_document(build_document(tests, [("d", "a"), ("a", "b"), ("b", "a")]))
    assert caught.value.cycle in (("a", "b", "a"), ("b", "a", "b"))
    assert " -> ".join(caught.value.cycle) in str(caught.value)


def test_a_test_that_requires_itself_is_a_cycle() -> None:
    with pytest.raises(DependencyCycleError, match="a -> a"):
        Plan.from_document(build_document([{"key": "a"}], [("a", "a")]))


def test_derives_dependencies_from_templates() -> None:
    login = {
        "key": "login",
        "capture_vars": {
            "token": {"path": "$.t", "into": "shared_auth_tokens", "name": "access_token"},
            "user": {"path": "$.u", "into": "shared_variables"},
            "id": "$.id",
        },
    }
    plan = Plan.from_document(
        build_document(
            [
                login,
                {"key": "catalog", "auth_type": "bearer"},
                {"key": "profile", "path": "/users/{{shared_variables.user}}"},
                {"key": "cart", "body": [{"id": "{{captured_data.login.id}}"}]},
                {"key": "pay", "headers": {"Authorization": "X {{captured_data.login.id}}"}},
                {
                    "key": "check",
                    "assertions": [
                        {
                            "type": "custom",
                            "path": "$.x",
                            "expected": "{{captured_data['login'].id}}",
                        }
                    ],
                },
                {"key": "alone", "path": "/{{captured_data.ghost.id}}/{{env.X}}/{{broken"},
            ]
        )
    )
    assert edges(plan) == {
        ("catalog", "login"): "token",
        ("profile", "login"): "data",
        ("cart", "login"): "data",
        ("pay", "login"): "token",
        ("check", "login"): "data",
    }
    assert all(dependency.is_derived for dependency in plan.dependencies)
    assert {path.text for path in plan.credential_paths} == {
        "captured_data.login.id",
        'shared_auth_tokens["access_token"]',
    }


def test_a_declared_dependency_is_not_derived_again() -> None:
    tests = [{"key": "a"}, {"key": "b", "path": "/{{captured_data.a.x}}"}]
    plan = Plan.from_document(build_document(tests, [("b", "a")]))
    assert edges(plan) == {("b", "a"): "order"}


def test_leaves_out_a_derived_dependency_that_would_close_a_cycle() -> None:
    tests = [{"key": "a", "path": "/{{captured_data.b.x}}"}, {"key": "b"}]
    assert edges(Plan.from_document(build_document(tests, [("b", "a")]))) == {("b", "a"): "order"}


def test_a_token_with_two_makers_is_not_derived() -> None:
    capture = {"t": {"path": "$.t", "into": "shared_auth_tokens"}}
    tests = [
        {"key": "a", "capture_vars": capture},
        {"key": "b", "capture_vars": capture},
        {"key": "c", "path": "/{{shared_auth_tokens.t}}"},
    ]
    assert edges(Plan.from_document(build_document(tests))) == {}
