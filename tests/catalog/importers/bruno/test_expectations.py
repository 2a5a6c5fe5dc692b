"""What Bruno's assertions and scripts become."""

from typing import Any

import pytest

from app.catalog.importers.bruno.reader import BrunoReader
from tests.catalog.importers.texts import list_cases, list_told

BRUNO = BrunoReader()
GET = "get {\n  url: https://shop.example/a\n}\n"
STATUS = "  res.status: eq 200\n"


def read_asserts(lines: str) -> list[dict[str, Any]]:
    imported = BRUNO.read(f"{GET}assert {{\n{STATUS}  {lines}\n}}\n")
    return list_cases(imported)[0]["response"].get("assertions", [])


@pytest.mark.parametrize(
    ("line", "assertion"),
    [
        ("res.body.a: eq 1", {"path": "$.a", "operator": "eq", "expected": 1}),
        ("res.body.a: one", {"path": "$.a", "operator": "eq", "expected": "one"}),
        ("res.body.a: eq {{x}}", {"path": "$.a", "operator": "eq", "expected": "{{env.x}}"}),
        ("res.body.a: neq null", {"path": "$.a", "operator": "ne", "expected": None}),
        ('res.body["a b"][0]: gte 1.5', {"path": '$["a b"][0]', "operator": "ge", "expected": 1.5}),
        ("res.getBody().a: lt 2", {"path": "$.a", "operator": "lt", "expected": 2}),
        ("res('a.b[0]'): lte 2", {"path": "$.a.b[0]", "operator": "le", "expected": 2}),
        ("res.body.a: in [1, two]", {"path": "$.a", "operator": "in", "expected": [1, "two"]}),
        ("res.body.a: notIn 1,2", {"path": "$.a", "operator": "not-in", "expected": [1, 2]}),
        ("res.body.a: between 1,5", {"path": "$.a", "operator": "between", "expected": [1, 5]}),
        ("res.body.a: contains x", {"path": "$.a", "operator": "contains", "expected": "x"}),
        ("res.body.a: length 3", {"path": "$.a", "operator": "length", "expected": 3}),
        ("res.body.a: matches /^a+$/", {"path": "$.a", "operator": "matches", "expected": "^a+$"}),
        ("res.body.a: notMatches b", {"path": "$.a", "operator": "not-matches", "expected": "b"}),
        ("res.body.a: startsWith a.", {"path": "$.a", "operator": "matches", "expected": r"\Aa\."}),
        ("res.body.a: endsWith b", {"path": "$.a", "operator": "matches", "expected": r"b\Z"}),
        ("res.body.a: isEmpty", {"path": "$.a", "operator": "empty"}),
        ("res.body.a: isNotEmpty", {"path": "$.a", "operator": "empty", "expected": False}),
        ("res.body.a: isNull", {"path": "$.a", "operator": "eq"}),
        ("res.body.a: isUndefined", {"path": "$.a", "operator": "absent"}),
        ("res.body.a: isDefined", {"path": "$.a", "operator": "exists"}),
        (
            "res.body.a: isTruthy",
            {"path": "$.a", "operator": "not-in", "expected": [None, False, 0, ""]},
        ),
        (
            "res.body.a: isFalsy",
            {"path": "$.a", "operator": "in", "expected": [None, False, 0, ""]},
        ),
        ("res.body: isJson", {"path": "$", "operator": "exists"}),
        (
            "res.body.a: startsWith /b/",
            {"path": "$.a", "operator": "matches", "expected": r"\A/b/"},
        ),
        ("$res.body.a: 7", {"path": "$.a", "operator": "eq", "expected": 7}),
        ("res.body.a: isArray", {"path": "$.a", "operator": "type", "expected": "array"}),
    ],
)
def test_assertions_about_the_body(line: str, assertion: dict[str, Any]) -> None:
    (found,) = read_asserts(line)
    assert {name: value for name, value in found.items() if value is not None} == {
        "type": "jsonpath",
        **{name: value for name, value in assertion.items() if value is not None},
    }


@pytest.mark.parametrize(
    ("line", "assertion"),
    [
        (
            "res.headers.etag: eq 7",
            {"type": "header", "name": "etag", "operator": "eq", "expected": "7"},
        ),
        (
            "res.getHeader('etag'): isDefined",
            {"type": "header", "name": "etag", "operator": "exists"},
        ),
        (
            "res.responseTime: lt 500",
            {"type": "response-time", "operator": "lt", "expected": 500},
        ),
    ],
)
def test_assertions_about_the_rest(line: str, assertion: dict[str, Any]) -> None:
    assert read_asserts(line) == [assertion]


def test_other_statuses_are_let_through_to_the_assertion() -> None:
    imported = BRUNO.read(f"{GET}assert {{\n  res.status: lt 500\n}}\n")
    assert list_cases(imported)[0]["response"] == {
        "expected_status_code": ["1xx", "2xx", "3xx", "4xx", "5xx"],
        "assertions": [{"type": "status-code", "operator": "lt", "expected": 500}],
    }


