"""Templates that want to escape, to hang or to fill the memory."""

import base64
import contextlib
import tracemalloc
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import JsonValue, Scope
from app.engine.errors import TemplateError
from app.engine.templates import iter_paths, parse_path, parse_template, render_string, render_value
from app.engine.templates.filters import FILTERS

BIG = "x" * 1_000_000
ROW: list[JsonValue] = [BIG] * 5
SCOPE = Scope(
    environment={"HOST": "shop", "LIST": [1, "a"], "OBJECT": {"a": {"b": None}}},
    shared_variables={"big": BIG, "quotes": '"' * 1_000_000, "rows": [ROW]},
    seed=1,
)


@pytest.mark.parametrize(
    "expression",
    [
        "env.__class__",
        "env.HOST.__class__.__mro__[1].__subclasses__",
        "env['__init__']['__globals__']",
        "env.HOST | __class__",
        "env.HOST | format(env)",
        "$__import__('os')",
        "().__class__",
        "lambda: 1",
        "env.HOST if true else 1",
        "[1, 2]",
        "{'a': 1}",
        "env.HOST[0:1]",
        "env.LIST[env.N]",
        "self",
        "config.items()",
        "%s",
        "#{7*7}",
        "${7*7}",
        "7*7",
        "''.join",
    ],
)
def test_nothing_reaches_python(expression: str) -> None:
    with pytest.raises(TemplateError):
        render_value(f"{{{{{expression}}}}}", SCOPE, "body")


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 200_000,
        "{{env" + ".a" * 300 + "}}",
        "{{env" + "[0]" * 100 + "}}",
        "{{env['" + "a" * 100_000 + "']}}",
        "{{env['" + "\\" * 100_000 + "']}}",
        "{{env.HOST" + " " * 500_000 + "}}",
        "{{env.HOST" + "|upper" * 100_000 + "}}",
        "{{env.HOST | default(" + "(" * 100_000,
        "{{$randomChoice(" + "1," * 100_000 + "1)}}",
        "{{" + "9" * 100_000 + "}}",
        "{{$randomInt(0, " + "9" * 30 + ")}}",
        r"\{{" * 100_000,
        r"\{{env.HOST}}" * 50_000,
        "{{env.HOST}}" * 20_000,
        "{{env.HOST | upper | lower | hash('md5')}}" * 5_000,
        "{{'" * 100_000,
        "{" * 400_000,
        "}}" * 200_000,
        "{{shared_variables.big | hash('sha512')}}" * 2_000,
        "{{shared_variables.big | length}}" * 2_000,
        "{{shared_variables.big | replace('x', 'yy') | replace('y', 'zz')}}" * 100,
        "{{$randomString(100000)}}" * 2_000,
    ],
)
@pytest.mark.timeout(30)
def test_ends(text: str) -> None:
    scope = Scope(shared_variables=SCOPE.shared_variables)
    with contextlib.suppress(TemplateError):
        render_value(text, scope, "body")


@pytest.mark.parametrize(
    "text",
    [
        "{{shared_variables.big | replace('x', shared_variables.big)}}",
        "{{shared_variables.big" + " | replace('x', 'xxxxxxxxxx')" * 8 + "}}",
        "{{shared_variables.big" + " | urlencode | base64 | hex" * 4 + "}}",
        "{{shared_variables.quotes" + " | json" * 15 + "}}",
        "{{shared_variables.quotes" + " | escape | json" * 7 + "}}",
        "{{shared_variables.big | split('x') | join(shared_variables.big)}}",
        "{{'x' | pad(999999999999)}}",
        "{{'9' | pad(300, '9') " + "| multiply(1e300)" * 3 + "}}",
    ],
)
def test_a_value_stays_small(text: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(TemplateError):
            render_value(text, Scope(shared_variables=SCOPE.shared_variables), "body")
        assert tracemalloc.get_traced_memory()[1] < 150 * 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        "{{shared_variables.big}}",
        "<{{shared_variables.big}}>",
        "{{shared_variables.rows}}",
        "{{shared_variables.rows | json}}",
        "{{shared_variables.rows | first}}",
    ],
)
def test_a_body_stays_small(text: str) -> None:
    """Every single text is within its limit, and together they are not."""
    scope = Scope(shared_variables=SCOPE.shared_variables)
    with pytest.raises(TemplateError, match="the templates of this test make over"):
        render_value([text for _ in range(2_000)], scope, "body")


ALPHABET = "{}\\.[]()|,'\"#aenv0- $\n"


