"""Scripts of collections: which checks become assertions, what is kept, and what is told."""

from typing import Any

import pytest

from tests.catalog.importers.postman.collections import (
    build_collection,
    build_item,
    list_notices,
    read,
    read_case,
    read_cases,
)

JSON = "const jsonData = pm.response.json();\n"


def at(path: str, operator: str, *expected: Any) -> dict[str, Any]:
    """An assertion about the JSON of the body."""
    described = {"expected": expected[0]} if expected else {}
    return {"type": "jsonpath", "path": path, "operator": operator, **described}


CHECKS: dict[str, list[dict[str, Any]]] = {
    "pm.expect(jsonData.a.b[0]).to.eql('x')": [at("$.a.b[0]", "eq", "x")],
    "pm.expect(pm.response.json()['a b']).to.equal(1.5)": [at("$['a b']", "eq", 1.5)],
    "pm.expect(jsonData.n).to.not.equal(0)": [at("$.n", "ne", 0)],
    "pm.expect([1, 2]).to.include(jsonData.n)": [at("$.n", "in", [1, 2])],
    "pm.expect(typeof jsonData.s).to.equal('string')": [at("$.s", "type", "string")],
    "pm.expect(Array.isArray(jsonData.l)).to.be.true": [at("$.l", "type", "array")],
    "pm.expect((jsonData.a || {}).b).to.eql(1)": [at("$.a.b", "eq", 1)],
    "pm.expect((jsonData.a ?? {}).b).to.eql(1)": [at("$.a.b", "eq", 1)],
    "tests['n'] = jsonData.hasOwnProperty('id')": [at("$.id", "exists")],
    "tests['n'] = !jsonData.hasOwnProperty('id')": [at("$.id", "absent")],
    "tests['n'] = Number.isInteger(jsonData.n)": [at("$.n", "type", "integer")],
    "tests['n'] = typeof jsonData.s === 'string'": [at("$.s", "type", "string")],
    "tests['n'] = /^a+$/.test(jsonData.s)": [at("$.s", "matches", "^a+$")],
    "pm.expect(jsonData.n).to.be.above(1)": [at("$.n", "gt", 1)],
    "pm.expect(jsonData.n).to.be.at.least(1)": [at("$.n", "ge", 1)],
    "pm.expect(jsonData.n).to.be.below(9).and.at.most(8)": [at("$.n", "lt", 9), at("$.n", "le", 8)],
    "pm.expect(jsonData.n).to.be.within(1, 9)": [at("$.n", "between", [1, 9])],
    "pm.expect(jsonData.n).to.be.oneOf([1, 2])": [at("$.n", "in", [1, 2])],
    "pm.expect(jsonData.s).to.include('ab')": [at("$.s", "contains", "ab")],
    "pm.expect(jsonData.s).to.not.include('ab')": [at("$.s", "not-contains", "ab")],
    "pm.expect(jsonData.s).to.match(/^a\\/b$/i)": [at("$.s", "matches", "(?i)^a/b$")],
    "pm.expect(jsonData.s).to.be.a('string')": [at("$.s", "type", "string")],
    "pm.expect(jsonData).to.be.an('array').that.is.not.empty": [
        at("$", "type", "array"),
        at("$", "length", {"operator": "gt", "expected": 0}),
    ],
    "pm.expect(jsonData.l).to.have.lengthOf(3)": [
        at("$.l", "length", {"operator": "eq", "expected": 3})
    ],
    "pm.expect(jsonData.l).to.have.length.above(3)": [
        at("$.l", "length", {"operator": "gt", "expected": 3})
    ],
    "pm.expect(jsonData.l.length).to.eql(3)": [
        at("$.l", "length", {"operator": "eq", "expected": 3})
    ],
    "pm.expect(jsonData).to.have.property('id')": [at("$.id", "exists")],
    "pm.expect(jsonData).to.not.have.property('id')": [at("$.id", "absent")],
    "pm.expect(jsonData).to.have.property('id', 7)": [at("$.id", "eq", 7)],
    "pm.expect(jsonData).to.have.property('id').that.equals(7)": [
        at("$.id", "exists"),
        at("$.id", "eq", 7),
    ],
    "pm.expect(jsonData).to.have.nested.property('a.b')": [at("$.a.b", "exists")],
    "pm.expect(jsonData).to.include.keys('a', 'b')": [at("$.a", "exists"), at("$.b", "exists")],
    "pm.expect(jsonData).to.have.all.keys(['a'])": [
        at("$.a", "exists"),
        at("$", "length", 1),
    ],
    "pm.expect(jsonData.l).to.include.members([1, 2])": [
        at("$.l", "contains", 1),
        at("$.l", "contains", 2),
    ],
    "pm.expect(jsonData).to.include({a: 1})": [at("$.a", "eq", 1)],
    "pm.expect(jsonData.a).to.exist": [at("$.a", "exists")],
    "pm.expect(jsonData.a).to.be.undefined": [at("$.a", "absent")],
    "pm.expect(jsonData.a).to.be.null": [at("$.a", "type", "null")],
    "pm.expect(jsonData.a).to.not.be.null": [at("$.a", "not-in", [None])],
    "pm.expect(jsonData.a).to.be.true": [at("$.a", "eq", True)],
    "pm.expect(jsonData.a).to.be.ok": [at("$.a", "not-in", [None, False, 0, ""])],
    "pm.expect(jsonData.a).to.be.empty": [at("$.a", "empty")],
    "pm.expect(jsonData.n > 3).to.be.true": [at("$.n", "gt", 3)],
    "pm.expect(3 > jsonData.n).to.eql(false)": [at("$.n", "ge", 3)],
    "pm.expect(jsonData.s.includes('x')).to.be.false": [at("$.s", "not-contains", "x")],
    "tests['n'] = jsonData.n === 3;": [at("$.n", "eq", 3)],
    "tests['n'] = responseBody.has('x');": [
        {"type": "body", "operator": "contains", "expected": "x"}
    ],
    "pm.expect(pm.response.text()).to.include('x')": [
        {"type": "body", "operator": "contains", "expected": "x"}
    ],
    "pm.expect(pm.response.responseTime).to.be.below(200)": [
        {"type": "response-time", "operator": "lt", "expected": 200}
    ],
    "pm.expect(pm.response.headers.get('X-A')).to.eql('b')": [
        {"type": "header", "name": "X-A", "operator": "eq", "expected": "b"}
    ],
    "pm.expect(pm.cookies.get('s')).to.exist": [
        {"type": "cookie", "name": "s", "operator": "exists"}
    ],
    "pm.response.to.have.header('Content-Type')": [
        {"type": "header", "name": "Content-Type", "operator": "exists"}
    ],
    "pm.response.to.be.json": [
        {"type": "header", "name": "Content-Type", "operator": "contains", "expected": "json"}
    ],
    "pm.response.to.have.jsonBody('a.b', 7)": [at("$.a.b", "eq", 7)],
    "pm.response.to.be.withBody": [{"type": "body", "operator": "exists"}],
    "pm.response.to.have.jsonSchema({type: 'object', required: ['a']})": [
        {"type": "schema", "expected": {"type": "object", "required": ["a"]}}
    ],
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: str(list(CHECKS).index(check)))
def test_checks_become_assertions(check: str) -> None:
    case = read_case(test=f"{JSON}{check}")
    expected = CHECKS[check]
    if check.startswith("tests["):
        expected = [{**item, "description": "n"} for item in expected]
    assert case["response"]["assertions"] == expected


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("pm.response.to.have.status(201)", 201),
        ("pm.response.to.have.status('Created')", 201),
        ("pm.expect(pm.response.code).to.equal(404)", 404),
        ("pm.expect(pm.response.code).to.be.oneOf([200, 201])", [200, 201]),
        ("pm.response.to.be.ok", 200),
        ("pm.response.to.be.success", "2xx"),
        ("pm.expect(pm.response).to.be.notFound", 404),
        ("pm.response.to.be.error", ["4xx", "5xx"]),
        ("tests['c'] = responseCode.code === 204", 204),
        ("console.log('nothing')", None),
    ],
    ids=range(10),
)
def test_statuses_are_expected(check: str, expected: Any) -> None:
    case = read_case(test=f"pm.test('status', function () {{ {check} }});")
    assert case["response"]["expected_status_code"] == expected
    assert case["response"]["assertions"] == []


