"""What assertions and captures of Hurl files become."""

from typing import Any

import pytest

from app.catalog.importers.hurl.reader import HurlReader
from tests.catalog.importers.texts import list_cases, list_told, read_case

HURL = HurlReader()
ENTRY = "GET https://shop.example/a\nHTTP 200\n"


@pytest.mark.parametrize(
    ("written", "assertion"),
    [
        ("status < 300", {"type": "status-code", "operator": "lt", "expected": 300}),
        ('header "A" == "b"', {"type": "header", "name": "A", "operator": "eq", "expected": "b"}),
        ('header "A" not exists', {"type": "header", "name": "A", "operator": "absent"}),
        (
            'cookie "sid[Max-Age]" >= 5',
            {"type": "cookie", "name": "sid", "path": "Max-Age", "operator": "ge", "expected": 5},
        ),
        ('body contains "a"', {"type": "body", "operator": "contains", "expected": "a"}),
        ('body == "a.b"', {"type": "body", "operator": "matches", "expected": r"\Aa\.b\Z"}),
        ("body matches /^a\\/b$/", {"type": "body", "operator": "matches", "expected": "^a/b$"}),
        ('body not matches "a"', {"type": "body", "operator": "not-matches", "expected": "a"}),
        ("bytes count <= 10", {"type": "size", "operator": "le", "expected": 10}),
        ("duration < 500", {"type": "response-time", "operator": "lt", "expected": 500}),
        (
            'certificate "Expire-Date" daysAfterNow > 15',
            {"type": "certificate", "operator": "gt", "expected": 15},
        ),
        ("regex /a+/ exists", {"type": "body", "operator": "matches", "expected": "a+"}),
        (
            'xpath "count(//a)" == 3',
            {"type": "xpath", "path": "count(//a)", "operator": "eq", "expected": 3},
        ),
        (
            'xpath "//a" nth 1 toInt > 3',
            {"type": "xpath", "path": "(//a)[2]", "operator": "gt", "expected": 3},
        ),
        (
            'xpath "//a" count == 2',
            {"type": "xpath", "path": "//a", "operator": "length", "expected": 2},
        ),
    ],
)
def test_what_they_read(written: str, assertion: dict[str, Any]) -> None:
    case = read_case(HURL, f"{ENTRY}[Asserts]\n{written}\n")
    assert case["response"]["assertions"] == [assertion]


@pytest.mark.parametrize(
    ("written", "operator", "expected"),
    [
        ('== "a"', "eq", "a"),
        ("== null", "eq", None),
        ("== true", "eq", True),
        ("== {{x}}", "eq", "{{env.x}}"),
        ('== "{{x}} y"', "eq", "{{env.x}} y"),
        ("!= 1.5", "ne", 1.5),
        ("not == 1", "ne", 1),
        ("> 1", "gt", 1),
        ("not > 1", "le", 1),
        (">= -1", "ge", -1),
        ("<= 1", "le", 1),
        ("contains 4", "contains", 4),
        ("includes 4", "contains", 4),
        ('not contains "a"', "not-contains", "a"),
        ('startsWith "a("', "matches", r"\Aa\("),
        ('endsWith "b"', "matches", r"b\Z"),
        ("isInteger", "type", "integer"),
        ("isFloat", "type", "number"),
        ("isBoolean", "type", "boolean"),
        ("isString", "type", "string"),
        ("isCollection", "type", "array"),
        ("isEmpty", "empty", None),
        ("not isEmpty", "empty", False),
        ("count == 3", "length", 3),
        ("count > 3", "length", {"operator": "gt", "expected": 3}),
        ("not count == 3", None, None),
    ],
)
def test_how_they_compare(written: str, operator: str | None, expected: Any) -> None:
    text = f'{ENTRY}[Asserts]\njsonpath "$.a" {written}\n'
    if operator is None:
        with pytest.raises(Exception, match="predicate"):
            HURL.read(text)
        return
    (assertion,) = read_case(HURL, text)["response"]["assertions"]
    assert (assertion["operator"], assertion.get("expected")) == (operator, expected)


