"""Documents that nobody vouches for: refused with the place of what is wrong."""

import time

import pytest

from app.catalog.suite_documents.errors import SuiteDocumentInvalidError
from app.catalog.suite_documents.parsing import parse_suite
from app.catalog.suite_documents.reading import read_json, read_yaml
from tests.catalog.suite_documents.documents import SHOP

HEAD = b"version: 1\nname: Suite\n"
CASE = HEAD + b"cases:\n  - key: a\n    name: A\n    endpoint: GET /\n"
BOMB = b"a: &a [x, x]\n" + b"".join(
    b"%c: &%c [*%c, *%c]\n" % (name, name, name - 1, name - 1) for name in range(98, 122)
)


@pytest.mark.parametrize(
    ("content", "field", "detail"),
    [
        (b"", None, "not an object"),
        (b"5", None, "not an object"),
        (b"[]", None, "not an object"),
        (b"a: [1,", "line 2", "not YAML"),
        (b"a: 'x", "line 1", "not YAML"),
        (b"a:\n\t- 1", "line 2", "not YAML"),
        (b"a: 1\nb: 2\na: 3", "line 3", 'The name "a" is there twice'),
        (b'"a": 1\na: 3', "line 2", "twice"),
        (b"[a, b]: 1", "line 1", "A name is a list"),
        (b"? {a: 1}\n: 1", "line 1", "A name is a list"),
        (BOMB, "line 1", "Anchors and aliases"),
        (b"a: &a [*a]", "line 1", "Anchors and aliases"),
        (b"a: *b", "line 1", "Anchors and aliases"),
        (b"*b : 1", "line 1", "Anchors and aliases"),
        (b"<<: {a: 1}", "line 1", "Merging"),
        (b"a: !!python/object/apply:os.system [ls]", "line 1", "Tags"),
        (b"a: !!str 1", "line 1", "Tags"),
        (b"a: ! x", "line 1", "Tags"),
        (HEAD + b"---\nname: B", "line 3", "second document"),
        (b"a: \xff", "line 1", "UTF-8"),
        ("name: ä".encode("latin-1"), "line 1", "UTF-8"),
        ("name: a".encode("utf-16"), "line 1", "UTF-8"),
        (b"a: 1\nb: \x01", "line 2", "control characters"),
        (b'a: "x\\0y"', "line 1", "NUL"),
        (b'"\\0": 1', "line 1", "NUL"),
        (b'a: "\\ud800"', "line 1", "not YAML"),
        (b"a: " + b"[" * 200 + b"]" * 200, "line 1", "deeper than 128"),
        (b"a: " + b"{a: " * 100_000, "line 1", "deeper than 128"),
        (b"a: .inf", "line 1", ".inf is no number"),
        (b"a: .NaN", "line 1", ".NaN is no number"),
        (b"a: 1e999", "line 1", "too large"),
        (b"a: " + b"9" * 100_000, "line 1", "too large"),
        (b"a: 0x" + b"F" * 100_000, "line 1", "too large"),
    ],
    ids=range(33),
)
def test_what_is_no_such_yaml_is_refused(content: bytes, field: str | None, detail: str) -> None:
    with pytest.raises(SuiteDocumentInvalidError) as refusal:
        parse_suite(read_yaml(content))
    assert refusal.value.field == field
    assert detail in refusal.value.detail


@pytest.mark.parametrize(
    ("content", "field", "detail"),
    [
        (b"{", "line 1", "not JSON"),
        (b'{"a": 1,\n}', "line 2", "not JSON"),
        (b"a: 1", "line 1", "not JSON"),
        (b'{"a": 1, "a": 2}', "a", "twice"),
        (b'{"a": NaN}', None, "no number"),
        (b'{"a": 1e999}', None, "too large"),
        (b'{"a": ' + b"9" * 100_000 + b"}", None, "too large"),
        (b'{"a": ["\\u0000"]}', "a.0", "NUL"),
        (b'{"a": {"\\u0000": 1}}', "a", "NUL"),
        (b'{"a": "\\ud800"}', "a", "surrogate"),
        (b"[" * 100_000, None, "deeper"),
        (b"[" * 500 + b"]" * 500, None, "deeper"),
        (b'"' + b"\xff" + b'"', "line 1", "UTF-8"),
    ],
    ids=range(13),
)
def test_what_is_no_such_json_is_refused(content: bytes, field: str | None, detail: str) -> None:
    with pytest.raises(SuiteDocumentInvalidError) as refusal:
        parse_suite(read_json(content))
    assert refusal.value.field == field
    assert detail in refusal.value.detail


