"""What entries of Hurl files become."""

from typing import Any

import pytest

from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.hurl.reader import HurlReader
from tests.catalog.importers.texts import (
    Document,
    list_cases,
    list_told,
    read_case,
    read_request,
    show_all,
)

HURL = HurlReader()


def read_response(expected: str) -> Document:
    return read_case(HURL, f"GET https://shop.example/a\n{expected}")["response"]


@pytest.mark.parametrize(
    ("written", "request_part"),
    [
        ("X-A: 1 # comment\nX-B: a\\#b", {"headers": {"X-A": "1", "X-B": "a#b"}}),
        ("[QueryStringParams]\na: b c\na: d", {"query_params": {"a": ["b c", "d"]}}),
        ("[Query]\na: {{b}}", {"query_params": {"a": "{{env.b}}"}}),
        ("[FormParams]\na: b", {"body_type": "x-www-form-urlencoded", "body": {"a": "b"}}),
        (
            "[MultipartFormData]\na: b\nf: file,d/x.bin; application/zip",
            {
                "body_type": "form-data",
                "body": {
                    "a": "b",
                    "f": {"filename": "x.bin", "content": "", "content_type": "application/zip"},
                },
            },
        ),
        ("[Cookies]\nsid: lovelace1815", {"cookies": {"sid": "{{env.COOKIE_SID}}"}}),
        (
            "[BasicAuth]\nada: lovelace1815",
            {"auth_type": "basic", "auth": {"username": "ada", "password": "{{env.PASSWORD}}"}},
        ),
        (
            "Authorization: Bearer {{token}}",
            {"auth_type": "bearer", "auth_token_ref": "env.token"},
        ),
        (
            '{"a": {{n}}, "b": "{{n}}", "c": "}"}',
            {"body": {"a": "{{env.n}}", "b": "{{env.n}}", "c": "}"}},
        ),
        ("[\n  1, # no\n  2\n]", {"body": "[\n  1, # no\n  2\n]"}),
        ('"text"', {"body": "text"}),
        ("true", {"body": True}),
        (
            '<?xml version="1.0"?>\n<a><!-- </a> --><b x="1"/></a>',
            {"body_type": "xml", "body": '<?xml version="1.0"?>\n<a><!-- </a> --><b x="1"/></a>'},
        ),
        ("```\na\nb\n```", {"body_type": "text", "body": "a\nb\n"}),
        ("```json\n[1]\n```", {"body": [1]}),
        ("`a b`", {"body_type": "text", "body": "a b"}),
        (
            '```graphql\nquery { a }\nvariables {"x": 1}\n```',
            {"body_type": "graphql", "body": {"query": "query { a }", "variables": {"x": 1}}},
        ),
    ],
)
def test_requests(written: str, request_part: dict[str, Any]) -> None:
    imported = HURL.read(f"POST https://shop.example/a\n{written}\nHTTP 200\n")
    assert list_cases(imported)[0]["request"] == request_part
    assert "lovelace1815" not in show_all(imported)


def test_generators() -> None:
    request = read_request(HURL, "GET https://shop.example/\n[Query]\na: {{newUuid}}{{newDate}}\n")
    assert request["query_params"] == {"a": "{{$uuid}}{{$isoTimestamp}}"}


@pytest.mark.parametrize(
    ("option", "fields"),
    [
        ("max-time: 5s", {"timeout_ms": 5000}),
        ("max-time: 250ms", {"timeout_ms": 250}),
        ("skip: true", {"enabled": False}),
        (
            "retry: 3\nretry-interval: 50ms",
            {
                "retry": {
                    "assertions": {"attempts": 4, "delay_ms": 50},
                    "transport": {"attempts": 4, "initial_ms": 50},
                }
            },
        ),
        (
            "location: true\nmax-redirs: 2",
            {"transfer": {"redirects": {"follow": True, "maximum": 2}}},
        ),
        ("insecure: true", {"transfer": {"tls": {"verify": False}}}),
        ("http2: true", {"transfer": {"http_version": "2"}}),
        ("connect-timeout: 2", {"transfer": {"timeouts": {"connect_ms": 2000}}}),
    ],
)
def test_options(option: str, fields: dict[str, Any]) -> None:
    case = read_case(HURL, f"GET https://shop.example/\n[Options]\n{option}\nHTTP 200\n")
    found = {**case, **case.get("request", {})}
    assert {name: found.get(name) for name in fields} == fields