@pytest.mark.parametrize("name", ["isUuid", "isIpv4", "isIpv6", "isIsoDate"])
def test_shapes_are_patterns(name: str) -> None:
    text = f'{ENTRY}[Asserts]\njsonpath "$.a" {name}\n'
    (assertion,) = read_case(HURL, text)["response"]["assertions"]
    assert assertion["operator"] == "matches"


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("$.a.b[0]", "$.a.b[0]"),
        ("$.a-b", "$['a-b']"),
        ("$..0x", "$..['0x']"),
        ("$.['a']", "$['a']"),
        ("$.a[?(@.b == 'c.d-e')].f", "$.a[?(@.b == 'c.d-e')].f"),
        ("$.a[*]", "$.a[*]"),
        ("$[?@.a > 1].b-c", "$[?@.a > 1]['b-c']"),
    ],
)
def test_json_paths(written: str, path: str) -> None:
    text = f'{ENTRY}[Asserts]\njsonpath "{written}" exists\n'
    (assertion,) = read_case(HURL, text)["response"]["assertions"]
    assert assertion["path"] == path


@pytest.mark.parametrize("filters", ["nth 2", "last", 'jsonpath "$.b" nth 0', "first"])
def test_filters_of_lists_are_steps(filters: str) -> None:
    text = f'{ENTRY}[Asserts]\njsonpath "$.a" {filters} == 1\n'
    (assertion,) = read_case(HURL, text)["response"]["assertions"]
    expected = {"nth 2": "$.a[2]", "last": "$.a[-1]", "first": "$.a[0]"}
    assert assertion["path"] == expected.get(filters, "$.a.b[0]")


@pytest.mark.parametrize(
    ("written", "spec", "used"),
    [
        ('jsonpath "$.id"', "$.id", ""),
        ('jsonpath "$.a" jsonpath "$.b"', "$.a.b", ""),
        ('jsonpath "$.id" redact', {"path": "$.id", "secret": True}, ""),
        ('jsonpath "$.url" split "/" nth 1', "$.url", ' | split("/") | at(1)'),
        ('jsonpath "$.list" count', "$.list", " | length"),
        ('jsonpath "$.a" replace "a\\"" "b" toInt', "$.a", ' | replace("a\\"", "b") | int'),
        ('header "Location"', {"from": "header", "name": "Location"}, ""),
        ('cookie "sid" urlDecode', {"from": "cookie", "name": "sid"}, " | urldecode"),
        ('xpath "//a"', {"from": "xpath", "path": "//a"}, ""),
        ("regex /id=(.*)/", {"from": "regex", "path": "id=(.*)"}, ""),
        ("status", {"from": "status"}, ""),
        ("body", {"from": "text"}, ""),
        ("duration", {"from": "duration"}, ""),
    ],
)
def test_captures(written: str, spec: Any, used: str) -> None:
    imported = HURL.read(
        f"{ENTRY}[Captures]\nkept: {written}\nGET https://shop.example/{{{{kept}}}}\n"
    )
    first, second = list_cases(imported)
    assert first["response"]["capture_vars"] == {"kept": spec}
    assert second["endpoint"]["path"] == f"/{{{{captured_data.get-a.kept{used}}}}}"
    assert second["dependencies"] == [{"required_test_key": "get-a", "dependency_type": "data"}]


def test_captures_are_known_from_the_next_entry_on_and_may_be_replaced() -> None:
    capture = 'HTTP 200\n[Captures]\ntoken: jsonpath "$.t"\n'
    imported = HURL.read(
        f"GET https://a.example/0/{{{{token}}}}\n{capture}"
        f"GET https://a.example/1/{{{{token}}}}\n{capture}"
        "GET https://a.example/2/{{token}}\n"
    )
    assert [case["endpoint"]["path"] for case in list_cases(imported)] == [
        "/0/{{env.token}}",
        "/1/{{captured_data.get-0-token.token}}",
        "/2/{{captured_data.get-1-token.token}}",
    ]


def test_what_uses_the_same_value_keeps_its_order() -> None:
    imported = HURL.read(
        'POST https://a.example/x\nHTTP 201\n[Captures]\nid: jsonpath "$.id"\n'
        "GET https://a.example/x/{{id}}\nDELETE https://a.example/x/{{id}}\nGET https://a.example/y\n"
    )
    dependencies = [
        [entry["required_test_key"] for entry in case.get("dependencies", [])]
        for case in list_cases(imported)
    ]
    assert dependencies == [[], ["post-x"], ["post-x", "get-x-id"], ["delete-x-id"]]


