"""Requests of collections: addresses, headers, bodies, authentication and secrets."""

import base64
import json
from typing import Any

import pytest

from tests.catalog.importers.postman.collections import (
    Document,
    build_auth,
    build_collection,
    build_item,
    build_raw,
    list_notices,
    read,
    read_case,
    read_cases,
)


def test_folders_become_suites() -> None:
    inner = {"name": "Inner", "item": [build_item("A"), build_item("A")], "description": "Why"}
    imported = read(
        build_collection({"name": "Outer", "item": [inner, build_item("B")]}, build_item("C"))
    )
    assert [
        (suite.name, suite.description, [item.origin for item in suite.cases])
        for suite in imported.suites
    ] == [
        ("Outer / Inner", "Why", ["Outer / Inner / A", "Outer / Inner / A #2"]),
        ("Outer", None, ["Outer / B"]),
        ("Shop", None, ["C"]),
    ]
    assert [item.case.name for item in imported.cases] == ["A", "A #2", "B", "C"]
    assert [item.case.key for item in imported.cases] == ["a", "a-2", "b", "c"]


def test_paths_are_relative_to_where_most_requests_go() -> None:
    items = [
        build_item("A", "{{baseUrl}}/a/:id", method="PUT"),
        build_item("B", "https://api.example.com/v1/b"),
        build_item("C", {"host": ["other", "example"], "path": ["c"], "protocol": "https"}),
        build_item("D", "{{baseUrl}}/d?x=1&x=2&y=a%20b#fragment"),
    ]
    variables = [{"key": "baseUrl", "value": "https://api.example.com/v1"}]
    imported = read(build_collection(*items, variable=variables))
    cases = [item.case for item in imported.cases]
    assert imported.base_url == "https://api.example.com/v1"
    assert [case.endpoint.path for case in cases] == [
        "/a/{id}",
        "https://api.example.com/v1/b",
        "https://other.example/c",
        "/d",
    ]
    assert cases[0].request.path_params == {"id": "{{env.id}}"}
    assert cases[3].request.query_params == {"x": ["1", "2"], "y": "a b"}
    # The base is no variable of the tests; what nobody has given a value is one.
    assert [variable.key for variable in imported.variables] == ["id"]
    assert "id" in list_notices(imported, "changed")["/variable"]


def test_what_is_disabled_is_left_out_and_told() -> None:
    off = {"key": "off", "value": "1", "disabled": True}
    item = build_item(
        url={"raw": "{{baseUrl}}/a", "query": [{"key": "q", "value": "{{v}}"}, off]},
        method="POST",
        header=[{"key": "X-A", "value": "b"}, {"key": "Host", "value": "x"}, off],
        body={"mode": "urlencoded", "urlencoded": [{"key": "f", "value": "1"}, off]},
    )
    imported = read(build_collection(item))
    (case,) = (item.case for item in imported.cases)
    assert case.request.query_params == {"q": "{{env.v}}"}
    assert case.request.headers == {"X-A": "b"}
    assert case.request.body == {"f": "1"}
    assert sorted(list_notices(imported)) == [
        "/item/0/request/body/urlencoded/1",
        "/item/0/request/header/1",
        "/item/0/request/header/2",
        "/item/0/request/url/query/1",
    ]


BODIES: list[tuple[Any, str, Any]] = [
    (build_raw('{"a": "{{x}}", "n": {{n}}, "l": [1, null]}'), "json",
     {"a": "{{env.x}}", "n": "{{env.n | parse}}", "l": [1, None]}),
    (build_raw('{"g": "{{$guid}}", "i": {{$randomInt}}, "t": "\\\\{{"}'), "json",
     {"g": "{{$guid | string}}", "i": "{{$randomInt(0, 1000)}}", "t": "\\\\{{"}),
    (build_raw('{"broken": {{x}'), "json", '{"broken": \\{{x}'),
    (build_raw("<a>{{x}}</a>", "xml"), "xml", "<a>{{env.x}}</a>"),
    (build_raw("C:\\{{x}} {{{x}}}", "text"), "text",
     'C:{{"\\\\"}}{{env.x}} {{"{"}}{{env.x}}}'),
    ({"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "1"}, {"key": "a", "value": "{{x}}"}]},
     "x-www-form-urlencoded", {"a": ["1", "{{env.x}}"]}),
    ({"mode": "formdata", "formdata": [{"key": "t", "value": "1", "type": "text"},
                                       {"key": "f", "type": "file", "src": "/home/ada/logo.svg"}]},
     "form-data", {"t": "1", "f": {"filename": "logo.svg", "content": ""}}),
    ({"mode": "graphql", "graphql": {"query": "query Q($id: ID!) { a(id: $id) }",
                                     "variables": '{"id": "{{x}}"}'}},
     "graphql", {"query": "query Q($id: ID!) { a(id: $id) }", "variables": {"id": "{{env.x}}"}}),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(BODIES)))