def test_a_status_that_is_excluded_leaves_the_others() -> None:
    response = read_case(test="pm.response.to.not.have.status(500)")["response"]
    assert response["expected_status_code"] == ["1xx", "2xx", "3xx", "4xx", "5xx"]
    assert response["assertions"] == [
        {"type": "status-code", "operator": "not-in", "expected": [500]}
    ]


def test_the_name_of_a_test_describes_its_checks() -> None:
    test = "pm.test(`has an ${'id'}`, () => { pm.expect(pm.response.json().id).to.exist; })"
    (assertion,) = read_case(test=test)["response"]["assertions"]
    assert assertion["description"] == "has an id"


def test_what_is_set_is_captured_and_used() -> None:
    login = build_item(
        "Log in",
        method="POST",
        test=f"{JSON}pm.environment.set('token', jsonData.access_token);\n"
        "pm.globals.set('user', jsonData.user.id); pm.collectionVariables.set('n', 7)\n"
        "pm.environment.set('trace', pm.response.headers.get('X-Trace'));\n"
        "pm.environment.set('auth', 'Bearer ' + jsonData.access_token)",
    )
    use = build_item(
        "Use",
        "{{baseUrl}}/users/{{user}}?n={{n}}",
        header=[{"key": "X-Token", "value": "{{token}}"}, {"key": "X-Trace", "value": "{{trace}}"}],
        test="pm.expect(pm.response.json().id).to.eql(pm.globals.get('user'))",
    )
    first, second = read_cases(login, use)
    assert first["response"]["capture_vars"] == {
        "token": {"path": "$.access_token", "secret": True},
        "user": "$.user.id",
        "trace": {"from": "header", "name": "X-Trace"},
    }
    assert second["endpoint"]["path"] == "/users/{{captured_data.log-in.user}}"
    assert second["request"]["query_params"] == {"n": "7"}
    assert second["request"]["headers"] == {
        "X-Token": "{{captured_data.log-in.token}}",
        "X-Trace": "{{captured_data.log-in.trace}}",
    }
    assert second["response"]["assertions"] == [at("$.id", "eq", "{{captured_data.log-in.user}}")]
    assert second["dependencies"] == [
        {"required_test_key": "log-in", "dependency_type": "data", "condition": "passed"}
    ]


