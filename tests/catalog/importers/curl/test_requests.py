"""What the options of curl become."""

from typing import Any

import pytest

from app.catalog.importers.curl.reader import CurlReader
from tests.catalog.importers.texts import list_cases, list_told, read_case, read_request, show_all

CURL = CurlReader()


@pytest.mark.parametrize(
    ("options", "method"),
    [
        ("", "GET"),
        ("-X PATCH", "PATCH"),
        ("-XDELETE", "DELETE"),
        ("--request=PUT", "PUT"),
        ("-d a=b", "POST"),
        ("-F a=b", "POST"),
        ("--json '{}'", "POST"),
        ("-G -d a=b", "GET"),
        ("-I", "HEAD"),
        ("-sSLI", "HEAD"),
        ("-d a=b -X PUT", "PUT"),
    ],
)
def test_methods(options: str, method: str) -> None:
    case = read_case(CURL, f"curl {options} https://shop.example/a/b")
    assert case["endpoint"] == {"method": method, "path": "/a/b"}


@pytest.mark.parametrize(
    ("options", "body_type", "body"),
    [
        ("-d a=1 -d 'b=x%20y' -d b=z", "x-www-form-urlencoded", {"a": "1", "b": ["x y", "z"]}),
        ("--data-urlencode 'q=a b&c'", "x-www-form-urlencoded", {"q": "a b&c"}),
        ("--data-urlencode '=a b'", "x-www-form-urlencoded", "a%20b"),
        ("-d plain", "x-www-form-urlencoded", "plain"),
        ("-H 'Content-Type: text/plain' -d 'a=b'", "text", "a=b"),
        ("-H 'content-type: application/xml' -d '<a/>'", "xml", "<a/>"),
        ("-F a=b -F 'a=c'", "form-data", {"a": ["b", "c"]}),
        ("--form-string 'a=@b'", "form-data", {"a": "@b"}),
        (
            "-F 'f=@docs/x.pdf;type=application/pdf'",
            "form-data",
            {"f": {"filename": "x.pdf", "content": "", "content_type": "application/pdf"}},
        ),
    ],
)
def test_bodies(options: str, body_type: str, body: Any) -> None:
    request = read_request(CURL, f"curl {options} https://shop.example/")
    assert (request.get("body_type"), request["body"]) == (body_type, body)


@pytest.mark.parametrize(
    ("options", "body"),
    [
        ("""--json '{"a": [1, null]}'""", {"a": [1, None]}),
        ("""-d '{"a": "b"}'""", {"a": "b"}),
        ("""-d '[1]' -H 'content-type: application/problem+json'""", [1]),
        ("""--json '{"a": ' --json '1}'""", {"a": 1}),
        ("""--json '{"a": $N, "b": "'"$B"'"}'""", '{"a": $N, "b": "{{env.B}}"}'),
        ("""--json "{\\"a\\": $N, \\"b\\": \\"$B\\"}" """, {"a": "{{env.N}}", "b": "{{env.B}}"}),
        ("""--json '{broken'""", "{broken"),
    ],
)
def test_json(options: str, body: Any) -> None:
    request = read_request(CURL, f"curl {options} https://shop.example/")
    assert request.get("body_type", "json") == "json"
    assert request["body"] == body


def test_data_in_the_query() -> None:
    text = "curl -G 'https://shop.example/a?x=1' -d q=a --data-urlencode 'r=b c' --url-query x=2"
    assert read_request(CURL, text)["query_params"] == {"x": ["1", "2"], "q": "a", "r": "b c"}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            "-u ada:lovelace1815",
            {"auth_type": "basic", "auth": {"username": "ada", "password": "{{env.PASSWORD}}"}},
        ),
        (
            "--digest -u ada:lovelace1815",
            {"auth_type": "digest", "auth": {"username": "ada", "password": "{{env.PASSWORD}}"}},
        ),
        (
            "-H 'Authorization: Basic YWRhOmxvdmVsYWNlMTgxNQ=='",
            {"auth_type": "basic", "auth": {"username": "ada", "password": "{{env.PASSWORD}}"}},
        ),
        (
            "-H 'Authorization: Bearer lovelace1815'",
            {"auth_type": "bearer", "auth_token_ref": "env.TOKEN"},
        ),
        (
            '--oauth2-bearer "${MY_TOKEN}"',
            {"auth_type": "bearer", "auth_token_ref": "env.MY_TOKEN"},
        ),
        (
            "-H 'authorization: Token lovelace1815'",
            {"headers": {"Authorization": "Token {{env.AUTHORIZATION}}"}},
        ),
        (
            "--aws-sigv4 aws:amz:eu-central-1:execute-api -u AKID:lovelace1815",
            {
                "auth_type": "aws-sigv4",
                "auth": {
                    "access_key_id": "{{env.ACCESS_KEY_ID}}",
                    "secret_access_key": "{{env.SECRET_ACCESS_KEY}}",
                    "region": "eu-central-1",
                    "service": "execute-api",
                },
            },
        ),
        (
            "-b 'sid=lovelace1815; b=x'",
            {"cookies": {"sid": "{{env.COOKIE_SID}}", "b": "{{env.COOKIE_B}}"}},
        ),
        ("-H 'Cookie: sid=lovelace1815'", {"cookies": {"sid": "{{env.COOKIE_SID}}"}}),
        ("-H 'X-Api-Key: lovelace1815'", {"headers": {"X-Api-Key": "{{env.X_API_KEY}}"}}),
        ("-G -d api_key=lovelace1815", {"query_params": {"api_key": "{{env.API_KEY}}"}}),
        (
            """--json '{"user": {"password": "lovelace1815"}}'""",
            {
                "headers": {"Accept": "application/json"},
                "body": {"user": {"password": "{{env.PASSWORD}}"}},
            },
        ),
        (
            "-H 'content-type: text/xml' -d '<p:password>lovelace1815</p:password>'",
            {
                "headers": {"content-type": "text/xml"},
                "body_type": "xml",
                "body": "<p:password>{{env.P_PASSWORD}}</p:password>",
            },
        ),
        ("-x http://u:lovelace1815@proxy:1", {"transfer": {"proxy": "{{env.PROXY}}"}}),
    ],
)
def test_secrets_become_variables_without_values(options: str, expected: dict[str, Any]) -> None:
    imported = CURL.read(f"curl {options} https://shop.example/")

    assert list_cases(imported)[0]["request"] == expected
    assert all(variable.value is None for variable in imported.variables)
    assert all(variable.is_secret for variable in imported.variables)
    assert "lovelace1815" not in show_all(imported)
    assert "bG92ZWxhY2Ux" not in show_all(imported)