def test_bodies(number: int) -> None:
    body, body_type, expected = BODIES[number]
    case = read_case(method="POST", body=body)
    assert (case["request"]["body_type"], case["request"]["body"]) == (body_type, expected)


def test_bodies_that_are_not_sent_are_told() -> None:
    imported = read(
        build_collection(
            build_item("A", method="POST", body={"mode": "file", "file": {"src": "/a.bin"}}),
            build_item("B", body=build_raw("{}")),
            build_item("C", method="POST", body={**build_raw("{}"), "disabled": True}),
        )
    )
    assert [item.case.request.body for item in imported.cases] == [None, None, None]
    assert sorted(list_notices(imported)) == [f"/item/{number}/request/body" for number in range(3)]


AUTHENTICATIONS: list[tuple[Document | None, Document]] = [
    (build_auth("bearer", token="{{tok}}"),
     {"auth_type": "bearer", "auth_token_ref": "env.tok", "auth": {}}),
    (build_auth("bearer", token="secret-literal"),
     {"auth_type": "bearer", "auth_token_ref": "env.BEARER_TOKEN", "auth": {}}),
    (build_auth("basic", username="ada", password="secret-literal"),
     {"auth_type": "basic", "auth": {"username": "ada", "password": "{{env.PASSWORD}}"}}),
    ({"type": "digest", "digest": {"username": "{{u}}", "password": "{{p}}"}},
     {"auth_type": "digest", "auth": {"username": "{{env.u}}", "password": "{{env.p}}"}}),
    (build_auth("apikey", key="X-Key", value="secret-literal", **{"in": "query"}),
     {"auth_type": "api-key", "auth_token_ref": "env.API_KEY",
      "auth": {"in": "query", "name": "X-Key"}}),
    (build_auth("oauth2", grant_type="client_credentials", accessTokenUrl="https://a.example/t",
                clientId="me", clientSecret="secret-literal", scope="a b"),
     {"auth_type": "oauth2",
      "auth": {"grant": "client_credentials", "token_url": "https://a.example/t", "client_id": "me",
               "client_secret": "{{env.CLIENT_SECRET}}", "scope": "a b"}}),
    (build_auth("oauth2", grant_type="authorization_code", accessToken="secret-literal"),
     {"auth_type": "bearer", "auth_token_ref": "env.ACCESS_TOKEN", "auth": {}}),
    (build_auth("awsv4", accessKey="secret-literal", secretKey="{{s}}", region="eu-central-1"),
     {"auth_type": "aws-sigv4",
      "auth": {"access_key_id": "{{env.AWS_ACCESS_KEY_ID}}", "secret_access_key": "{{env.s}}",
               "region": "eu-central-1", "service": "execute-api"}}),
    (build_auth("jwt", algorithm="HS256", secret="secret-literal", payload='{"iss": "i", "a": 1}'),
     {"auth_type": "jwt-hs256",
      "auth": {"api_key": "i", "api_secret": "{{env.JWT_SECRET}}", "claims": {"a": 1}}}),
    ({"type": "noauth"}, {"auth_type": "none"}),
    (build_auth("hawk", authId="a", authKey="secret-literal"), {"auth_type": "none"}),
    (None, {"auth_type": "basic"}),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(AUTHENTICATIONS)))
def test_authentication_is_inherited_and_keeps_no_secret(number: int) -> None:
    auth, expected = AUTHENTICATIONS[number]
    inherited = build_auth("basic", username="of-collection", password="secret-literal")
    imported = read(build_collection(build_item(auth=auth), auth=inherited))
    (case,) = (item.case.model_dump(mode="json", by_alias=True) for item in imported.cases)
    assert {name: case["request"][name] for name in expected} == expected
    assert "secret-literal" not in repr(imported)
    named = {variable.key for variable in imported.variables if variable.is_secret}
    for part in (case["request"]["auth_token_ref"] or "", *case["request"]["auth"].values()):
        if (
            isinstance(part, str)
            and part.removeprefix("{{").startswith("env.")
            and "u}}" not in part
        ):
            assert part.strip("{}").removeprefix("env.") in named


def test_what_cannot_be_authenticated_is_told_once() -> None:
    folder = {
        "name": "F",
        "item": [build_item("A"), build_item("B")],
        "auth": build_auth("ntlm", username="a", password="secret-literal"),
    }
    imported = read(build_collection(folder))
    assert list(list_notices(imported)) == ["/item/0/auth"]
    assert "secret-literal" not in repr(imported)