def test_variables_of_options_are_those_of_the_environment() -> None:
    imported = HURL.read(
        "GET https://shop.example/\n[Options]\nvariable: size=12\nvariable: password=lovelace1815\n"
        "[Query]\na: {{size}}\nb: {{password}}\n"
    )
    assert [(entry.key, entry.value) for entry in imported.variables] == [
        ("size", "12"),
        ("password", None),
    ]


@pytest.mark.parametrize(
    ("written", "response"),
    [
        ("HTTP 201", {"expected_status_code": 201}),
        ("HTTP/1.1 201", {"expected_status_code": 201}),
        ("HTTP *", {"expected_status_code": ["1xx", "2xx", "3xx", "4xx", "5xx"]}),
        ("", {"expected_status_code": ["2xx", "3xx"]}),
        (
            "HTTP 200\nContent-Type: application/json",
            {"expected_status_code": 200, "expected_headers": {"Content-Type": "application/json"}},
        ),
        (
            'HTTP 200\n{"a": "{{b}}"}',
            {
                "expected_status_code": 200,
                "body_match_type": "exact",
                "expected_body": {"a": "{{env.b}}"},
            },
        ),
        (
            "HTTP 200\n`ok`",
            {"expected_status_code": 200, "body_match_type": "exact", "expected_body": "ok"},
        ),
    ],
)
def test_answers(written: str, response: dict[str, Any]) -> None:
    assert read_response(written) == response


def test_a_host_that_is_a_variable_is_the_base_url() -> None:
    imported = HURL.read("GET {{host}}/a\nGET {{host}}/b\nGET {{other}}/c\n")
    assert [case["endpoint"]["path"] for case in list_cases(imported)] == [
        "/a",
        "/b",
        "{{env.other}}/c",
    ]
    assert [entry.key for entry in imported.variables] == ["other"]
    assert any("{{host}} is the base URL" in text for _, text in list_told(imported, "changed"))


def test_entries_are_named_by_the_comment_above() -> None:
    imported = HURL.read(
        "# first\n\n# Log in\n# again\nPOST https://a.example/x\n\nGET https://a.example/y"
    )
    assert [(item.case.name, item.origin, item.case.order_index) for item in imported.cases] == [
        ("Log in", "POST a.example/x", 0),
        ("GET /y", "GET a.example/y", 1),
    ]


def test_what_is_not_imported_is_told_with_the_line() -> None:
    imported = HURL.read(
        "POST https://a.example/\n[Options]\ncacert: a.pem\n"
        "file,data.bin;\nHTTP/2 200\n[Captures]\na: sha256\n[Asserts]\n"
        'jsonpath "$.a" split "," count == 1\nurl == "x"\nbytes contains hex,00;\n'
        'header "a" isDate\nregex /a(b)/ == "b"\n'
    )
    assert [place for place, _ in list_told(imported)] == [
        *("line 3", "line 4", "line 5", "line 9", "line 10", "line 11", "line 12", "line 13"),
        "line 7",
    ]


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("GET https://a.example\n[Nothing]\n", "line 2", "no section [Nothing]"),
        ("GET https://a.example\nHTTP 200\n[Query]\na: b", "line 3", "no section [Query]"),
        ('GET https://a.example\n{"a": [1\n', "line 2", "never closed"),
        ("GET https://a.example\n\n```\nabc", "line 3", "never closed"),
        ("GET https://a.example\n<a><b></a>", "line 2", "never closed"),
        ("GET https://a.example\nno header", "line 2", "name and a colon"),
        ("hello", "line 1", "A request such as"),
        (
            'GET https://a.example\nHTTP 200\n[Asserts]\njsonpath "$.a == 1',
            "line 4",
            "never closed",
        ),
        ('GET https://a.example\nHTTP 200\n[Asserts]\njsonpath "$.a" is 1', "line 4", "predicate"),
        ("GET https://a.example\nHTTP 200\n[Asserts]\nstatus == ", "line 4", "value is expected"),
        ("GET https://a.example\nHTTP 200\n[Asserts]\nstatus == 1 2", "line 4", "not understood"),
        ("# nothing\n", "line 1", "no request"),
    ],
)
def test_what_is_wrong_is_said_with_the_line(text: str, field: str, words: str) -> None:
    with pytest.raises(DocumentInvalidError) as caught:
        HURL.read(text)
    assert caught.value.field == field
    assert words in caught.value.detail