def test_what_changes_something_comes_between_what_is_before_and_behind_it() -> None:
    imported = HURL.read(
        "".join(
            f"{method} https://a.example/{path}\nHTTP 200\n"
            for method, path in (
                ("PUT", "a"),
                ("GET", "b"),
                ("GET", "c"),
                ("POST", "d"),
                ("GET", "e"),
            )
        )
    )

    dependencies = [
        [entry["required_test_key"] for entry in case.get("dependencies", [])]
        for case in list_cases(imported)
    ]
    assert dependencies == [[], ["put-a"], ["put-a"], ["get-b", "get-c"], ["post-d"]]


def test_nothing_waits_for_what_is_not_imported() -> None:
    imported = HURL.read(
        f"POST https://a.example/{'x' * 3000}\nHTTP 200\nPOST https://a.example/b\nHTTP 200\n"
    )

    (case,) = list_cases(imported)
    assert "dependencies" not in case


@pytest.mark.parametrize(
    ("written", "path", "operator"),
    [
        ("$.a[?(@.id == '{{id}}')].n\" nth 0", "$.a[?(@.id == '{}')].n", "contains"),
        ('$.a[?(@.id == {{id}})].n" first', "$.a[?(@.id == {})].n", "contains"),
        ("$.a['{{id}}'].n\"", "$.a['{}'].n", "eq"),
        ('$.a[{{id}}]"', "$.a[{}]", "eq"),
    ],
)
def test_paths_have_captured_values_in_them(written: str, path: str, operator: str) -> None:
    imported = HURL.read(
        'POST https://a.example/x\nHTTP 201\n[Captures]\nid: jsonpath "$.id"\n'
        f'GET https://a.example/y\nHTTP 200\n[Asserts]\njsonpath "{written} == 7\n'
    )

    _, case = list_cases(imported)
    assert case["response"]["assertions"] == [
        {
            "type": "jsonpath",
            "path": path.format("{{captured_data.post-x.id}}"),
            "operator": operator,
            "expected": 7,
        }
    ]
    assert case["dependencies"] == [{"required_test_key": "post-x", "dependency_type": "data"}]
    assert ("among all" in str(list_told(imported, "changed"))) == (operator == "contains")


def test_a_capture_that_cannot_be_said_is_told_and_leaves_a_variable() -> None:
    imported = HURL.read(
        f'{ENTRY}[Captures]\nkept: jsonpath "$.a" regex /a/\nGET https://a.example/{{{{kept}}}}\n'
    )
    assert list_told(imported)[0][0] == "line 4"
    assert [entry.key for entry in imported.variables] == ["kept"]


def test_quoted_placeholders_compare_as_texts() -> None:
    imported = HURL.read(
        f'{ENTRY}[Captures]\nid: jsonpath "$.id"\n'
        'GET https://a.example/b\nHTTP 200\n[Asserts]\njsonpath "$.a" == "{{id}}"\njsonpath "$.b" == {{id}}\n'
    )
    assert [entry["expected"] for entry in list_cases(imported)[1]["response"]["assertions"]] == [
        "{{captured_data.get-a.id | string}}",
        "{{captured_data.get-a.id}}",
    ]


def test_what_cannot_be_checked_is_left_out_and_the_rest_stays() -> None:
    imported = HURL.read(
        f"{ENTRY}[Captures]\nbad: regex /(/\ngood: status\n"
        '[Asserts]\nbody matches /(/\nstatus == 200\nxpath "//[" exists\n'
        "GET https://shop.example/{{good}}/{{bad}}\n"
    )
    first, second = list_cases(imported)
    assert [entry["type"] for entry in first["response"]["assertions"]] == ["status-code"]
    assert list(first["response"]["capture_vars"]) == ["good"]
    assert second["endpoint"]["path"] == "/{{captured_data.get-a.good}}/{{env.bad}}"
    assert [place for place, _ in list_told(imported)] == ["line 1"] * 3