@given(st.text(alphabet=ALPHABET, max_size=80))
def test_any_text_is_rendered_or_refused(text: str) -> None:
    try:
        rendered = render_value(text, SCOPE, "body")
    except TemplateError:
        return
    assert "{{" in text or rendered == text


OPERANDS = ("env.HOST", "env.LIST", "env.OBJECT", "env.NOPE", "1", "-0.5", "null", "true", "''")
DYNAMIC = ("$uuid", "$now", "$randomInt", "$randomChoice(env.LIST)", "$timestamp")
ARGUMENTS = ("1", "-3", "''", "'a'", "env.HOST", "env.NOPE", "'%Y'", "'days'")


@st.composite
def draw_filter(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from([*sorted(FILTERS), "default"]))
    arguments = draw(st.lists(st.sampled_from(ARGUMENTS), max_size=3))
    return f"{name}({', '.join(arguments)})"


@st.composite
def draw_expression(draw: st.DrawFn) -> str:
    operand = draw(st.sampled_from([*OPERANDS, *DYNAMIC]))
    filters = draw(st.lists(draw_filter(), max_size=4))
    return f"{{{{{' | '.join([operand, *filters])}}}}}"


expressions = draw_expression()


@given(expressions)
def test_any_chain_of_filters_is_a_value_or_an_error(text: str) -> None:
    with contextlib.suppress(TemplateError):
        value = render_value(text, SCOPE, "body")
        assert isinstance(value, str | int | float | bool | list | dict | None)


json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(ALPHABET, max_size=20), expressions),
    lambda children: st.one_of(
        st.lists(children, max_size=3),
        st.dictionaries(st.text(ALPHABET, max_size=5), children, max_size=3),
    ),
    max_leaves=10,
)


@given(json_values)
def test_any_body_is_rendered_or_refused(body: JsonValue) -> None:
    list(iter_paths(body))
    with contextlib.suppress(TemplateError):
        render_value(body, SCOPE, "body")


@given(st.text(max_size=80).filter(lambda text: "{{" not in text))
def test_a_text_without_expressions_stays_as_it_is(text: str) -> None:
    assert render_string(text, SCOPE, "body") == text
    assert parse_template(text).parts == ((text,) if text else ())


@given(st.text(max_size=40))
def test_every_text_can_be_written(text: str) -> None:
    """In an expression, as a literal: with what quotes and backslashes need."""
    written = text.replace("\\", "\\\\").replace('"', '\\"')
    assert render_value(f'{{{{"{written}"}}}}', SCOPE, "body") == text


@given(st.text(max_size=40))
def test_encodings_go_there_and_back(text: str) -> None:
    scope = Scope(environment={"X": text})
    for there, back in (("base64", "base64decode"), ("urlencode", "urldecode"), ("json", "parse")):
        assert render_value(f"{{{{env.X | {there} | {back}}}}}", scope, "body") == text
    encoded = render_value("{{env.X | base64}}", scope, "body")
    assert encoded == base64.b64encode(text.encode()).decode()


names = st.from_regex(r"[A-Za-z0-9_$][A-Za-z0-9_$-]{0,8}", fullmatch=True)
quoted = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
steps = st.lists(st.one_of(names, quoted, st.integers(-999, 999)), max_size=8)


def write_step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    escaped = step.replace("\\", "\\\\").replace('"', '\\"')
    return f'["{escaped}"]'


@given(steps)
def test_reads_back_every_path(wanted: list[str | int]) -> None:
    assert list(parse_path("env" + "".join(map(write_step, wanted))).steps) == wanted


@given(st.text(max_size=40))
def test_a_path_is_read_or_refused(text: str) -> None:
    try:
        path = parse_path(text)
    except TemplateError:
        return
    assert path.text == text


def take(value: JsonValue, step: str | int) -> JsonValue:
    """Raises LookupError where there is no such step."""
    if isinstance(step, int) and isinstance(value, list):
        return value[step]
    if isinstance(step, str) and isinstance(value, dict):
        return value[step]
    raise LookupError(step)


@given(json_values, steps)
def test_a_path_finds_a_value_or_says_what_is_missing(
    value: JsonValue, wanted: list[str | int]
) -> None:
    path = parse_path("shared_variables.x" + "".join(map(write_step, wanted)))
    scope = Scope(shared_variables={"x": value})
    try:
        expected = reduce(take, wanted, value)
    except LookupError:
        with pytest.raises(TemplateError):
            scope.resolve(path)
    else:
        assert scope.resolve(path) is expected