@pytest.mark.parametrize(
    "command",
    [
        "PASSWORD=lovelace1815 sudo curl https://shop.example",
        "curl -u lovelace1815: https://shop.example",
        "curl 'https://shop.example?sig=lovelace1815'",
        "curl https://shop.example -H 'X-Login: Bearer lovelace1815'",
        "curl https://shop.example -d 'a=b;client_secret=lovelace1815' -H 'content-type: a/b'",
        """curl https://shop.example -d '{"password": "lovelace1815", broken'""",
        "curl https://shop.example -H 'content-type: text/plain' -d 'password: lovelace1815'",
        "curl https://shop.example -F 'password=lovelace1815'",
        "curl https://shop.example --cert a.pem:lovelace1815 --pass lovelace1815",
        "curl https://shop.example --json '\"Bearer lovelace1815\"'",
    ],
)
def test_secrets_elsewhere_are_found_too(command: str) -> None:
    imported = CURL.read(command)
    assert len(list_cases(imported)) == 1
    assert "lovelace1815" not in show_all(imported)


def test_a_password_in_an_address_is_a_secret() -> None:
    imported = CURL.read("curl https://ada:lovelace1815@shop.example/a")
    assert list_cases(imported)[0]["request"]["auth_type"] == "basic"
    assert imported.base_url == "https://shop.example"
    assert "lovelace1815" not in show_all(imported)


def test_the_way_to_the_target() -> None:
    options = "-L --max-redirs 3 -k --http2 -m 2.5 --connect-timeout 1 --retry 4 --cacert ca.pem"
    case = read_case(CURL, f"curl {options} https://shop.example/")
    assert case["timeout_ms"] == 2500
    assert case["retry"] == {"transport": {"attempts": 5}}
    assert case["request"]["transfer"] == {
        "redirects": {"follow": True, "maximum": 3},
        "tls": {"verify": False, "ca": "{{env.CLIENT_CA}}"},
        "http_version": "2",
        "timeouts": {"connect_ms": 1000},
    }


def test_headers() -> None:
    options = "-A agent -e https://a.example -H 'X-A: 1' -H 'x-a: 2' -H 'Accept:' -H 'X-Empty;'"
    assert read_request(CURL, f"curl {options} https://shop.example/")["headers"] == {
        "X-A": "1, 2",
        "X-Empty": "",
        "User-Agent": "agent",
        "Referer": "https://a.example",
    }


def test_what_is_not_imported_is_told_by_name() -> None:
    imported = CURL.read(
        "curl -sS --compressed -o out \\\n --resolve a:1:b --frob -d @file https://shop.example/\n"
    )
    assert list_told(imported) == [
        ("line 1", "--data names a file, which is not here."),
        ("line 2", "The option --resolve is not imported."),
        ("line 2", "The option --frob is not imported."),
    ]


def test_other_methods_and_schemes_are_told() -> None:
    imported = CURL.read("curl -X PURGE https://a.example; curl ftp://a.example/f")
    assert list_cases(imported) == []
    assert [text for _, text in list_told(imported)] == [
        "Tests cannot send the method PURGE.",
        "Only http and https addresses can be tested.",
    ]


def test_the_default_check_is_a_suggestion() -> None:
    imported = CURL.read("curl https://shop.example/")
    case = list_cases(imported)[0]
    assert case["response"] == {"expected_status_code": ["2xx", "3xx"]}
    assert len(list_told(imported, "suggested")) == 1