@pytest.mark.parametrize(
    ("statement", "assertion"),
    [
        ("expect(res.body.a).to.eql('x')", {"path": "$.a", "operator": "eq", "expected": "x"}),
        ("expect(data.a).to.equal(true)", {"path": "$.a", "operator": "eq", "expected": True}),
        ("expect(data.a).to.not.equal(1)", {"path": "$.a", "operator": "ne", "expected": 1}),
        ("expect(data.a).to.be.above(1)", {"path": "$.a", "operator": "gt", "expected": 1}),
        ("expect(data.a).to.be.at.least(1)", {"path": "$.a", "operator": "ge", "expected": 1}),
        (
            "expect(data.a).to.be.an('array')",
            {"path": "$.a", "operator": "type", "expected": "array"},
        ),
        ("expect(data).to.have.property('b')", {"path": "$.b", "operator": "exists"}),
        ("expect(data).to.have.property('b', 2)", {"path": "$.b", "operator": "eq", "expected": 2}),
        (
            "expect(data.a).to.include('x')",
            {"path": "$.a", "operator": "contains", "expected": "x"},
        ),
        (
            "expect(data.a).to.match(/x/i)",
            {"path": "$.a", "operator": "matches", "expected": "(?i)x"},
        ),
        (
            "expect(data.a).to.be.oneOf([1, 2])",
            {"path": "$.a", "operator": "in", "expected": [1, 2]},
        ),
        ("expect(data.a).to.exist", {"path": "$.a", "operator": "exists"}),
        ("expect(data.a).to.be.undefined", {"path": "$.a", "operator": "absent"}),
        ("expect(data.a).to.not.be.empty", {"path": "$.a", "operator": "empty", "expected": False}),
        (
            "expect(data.list.length).to.be.within(1, 3)",
            {
                "path": "$.list",
                "operator": "length",
                "expected": {"operator": "between", "expected": [1, 3]},
            },
        ),
        (
            "expect(data.a).to.equal(bru.getEnvVar('x'))",
            {"path": "$.a", "operator": "eq", "expected": "{{env.x}}"},
        ),
    ],
)
def test_checks_of_scripts(statement: str, assertion: dict[str, Any]) -> None:
    imported = BRUNO.read(
        f"{GET}tests {{\n  test('a', async function() {{\n    const data = res.getBody();\n"
        f"    expect(res.status).to.equal(200);\n    {statement};\n  }});\n}}\n"
    )
    assert list_told(imported) == []
    assert list_cases(imported)[0]["response"]["assertions"] == [{"type": "jsonpath", **assertion}]


def test_variables_that_scripts_set_are_captured() -> None:
    imported = BRUNO.read(
        "meta {\n  name: First\n}\n"
        f"{GET}script:post-response {{\n  bru.setEnvVar('id', res.body.id);\n"
        "  bru.setVar('etag', res.getHeader('ETag'));\n  console.log('x');\n}\n"
        "meta {\n  name: Second\n}\nget {\n  url: https://shop.example/{{id}}/{{etag}}\n}\n"
    )
    first, second = list_cases(imported)
    assert first["response"]["capture_vars"] == {
        "id": "$.id",
        "etag": {"from": "header", "name": "ETag"},
    }
    path = "/{{captured_data.first.id}}/{{captured_data.first.etag}}"
    assert second["endpoint"]["path"] == path


def test_what_would_have_to_be_run_is_told_with_its_line() -> None:
    imported = BRUNO.read(
        f"{GET}script:pre-request {{\n  bru.setVar('a', 1);\n}}\n"
        "tests {\n  expect(res.status).to.equal(200);\n  if (res.body.a) { expect(1).to.equal(1) }\n"
        "  expect(compute(res.body)).to.equal(1);\n}\n"
        "vars:post-response {\n  x: res.body.a + 1\n}\nassert {\n  res.body.a + 1: eq 2\n}\n"
    )
    assert list_told(imported) == [
        ("line 1", "The assertion res.body.a + 1 would have to be run."),
        ("line 1", "The variable x would have to be computed by a script."),
        ("line 5", "A script that runs before the request."),
        ("line 9", "Line 2 of a script would have to be run."),
        ("line 10", "Line 3 of a script would have to be run."),
    ]


def test_what_cannot_be_checked_is_left_out_and_the_rest_stays() -> None:
    imported = BRUNO.read(
        f"{GET}assert {{\n{STATUS}  res.body.a: matches (\n  res.body.b: eq 1\n}}\n"
    )
    (case,) = list_cases(imported)
    assert [entry["path"] for entry in case["response"]["assertions"]] == ["$.b"]
    assert list_told(imported) == [
        ("line 1", "An assertion of type jsonpath that cannot be checked.")
    ]
