"""Texts that are no cURL, Hurl or Bruno, or far too much of it."""

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalog.importers.bruno.reader import BrunoReader
from app.catalog.importers.curl.reader import CurlReader
from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.hurl.reader import HurlReader
from app.catalog.importers.model import Imported, Reader
from tests.catalog.importers.bruno.collections import BRU, OPEN_COLLECTION

READERS: dict[str, Reader] = {"curl": CurlReader(), "hurl": HurlReader(), "bruno": BrunoReader()}
GET = "GET https://shop.example/a\n"
ANSWER = f"{GET}HTTP 200\n"
BRU_GET = "get {\n  url: https://shop.example/a\n}\n"
# Far more than any of them takes, on a machine with much else to do.
MOST_SECONDS = 15.0

FULL_CURL = r"""curl -sSX POST "https://ada:pw@shop.example/a?b=$C" -H 'Authorization: Bearer x' \
 -b 'a=b' --data-raw $'{"a": "\u0041"}' -F 'f=@g;type=a/b' -L -m 3 ; curl ^"https://a^" -u a:b"""
FULL_HURL = r"""# Name
POST {{host}}/a/{{id}}
Authorization: Basic YTpi
[Options]
retry: 3
variable: a=b
[Cookies]
a: b
{"a": {{b}}, "c": "{{d}}"}
HTTP 200
A: b
[Captures]
t: jsonpath "$.a['b']" split "," nth 1
[Asserts]
jsonpath "$..a[?(@.b == 1)]" count > 3
body matches /a\/b/
<a><b/></a>
"""
WHOLE = {
    "curl": [FULL_CURL],
    "hurl": [FULL_HURL],
    "bruno": [BRU, OPEN_COLLECTION],
}
BITS = st.sampled_from(
    (
        *(
            "{{",
            "}}",
            '"',
            "'",
            "`",
            "```",
            "'''",
            "\\",
            "\n",
            "[",
            "{",
            "}",
            "]",
            ":",
            "#",
            "/",
            "$",
        ),
        *("$(", "^", "^\n", "\x00", "\ud800", "\ue000", "<", "<!--", "~", "*a", "&a", "é", "null"),
        *("HTTP 200\n", "[Asserts]\n", 'jsonpath "$" ', "-H", "--json", "@file(", "res.body", " "),
        *("{{newUuid}}", "{{$guid}}", "{{a b}}", "1e999", "9" * 30, "\r\n", "\\u{d800}", "%ff"),
    )
)


def read(name: str, text: str) -> Imported | None:
    """What is read, or None when the text is refused in the way that callers can be told."""
    try:
        return READERS[name].read(text)
    except DocumentInvalidError:
        return None


@pytest.mark.parametrize("name", READERS)
@given(text=st.text(max_size=300))
def test_any_text_is_read_or_refused(name: str, text: str) -> None:
    read(name, text)