@pytest.mark.parametrize(
    ("content", "field", "detail"),
    [
        (b"name: Suite", "version", "Field required"),
        (HEAD.replace(b"1", b"2"), "version", "(line 1)"),
        (HEAD + b"nme: x\n", "nme", "(line 3)"),
        (HEAD + b"cases: {}\n", "cases", "(line 3)"),
        (HEAD + b"cases: [5]\n", "cases.0", "(line 3)"),
        (CASE + b"    nme: x\n", "cases.0.nme", "(line 7)"),
        (CASE + b"    timeout_ms: soon\n", "cases.0.timeout_ms", "(line 7)"),
        (CASE + b"    order_index: 3\n", "cases.0.order_index", "the place in the list"),
        (
            CASE + b"    request:\n      headers:\n        A: 30\n",
            "cases.0.request.headers.A",
            "(line 9)",
        ),
        (
            CASE + b"    request: {auth_type: basic, auth: {user: x}}\n",
            "cases.0.request.auth.user",
            "(line 7)",
        ),
        (
            CASE + b"    response: {capture_vars: {a: {form: b}}}\n",
            "cases.0.response.capture_vars.a",
            "(line 7)",
        ),
        (CASE + b"    iterate: {}\n", "cases.0.iterate", "exactly one of"),
        (
            CASE + b"    dependencies: [a b]\n",
            "cases.0.dependencies.0.required_test_key",
            "(line 7)",
        ),
        (CASE.replace(b"GET /", b"/items"), "cases.0.endpoint", "Write a method and a path"),
        (CASE.replace(b"GET /", b"FETCH /items"), "cases.0.endpoint", "(line 6)"),
        (
            CASE.replace(b"GET /", b"{method: GET, path: /, name: x}"),
            "cases.0.endpoint",
            "belongs under",
        ),
        (CASE.replace(b"    endpoint: GET /\n", b""), "cases.0", "endpoint: Field required"),
        (
            CASE + CASE[len(HEAD + b"cases:\n") :],
            "cases.0.key",
            "2 cases of the document have this key",
        ),
        (CASE + b"endpoints: {GET /x: {}}\n", "endpoints.GET /x", "No case of the document calls"),
        (CASE + b"fixtures: {users: {}}\n", "fixtures.users.data", "(line 7)"),
        (CASE + b"fixtures: {users: {name: x, data: 1}}\n", "fixtures.users.name", "Leave it out"),
    ],
    ids=range(21),
)
def test_what_says_what_no_suite_can_have_is_refused_with_its_place(
    content: bytes, field: str, detail: str
) -> None:
    with pytest.raises(SuiteDocumentInvalidError) as refusal:
        parse_suite(read_yaml(content))
    assert refusal.value.field == field
    assert detail in refusal.value.detail


def test_documents_of_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.catalog.suite_documents.reading.MAXIMUM_VALUES", 1_000)
    with pytest.raises(SuiteDocumentInvalidError, match=r"more than .* values \(line 1, column 2"):
        read_yaml(b"[" + b"1," * 1_000 + b"]")
    with pytest.raises(SuiteDocumentInvalidError, match="more than"):
        read_json(b"[" + b"1," * 1_000 + b"1]")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    content = CASE + b"    tags: 5\n    enabled: maybe\n    locks: ['']\n"
    with pytest.raises(SuiteDocumentInvalidError) as refusal:
        parse_suite(read_yaml(content))
    fields = [error["field"] for error in refusal.value.errors]
    assert sorted(fields) == ["cases.0.enabled", "cases.0.locks.0", "cases.0.tags"]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + SHOP.encode(),
        SHOP.replace("\n", "\r\n").encode(),
        b"%YAML 1.2\n---\n" + SHOP.encode() + b"...\n",
        b"# A comment\n\n" + SHOP.encode(),
    ],
    ids=["byte order mark", "windows", "directive", "comment"],
)
def test_what_editors_do_to_a_file_changes_nothing(content: bytes) -> None:
    assert parse_suite(read_yaml(content)) == parse_suite(read_yaml(SHOP.encode()))


def test_refusals_of_large_documents_come_soon() -> None:
    content = HEAD + b"cases:\n" + b"".join(b"  - key: '%d'\n" % number for number in range(1_000))
    started = time.perf_counter()
    with pytest.raises(SuiteDocumentInvalidError):
        parse_suite(read_yaml(content))
    assert time.perf_counter() - started < 5
