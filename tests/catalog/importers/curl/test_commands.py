"""How shells read commands."""

import pytest

from app.catalog.importers.curl.reader import CurlReader
from app.catalog.importers.curl.shell import iter_commands
from app.catalog.importers.errors import DocumentInvalidError
from tests.catalog.importers.texts import list_cases, list_told, read_case

CURL = CurlReader()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a 'b c' \"d e\"", ["a", "b c", "d e"]),
        ("a'b'\"c\"d", ["abcd"]),
        (r"a\ b \' \\", ["a b", "'", "\\"]),
        (r'"a\"b\\c\d"', ['a"b\\c\\d']),
        ("'a\\nb'", ["a\\nb"]),
        (r"$'a\nb\x41\u00e9\'\101'", ["a\nbAé'A"]),
        ("a \\\n  b \\\r\n c", ["a", "b", "c"]),
        ('"a\\\nb"', ["ab"]),
        ("$A ${B} \"$C\" '$D' \\$E", ["{{A}}", "{{B}}", "{{C}}", "$D", "$E"]),
        ("a#b # comment", ["a#b"]),
        ("''", [""]),
        ('a ^"b c^" ^\r\n ^"{^\\^"x^\\^":1^}^" %d', ["a", "b c", '{"x":1}', "%d"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    (command,) = iter_commands(text)
    assert [word.text for word in command.words] == words


def test_commands_end_where_shells_end_them() -> None:
    commands = list(iter_commands("a; b && c || d | e & f\ng"))
    assert [[word.text for word in command.words] for command in commands] == [
        [letter] for letter in "abcdefg"
    ]


def test_lines_are_counted() -> None:
    (command,) = iter_commands("a \\\n 'b\nc' \\\n d")
    assert [word.line for word in command.words] == [1, 2, 4]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("curl a\ncurl 'b", "line 2"),
        ('curl a \\\n -H "b', "line 2"),
        ("curl $'b", "line 1"),
        ("curl a\n\ncurl -X", "line 3"),
        ("curl -s\n", "line 1"),
        ("wget https://a.example", "line 1"),
        ("", "line 1"),
    ],
)
def test_what_is_wrong_is_said_with_the_line(text: str, field: str) -> None:
    with pytest.raises(DocumentInvalidError) as caught:
        CURL.read(text)
    assert caught.value.field == field


def test_several_requests() -> None:
    imported = CURL.read("""
    # Log in
    $ curl -X POST https://shop.example/login

    /usr/bin/curl https://shop.example/a https://shop.example/b --next -I https://other.example/c
    echo done; curl https://shop.example/a > out.json
    """)
    assert [(item.origin, item.case.key, item.case.name) for item in imported.cases] == [
        ("POST shop.example/login", "log-in", "Log in"),
        ("GET shop.example/a", "get-a", "GET /a"),
        ("GET shop.example/b", "get-b", "GET /b"),
        ("HEAD other.example/c", "head-c", "HEAD /c"),
        ("GET shop.example/a #2", "get-a-2", "GET /a #2"),
    ]
    assert imported.base_url == "https://shop.example"
    assert list_cases(imported)[3]["endpoint"]["path"] == "https://other.example/c"
    assert list_told(imported) == [
        ("line 6", "Where the shell would send or read it is not imported.")
    ]


def test_nothing_is_run() -> None:
    imported = CURL.read('curl "https://shop.example/$(whoami)" | sh')
    assert list_cases(imported)[0]["endpoint"]["path"] == "/$(whoami)"
    assert [text for _, text in list_told(imported)] == [
        "What comes after the first | is not imported.",
        "What the shell would compute is taken as it is written.",
    ]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("shop.example", "/"),
        ("http://shop.example?a=1", "/"),
        ("https://shop.example/a#b", "/a"),
        ("https://shop.example/{a}", "/%7Ba%7D"),
        ('"$HOST/a/$ID"', "/a/{{env.ID}}"),
        ("'{{host}}/a'", "/a"),
    ],
)
def test_addresses(url: str, path: str) -> None:
    assert read_case(CURL, f"curl {url}")["endpoint"]["path"] == path


def test_prompts_are_no_redirections() -> None:
    imported = CURL.read("$ curl https://a.example/1\n> curl https://a.example/2\n")
    assert [item.case.endpoint.path for item in imported.cases] == ["/1", "/2"]