def test_what_is_set_on_a_condition_need_not_be_there() -> None:
    test = f"{JSON}if (pm.response.code === 200) {{ pm.environment.set('id', jsonData.id) }}"
    captures = read_case(test=test)["response"]["capture_vars"]
    assert captures == {"id": {"path": "$.id", "required": False}}


def test_values_are_made_before_a_request() -> None:
    case = read_case(
        before="pm.variables.set('id', pm.variables.replaceIn('{{$guid}}'));\n"
        "pm.environment.set('now', new Date().toISOString());\n"
        "pm.environment.set('n', Math.floor(Math.random() * 100) + 1);",
        url="{{baseUrl}}/{{id}}/{{id}}?at={{now}}&n={{n}}",
    )
    assert case["endpoint"]["path"] == "/{{$guid#id}}/{{$guid#id}}"
    assert case["request"]["query_params"] == {
        "at": "{{$isoTimestamp#now}}",
        "n": "{{$randomInt(1, 100)#n}}",
    }


def test_what_is_not_translated_is_told_with_its_line() -> None:
    item = build_item(
        test="pm.test('x', function () {\n"
        "  jsonData = pm.response.json();\n"
        "  jsonData.items.forEach(function (item) { pm.expect(item.id).to.exist });\n"
        "  pm.expect(jsonData.items.filter(i => i.a).length).to.eql(1);\n"
        "});\n"
        "for (const a of b) { c(a); }\n"
        "pm.sendRequest('https://other.example', () => {});\n"
        "pm.environment.set('x', CryptoJS.SHA256('a').toString());\n"
        "postman.setNextRequest('Other');"
    )
    notices = list_notices(read(build_collection(item)))
    lines = {int(place.rpartition(" ")[2]) for place in notices}
    assert lines == {3, 4, 6, 7, 8, 9}
    assert all(place.startswith("/item/0/event/0/script/exec line ") for place in notices)


def test_scripts_of_folders_hold_for_their_requests() -> None:
    check = {
        "event": [
            {"listen": "test", "script": {"exec": ["pm.response.to.have.status(200);", "a.b()"]}}
        ]
    }
    folder = {"name": "Folder", "item": [build_item("A"), build_item("B")], **check}
    collection = build_collection(folder, build_item("C"))
    imported = read(collection)
    statuses = [item.case.response.expected_status_code for item in imported.cases]
    assert statuses == [200, 200, None]
    # Told once, not for each request.
    assert list(list_notices(imported)) == ["/item/0/event/0/script/exec line 2"]


def test_a_bad_assertion_does_not_cost_the_case() -> None:
    item = build_item(
        test="pm.expect(pm.response.text()).to.match(/(?<a/);\n"
        "pm.response.to.have.jsonSchema({type: 'nonsense'});\n"
        "pm.expect(pm.response.json().a).to.eql(1)"
    )
    imported = read(build_collection(item))
    (case,) = imported.cases
    assert [assertion.path for assertion in case.case.response.assertions] == ["$.a"]
    assert len(imported.notices) == 2


def test_checks_of_a_good_answer_have_no_condition() -> None:
    script = (
        "const isGood = responseCode.code === 200;\ntests['good'] = isGood;\n"
        "if (isGood) {\n  tests['id'] = pm.response.json().hasOwnProperty('id');\n"
        "  if (pm.response.json().more) { tests['more'] = pm.response.json().more === 1; }\n}\n"
        "if (pm.response.code == 404) { tests['none'] = pm.response.json().id === 0; }"
    )
    imported = read(build_collection(build_item(test=script)))

    (case,) = (item.case for item in imported.cases)
    assert case.response.expected_status_code == 200
    assert [(entry.path, entry.operator) for entry in case.response.assertions] == [
        ("$.id", "exists")
    ]
    assert len(list_notices(imported)) == 2


def test_what_a_script_keeps_of_a_part_that_may_be_missing_is_used_later() -> None:
    script = "var user = JSON.parse(responseBody).user || {};\npm.globals.set('token', user.token);"
    _, second = read_cases(build_item("A", test=script), build_item("B", url="{{base}}/{{token}}"))

    assert second["endpoint"]["path"].endswith("/{{captured_data.a.token}}")
