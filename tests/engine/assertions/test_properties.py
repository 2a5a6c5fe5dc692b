"""Whatever is declared and whatever comes back: a refusal that names the place, or a result."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.engine import AssertionSpec, Expectations, JsonValue
from app.engine.assertions.families import FAMILIES
from app.engine.assertions.operators import OPERATORS, PRESENCE_OPERATORS
from app.engine.capture_sources import CAPTURE_SOURCES
from app.engine.captures import CaptureSpec, compile_captures, take_captures
from app.engine.errors import StepError
from tests.engine.assertions.builders import build_response, evaluate, json_values, texts

paths = st.sampled_from(
    ["$", "$.a", "$.a[0]", "$..a", "$[*]", "//a", "count(//a)", "a", "^a+$", ""]
)
types = ["text/html", "application/xml", "application/json; charset=utf-16", "x"]
bodies = json_values | st.sampled_from(
    [b"", b"<a>1</a>", b"<a b='1'><c/></a>", b"\xff\x00", b'{"a":[1]', b'{"a":1,"a":2}', b"[" * 200]
)
SCHEMAS: list[JsonValue] = [{"type": "object"}, {"$ref": "#"}, {"responses": {"200": {}}}, 3]
expectations = (
    json_values
    | st.sampled_from(SCHEMAS)
    | st.fixed_dictionaries(
        {"operator": st.sampled_from([*OPERATORS, *PRESENCE_OPERATORS]), "expected": json_values}
    )
)
specs = st.builds(
    AssertionSpec,
    type=st.sampled_from(sorted(FAMILIES)),
    operator=st.none() | st.sampled_from([*OPERATORS, *PRESENCE_OPERATORS]),
    path=st.none() | paths,
    name=st.none() | texts,
    expected=expectations,
    masks=st.lists(paths.filter(bool), max_size=2).map(tuple),
    severity=st.sampled_from(["error", "warning"]),
)
answers = st.fixed_dictionaries(
    {
        "status_code": st.sampled_from([100, 200, 204, 404, 599]),
        "headers": st.lists(
            st.tuples(st.sampled_from(["Content-Type", "Set-Cookie", "X"]), st.sampled_from(types))
        ).map(tuple),
        "is_truncated": st.booleans(),
    }
)


@given(specs, json_values, st.sampled_from(["exact", "partial", "contains", "schema", "regex"]), bodies, answers)  # fmt: skip
def test_every_assertion_has_a_result(
    spec: AssertionSpec, expected: JsonValue, match: str, body: Any, answer: dict[str, Any]
) -> None:
    declared = Expectations(
        assertions=(spec,),
        body=expected,
        body_match_type=match,
        snapshots={"": 1, "a": {"a": 1}},
        ignore_paths=("$..a",),
    )
    try:
        results = evaluate(declared, body, **answer)
    except StepError as error:
        if error.problem.location is None:  # what is refused must name its place
            raise
        return
    assert len(results) >= 2
    for result in results:
        assert result.passed is (result.message is None)
        assert not (result.passed and result.diff)
    assert results[-1].severity == spec.severity


@given(st.sampled_from(CAPTURE_SOURCES), paths, bodies, answers)
def test_every_capture_is_taken_or_missing(
    source: Any, expression: str, body: Any, answer: dict[str, Any]
) -> None:
    spec = CaptureSpec(source=source, expression=expression, target="shared_variables", name="x")
    try:
        captures = compile_captures({"x": spec})
    except StepError as error:
        if error.problem.location is None:
            raise
        return
    captured = take_captures(captures, "test", build_response(body, **answer))
    assert (captured.delta.shared_variables == {}) is (len(captured.missing) == 1)