@pytest.mark.parametrize("name", READERS)
@given(data=st.data())
def test_spoiled_texts_are_read_or_refused(name: str, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(WHOLE[name]))
    for _ in range(data.draw(st.integers(1, 5))):
        begin = data.draw(st.integers(0, len(text)))
        end = begin + data.draw(st.integers(0, 12))
        text = text[:begin] + data.draw(BITS) + text[end:]
    imported = read(name, text)
    stored = [item.case.model_dump_json() for item in imported.cases] if imported else []
    assert not any("\\u0000" in case for case in stored)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("curl", "curl https://a.example\n" * 50_000, "at most 1000"),
        ("hurl", ANSWER * 50_000, "at most 1000"),
        ("bruno", f"meta {{\n}}\n{BRU_GET}" * 50_000, "at most 1000"),
        ("bruno", json.dumps({"items": [{"type": "http"}] * 50_000}), "at most 1000"),
        ("curl", "curl 'a" * 50_001, "single quote is never closed"),
        ("curl", 'curl "' + "x" * 1_000_000, "double quote is never closed"),
        ("hurl", f"{GET}{'{' * 200_000}", "never closed"),
        ("hurl", f"{GET}{'<!--' * 200_000}", "never closed"),
        ("hurl", f"{GET}{'<a>' * 100_000}", "never closed"),
        ("hurl", f"{GET}a{' ' * 1_000_000}", "a name and a colon"),
        ("bruno", "get {\n" + "  a: '''\n" * 100_001, "never closed"),
        ("bruno", "opencollection: 1\nitems: " + "[" * 100_000, "nested deeper"),
        ("bruno", '{"items":' * 1_000, "not JSON"),
    ],
    ids=lambda value: re.sub(r"\W+", "_", str(value))[:20],
)
def test_too_much_is_refused_soon(name: str, text: str, words: str) -> None:
    began = time.process_time()
    with pytest.raises(DocumentInvalidError, match=f"(?i){words}"):
        READERS[name].read(text)
    assert time.process_time() - began < MOST_SECONDS


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("curl", "curl https://a.example " + "-H 'a: b' " * 20_000),
        ("curl", f"curl https://a.example -d '{'[' * 100_000}'"),
        ("curl", "curl https://a.example -d '" + '"\\' * 300_000 + "'"),
        ("curl", "curl https://a.example --json '" + '{"password":"' * 20_000 + "'"),
        ("curl", "curl https://a.example " + " ".join(f"-b a{n}=b" for n in range(10_000))),
        ("hurl", f"{ANSWER}[Asserts]\n" + 'jsonpath "$.a" == 1\n' * 10_000),
        ("hurl", f"{ANSWER}[Captures]\n" + "".join(f"a{n}: status\n" for n in range(10_000))),
        ("hurl", f"{ANSWER}[Asserts]\nbody matches /((((a{{900}}){{900}}){{900}}){{900}})/\n"),
        ("hurl", f'{ANSWER}[Asserts]\njsonpath "$" {"nth 1 " * 10_000} == 1\n'),
        ("hurl", f'{ANSWER}[Asserts]\nxpath "{"(" * 5_000}" exists\n'),
        ("bruno", f"{BRU_GET}tests {{\n{'(' * 50_000}\n}}\n"),
        ("bruno", f"{BRU_GET}tests {{\n  const d = res.body{'.a' * 20_000};\n}}\n"),
        ("bruno", f"{BRU_GET}assert {{\n" + "  res.body.a: eq 1\n" * 10_000 + "}\n"),
        (
            "bruno",
            f"{BRU_GET}vars:pre-request {{\n  v0: aaaaaaaaaa\n"
            + "".join(f"  v{n}: {f'{{{{v{n - 1}}}}}' * 10}\n" for n in range(1, 30))
            + "}\nheaders {\n  a: {{v29}}\n}\n",
        ),
    ],
    ids=lambda value: re.sub(r"\W+", "_", str(value))[:40],
)
def test_much_of_something_takes_little_time(name: str, text: str) -> None:
    began = time.process_time()
    imported = READERS[name].read(text)
    assert time.process_time() - began < MOST_SECONDS
    assert len(list(imported.cases)) + len(imported.notices) > 0


@pytest.mark.parametrize("name", READERS)
def test_the_same_text_is_read_alike(name: str) -> None:
    for text in WHOLE[name]:
        assert read(name, text) == read(name, text)


def test_wrong_types_are_no_requests() -> None:
    strange: list[Any] = [1, None, [], {"type": []}, {"request": []}, {"http": 7}, {"info": 1}]
    request: dict[str, Any] = {
        "url": {},
        "headers": {"a": 1},
        "params": [1, {"name": []}],
        "body": {"mode": {}},
        "auth": [],
        "vars": [],
        "assertions": {},
        "script": 3,
        "tests": [],
        "docs": {},
    }
    items = [*strange, {"type": "http", "request": request}]
    documents: list[dict[str, Any]] = [
        {"items": items, "name": 3, "environments": {"a": 1}, "root": []},
        {"opencollection": 1, "items": items, "info": [], "config": 3, "request": "x"},
    ]
    for document in documents:
        imported = BrunoReader().read(json.dumps(document))
        assert imported.notices