def test_secrets_become_variables_wherever_they_stand() -> None:
    item = build_item(
        "Log in",
        "{{baseUrl}}/a?api_key=secret-1&page_token=next",
        method="POST",
        header=[
            {"key": "X-Api-Key", "value": "secret-2"},
            {"key": "Cookie", "value": "session=secret-3"},
            {"key": "Authorization", "value": "Bearer secret-4"},
            {"key": "X-Plain", "value": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.secret-5"},
        ],
        body=build_raw('{"user": {"password": "secret-6"}, "pin": {{secret}}, "token_type": "x"}'),
    )
    variables = [
        {"key": "client_secret", "value": "secret-7"},
        {"key": "hidden", "value": "secret-8", "type": "secret"},
        {"key": "plain", "value": "shown"},
    ]
    imported = read(build_collection(item, variable=variables))
    (case,) = (item.case for item in imported.cases)
    assert "secret-" not in repr(imported)
    assert case.request.query_params == {"api_key": "{{env.API_KEY}}", "page_token": "next"}
    assert case.request.cookies == {"session": "{{env.SESSION_COOKIE}}"}
    assert case.request.auth_token_ref == "env.BEARER_TOKEN"
    assert case.request.body["user"] == {"password": "{{env.PASSWORD}}"}
    assert case.request.body["token_type"] == "x"
    values = {variable.key: variable.value for variable in imported.variables}
    assert values["plain"] == "shown"
    assert all(value is None for key, value in values.items() if key != "plain")


def test_scripts_and_addresses_keep_no_secrets() -> None:
    item = build_item(
        url="https://ada:secret-1@a.example/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.secret-2/b",
        header=[{"key": "X-Custom", "value": "{{apiKey}} {{user}}"}],
        before="pm.environment.set('apiKey', 'secret-3'); pm.environment.set('user', 'ada');\n"
        "pm.sendRequest({password: 'secret-4'})",
        test="pm.expect(pm.response.json().password).to.eql('secret-5');\n"
        "pm.expect(pm.response.json().token).to.be.a('string');\n"
        "other('a text that is longer than others and so perhaps secret-6')",
    )
    imported = read(build_collection(item))
    (case,) = (item.case for item in imported.cases)
    assert "secret-" not in repr(imported)
    assert imported.base_url == "https://a.example"
    assert case.endpoint.path == "/{{env.URL_PART}}/b"
    assert case.request.headers == {"X-Custom": "{{env.apiKey}} ada"}
    assert [assertion.expected for assertion in case.response.assertions] == [
        "{{env.PASSWORD_2}}",
        "string",
    ]
    assert len(list_notices(imported)) == 2


def test_requests_travel_as_in_postman() -> None:
    behavior = {"followRedirects": False, "strictSSL": False, "disableCookies": True}
    usual, changed = read_cases(
        build_item("A"), build_item("B", item={"protocolProfileBehavior": behavior})
    )
    assert usual["request"]["transfer"] == {"redirects": {"follow": True, "maximum": 10}}
    assert changed["request"]["transfer"] == {"cookies": "off", "tls": {"verify": False}}


def test_requests_that_share_a_value_stay_in_order() -> None:
    made = "pm.environment.set('id', pm.response.json().id)"
    url = "{{baseUrl}}/things/{{id}}"
    cases = read_cases(
        build_item("Make", method="POST", test=made),
        build_item("Read", url),
        build_item("List", url),
        build_item("Change", url, method="PUT"),
        build_item("Again", url),
        build_item("Remove", url, method="DELETE"),
        build_item("Other"),
    )
    required = {
        case["key"]: {
            (entry["required_test_key"], entry["condition"]) for entry in case["dependencies"]
        }
        for case in cases
    }
    assert required == {
        "make": set(),
        "read": {("make", "passed")},
        "list": {("make", "passed")},
        "change": {("make", "passed"), ("read", "completed"), ("list", "completed")},
        "again": {("make", "passed"), ("change", "completed")},
        "remove": {("make", "passed"), ("again", "completed")},
        "other": set(),
    }


def test_users_in_addresses_and_headers_are_authentication() -> None:
    basic = base64.b64encode(b"ada:lovelace1815").decode()
    first, second = read_cases(
        build_item("A", "https://ada:lovelace1815@a.example/a"),
        build_item(
            "B", "https://a.example/b", header=[{"key": "Authorization", "value": f"Basic {basic}"}]
        ),
    )

    assert first["endpoint"]["path"] == "/a"
    for case in (first, second):
        assert case["request"]["auth_type"] == "basic"
        assert case["request"]["auth"] == {"username": "ada", "password": "{{env.PASSWORD}}"}
    assert second["request"]["headers"] == {}


def test_dynamic_variables_of_many_kinds_have_values() -> None:
    names = ("randomProduct", "randomJobTitle", "randomLoremParagraph", "randomCatsImage")
    case = read_case(
        method="POST", body=build_raw(json.dumps([f"{{{{${name}}}}}" for name in names]))
    )

    assert case["request"]["body"] == [
        "{{$randomWord | string}}",
        "{{$randomWords(2) | string}}",
        "{{$randomSentence | string}}",
        "{{$randomUrl | string}}",
    ]
