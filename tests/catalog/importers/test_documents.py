"""Documents of strangers: what is wrong with them is said, with the line, and costs little."""

import re

import pytest

from app.catalog.importers.documents import MAXIMUM_DEPTH, parse_document, parse_yaml
from app.catalog.importers.errors import DocumentInvalidError

LAUGHS = "\n".join(
    ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
)
MERGED_LAUGHS = "\n".join(
    ["a0: &a0 {k0: 1, l0: 2}"]
    + [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}], k{n}: 1}}" for n in range(1, 12)]
)
CHAIN = "\n".join(
    ["a0: &a0 [1]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, MAXIMUM_DEPTH + 10)]
)


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ('{"a": [1,\n 2,,]}', "line 2", "not JSON"),
        ("a: 1\nb: [1, 2\nc: 3", "line 3", "not YAML"),
        ("a: 1\n\tb: 2", "line 2", "not YAML"),
        ("just text", "line 1", "not an object"),
        ("[1, 2]", "line 1", "not an object"),
        ("a: &x [*x]", "line 1", "stands for nothing"),
        ("a: 1\n---\nb: 2", "line 2", "second document"),
        ("? [a, b]\n: c", "line 1", "name is a list"),
        ("<<: 7", "line 1", "merged"),
        ("a: " + "[" * 100_000, "line 1", "nested deeper"),
        ("- " * 100_000 + "a", "line 1", "nested deeper"),
        ('{"a":' * 1_000 + "1" + "}" * 1_000, None, "nested deeper"),
        (LAUGHS, "line 7", "more than"),
        (MERGED_LAUGHS, "line 7", "more than"),
        (CHAIN, None, "nested deeper"),
    ],
    ids=lambda value: re.sub(r"\W+", "_", str(value))[:20],
)
def test_what_is_wrong_is_said(text: str, field: str | None, words: str) -> None:
    with pytest.raises(DocumentInvalidError) as caught:
        parse_document(text)
    assert words in caught.value.detail
    assert caught.value.field == field


def test_no_tag_makes_an_object() -> None:
    assert parse_yaml("a: !!python/object/apply:os.system [ls]") == {"a": ["ls"]}


def test_yaml_is_read_as_json_would_be() -> None:
    text = """
    base: &base {200: ok, no: off, when: 2026-01-01}
    more: {<<: *base, no: 1.5, list: [~, true, 0x10, "5", -3]}
    """
    assert parse_yaml(text) == {
        "base": {"200": "ok", "no": "off", "when": "2026-01-01"},
        "more": {
            "200": "ok",
            "no": 1.5,
            "when": "2026-01-01",
            "list": [None, True, "0x10", "5", -3],
        },
    }
