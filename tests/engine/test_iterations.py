"""Where the values of iterations come from, their names, and what cannot be iterated over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import InvalidPlanError, JsonValue
from app.engine.document import Document
from app.engine.errors import InvalidIterationError
from app.engine.iterations import MAXIMUM_ITERATIONS, Iterate, Iteration, expand, label
from app.engine.redaction import Redactor

NOTHING: list[JsonValue] = []
FIXTURES: dict[str, JsonValue] = {
    "users": [{"name": "ann", "tags": ["x"]}, {"name": "bo", "tags": NOTHING}],
    "catalog": {"products": [1, 2], "owner": "ann"},
    "odd name": ["a"],
    "empty": NOTHING,
}


def read(document: dict[str, JsonValue]) -> Iterate:
    return Iterate.from_document(Document(document, "tests[0].iterate"))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            {"fixture": "users"},
            [
                ("name=ann", {"name": "ann", "tags": ["x"]}),
                ("name=bo", {"name": "bo", "tags": NOTHING}),
            ],
        ),
        ({"fixture": "catalog.products"}, [("1", 1), ("2", 2)]),
        ({"fixture": "users[0].tags"}, [("x", "x")]),
        ({"fixture": "odd name"}, [("a", "a")]),
        ({"items": [1, "b", None, [2]]}, [("1", 1), ("b", "b"), ("null", None), ("[2]", [2])]),
        (
            {"csv": "name,age\nann,03\n\nbo,\n"},
            [
                ("name=ann, age=03", {"name": "ann", "age": "03"}),
                ("name=bo, age=", {"name": "bo", "age": ""}),
            ],
        ),
        (
            {"csv": '\ufeff name , note\r\nann,"says ""hi"",\nthen leaves"\r\n'},
            [
                (
                    'name=ann, note=says "hi",\nthen leaves',
                    {"name": "ann", "note": 'says "hi",\nthen leaves'},
                )
            ],
        ),
        (
            {"matrix": {"role": ["a", "b"], "size": [1, 2]}},
            [
                ("role=a, size=1", {"role": "a", "size": 1}),
                ("role=a, size=2", {"role": "a", "size": 2}),
                ("role=b, size=1", {"role": "b", "size": 1}),
                ("role=b, size=2", {"role": "b", "size": 2}),
            ],
        ),
        (
            {
                "fixture": "catalog.products",
                "name": "{{iteration.index}}: {{iteration.value | pad(3)}}",
            },
            [("0: 001", 1), ("1: 002", 2)],
        ),
        (
            {"items": [1], "name": "{{fixture.catalog.owner}} {{iteration.name}}"},
            [("ann 1", 1)],
        ),
        (
            {"items": ["a", "a", "a #2", "a"]},
            [("a", "a"), ("a", "a"), ("a #2", "a #2"), ("a", "a")],
        ),
    ],
)
def test_expands(document: dict[str, JsonValue], expected: list[tuple[str, JsonValue]]) -> None:
    iterations = expand(read(document), FIXTURES)
    assert [(entry.name, entry.value) for entry in iterations] == expected
    assert [entry.index for entry in iterations] == list(range(len(expected)))


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"fixture": "nope"}, "iterate.fixture: {{fixture.nope}}: fixture has no 'nope'; it has"),
        ({"fixture": "catalog"}, "iterate.fixture: 'catalog' must be a list, not object"),
        ({"fixture": "users[5]"}, "fixture.users has 2 entries, none at 5"),
        ({"fixture": "a b"}, "not understood"),
        ({"fixture": "empty"}, "iterate.fixture: has no entries to iterate over"),
        ({"items": []}, "iterate.items: has no entries"),
        ({"items": [None] * (MAXIMUM_ITERATIONS + 1)}, "items: has more than 10000 entries"),
        ({"csv": ""}, "iterate.csv: the first line must name every column"),
        ({"csv": "a,,b\n"}, "the first line must name every column"),
        ({"csv": "a,b,a\n1,2,3"}, "the first line names 'a' twice"),
        ({"csv": "a,b\n"}, "iterate.csv: has no entries"),
        ({"csv": "a,b\n1,2\n1,2,3"}, "line 3 has 3 values, and the first line names 2 columns"),
        ({"csv": 'a\n"never closed'}, "iterate.csv: line 2: unexpected end of data"),
        ({"csv": "a\n" + "1\n" * 10_001}, "iterate.csv: has more than 10000 entries"),
        ({"matrix": {"a": []}}, "iterate.matrix.a: must be a list of values, not an empty list"),
        ({"matrix": {"a": [1], "b": "x"}}, "iterate.matrix.b: must be a list of values, not str"),
        ({"matrix": {}}, "iterate.matrix: has no entries"),
        (
            {"matrix": {name: [1, 2, 3, 4] for name in "abcdefgh"}},
            "iterate.matrix: has more than 10000 combinations",
        ),
        ({"items": [1], "name": "{{iteration.value.x}}"}, "iterate.name: {{iteration.value.x}}: "),
        ({"items": [1], "name": "{{env.X}}"}, "the name of an iteration has no 'env'; it has"),
        ({"items": [1], "name": "{{"}, "iterate.name: '{{' at character 1 is never closed"),
    ],
)
def test_says_what_cannot_be_iterated(document: dict[str, JsonValue], message: str) -> None:
    with pytest.raises(InvalidIterationError) as caught:
        expand(read(document), FIXTURES)
    assert message in str(caught.value)


@pytest.mark.parametrize("document", [{}, {"items": [1], "csv": "a\n1"}, {"name": "x"}])
def test_has_exactly_one_source(document: dict[str, JsonValue]) -> None:
    with pytest.raises(InvalidPlanError, match="must have one of fixture, csv, items, matrix"):
        read(document)


def show(items: list[JsonValue], redactor: Redactor | None = None) -> tuple[str, ...]:
    iterations = expand(read({"items": items}), {})
    return label(iterations, (redactor or Redactor()).redact)


@pytest.mark.parametrize(
    ("items", "labels"),
    [
        (["a", "a", "a #2", "a"], ("a", "a #2", "a #2 #2", "a #3")),
        ([" two\n lines ", {"a": 1, "b": "x"}], ("two lines", "a=1, b=x")),
        (["secret-of-ann", "secret-of-ann"], ("[redacted]", "[redacted] #2")),
        (["x" * 195 + "secret-of-ann"], ("x" * 195 + "[reda",)),
    ],
)
def test_labels(items: list[JsonValue], labels: tuple[str, ...]) -> None:
    assert show(items, Redactor(["secret-of-ann"])) == labels


def test_long_labels_stay_different() -> None:
    labels = show(["x" * 1_000 + str(index) for index in range(3)])
    assert [len(text) for text in labels] == [200, 203, 203]
    assert len(set(labels)) == 3


def test_the_most_iterations_that_are_allowed() -> None:
    matrix: dict[str, JsonValue] = {name: list(range(100)) for name in "ab"}
    assert len(expand(read({"matrix": matrix}), {})) == MAXIMUM_ITERATIONS


@given(st.lists(st.text(max_size=12), min_size=1, max_size=30))
def test_no_two_labels_are_the_same(items: list[str]) -> None:
    assert len(set(show([*items]))) == len(items)


@given(st.text(alphabet='ab,"\r\n \x00', max_size=40))
def test_any_csv_is_read_or_refused(text: str) -> None:
    try:
        iterations = expand(read({"csv": text}), {})
    except InvalidIterationError:
        return
    assert all(isinstance(entry, Iteration) for entry in iterations)
