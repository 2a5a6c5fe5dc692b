"""Templates and the scope they read."""

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import JsonValue, Scope
from app.engine.errors import TemplateError
from app.engine.results import ContextDelta
from app.engine.templates import parse_path, parse_template, render_string, render_value

SCOPE = Scope(
    environment={"HOST": "shop", "LIMIT": 5, "NESTED": {"a": [1]}},
    secrets={"KEY": "s3cret"},
    shared_auth_tokens={"access_token": "jwt-xyz"},
    shared_variables={"user": {"name": "Ada", "tags": ["x"]}, "flag": False, "none": None},
    captured_data={
        "test-2": {"product_ids": ["prod-1", "prod-2"]},
        "odd key": {"a.b": 1, 'q"': 2},
    },
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        ("{{env.HOST}}", "shop"),
        ("{{ env.HOST }}", "shop"),
        ("{{env.LIMIT}}", 5),
        ("{{env.KEY}}", "s3cret"),
        ("{{env.NESTED.a[0]}}", 1),
        ("{{shared_auth_tokens.access_token}}", "jwt-xyz"),
        ("Bearer {{shared_auth_tokens.access_token}}", "Bearer jwt-xyz"),
        ("{{captured_data.test-2.product_ids[0]}}", "prod-1"),
        ("{{captured_data.test-2.product_ids[-1]}}", "prod-2"),
        ("{{captured_data.test-2.product_ids}}", ["prod-1", "prod-2"]),
        ("{{captured_data['odd key']['a.b']}}", 1),
        ('{{captured_data["odd key"][\'q"\']}}', 2),
        ("{{shared_variables.flag}}", False),
        ("{{shared_variables.none}}", None),
        ("<{{shared_variables.flag}}{{shared_variables.none}}>", "<falsenull>"),
        ("{{env.HOST}}{{env.LIMIT}}", "shop5"),
        ("ids={{captured_data.test-2.product_ids}}", 'ids=["prod-1","prod-2"]'),
        (r"\{{env.HOST}}", "{{env.HOST}}"),
        (r"\{{a}} {{env.HOST}}", "{{a}} shop"),
        ('{"a":{"b":{{env.LIMIT}}}}', '{"a":{"b":5}}'),
        ("}} {", "}} {"),
    ],
)
def test_renders(text: str, value: JsonValue) -> None:
    rendered = render_value(text, SCOPE, "body")
    assert rendered == value
    assert type(rendered) is type(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{env.NOPE}}", "env has no 'NOPE'; it has HOST, KEY, LIMIT, NESTED"),
        ("{{captured_data.test-9.x}}", "captured_data has no 'test-9'; it has odd key, test-2"),
        ("{{captured_data.test-2.y}}", "captured_data.test-2 has no 'y'; it has product_ids"),
        ("{{captured_data.test-2.product_ids[2]}}", "has 2 entries, none at 2"),
        ("{{shared_variables.user[0]}}", "is of type object and has no entry '0'"),
        ("{{env.HOST.length}}", "env.HOST is of type string and has no field 'length'"),
        ("{{nope.x}}", "there is no 'nope'; there is env, shared_auth_tokens"),
        ("{{env}}", "'env' needs a name"),
        ("{{}}", "'' is not a path"),
        ("{{env.}}", "not understood from character 4"),
        ("{{env.HOST | upper}}", "not understood"),
        ("{{env.HOST", "is never closed"),
        ("{{env.__class__.__mro__}}", "env has no '__class__'"),
        ("{{env.HOST.__class__}}", "has no field '__class__'"),
        ("{{1+1}}", "is not a path"),
        ("{{env['a' + 'b']}}", "not understood"),
        ("{{env.NESTED.a[99999999999]}}", "not understood"),
        ("{{ {{env.HOST}} }}", "is not a path"),
    ],
)
def test_says_what_is_wrong_and_where(text: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render_value({"a": [text]}, SCOPE, "body")
    assert message in caught.value.message
    assert caught.value.problem.location == "body.a[0]"


def test_errors_never_show_values() -> None:
    for text in ("{{shared_auth_tokens.nope}}", "{{shared_auth_tokens.access_token.x}}"):
        with pytest.raises(TemplateError) as caught:
            render_value(text, SCOPE, "body")
        assert "jwt-xyz" not in str(caught.value)


def test_renders_names_of_objects() -> None:
    assert render_value({"{{env.HOST}}": {"x": "{{env.LIMIT}}"}}, SCOPE, "body") == {
        "shop": {"x": 5}
    }


def test_what_a_value_holds_is_not_rendered_again() -> None:
    scope = Scope(environment={"A": "{{env.B}}", "B": "no"})
    assert render_string("<{{env.A}}>", scope, "path") == "<{{env.B}}>"


def test_compiles_a_text_once() -> None:
    assert parse_template("x {{env.HOST}} y") is parse_template("x {{env.HOST}} y")


def test_captures_are_merged_per_test() -> None:
    scope = Scope(captured_data={"a": {"x": 1}}, shared_variables={"v": 1})
    scope.apply(ContextDelta(captured_data={"a": {"y": 2}}, shared_variables={"v": 2}))
    assert scope.captured_data == {"a": {"x": 1, "y": 2}}
    assert scope.shared_variables == {"v": 2}


def test_a_copy_does_not_follow_the_original() -> None:
    scope = Scope(captured_data={"a": {"x": 1}})
    copy = scope.copy()
    scope.apply(ContextDelta(captured_data={"a": {"y": 2}}))
    assert copy.captured_data == {"a": {"x": 1}}


names = st.from_regex(r"[A-Za-z0-9_$][A-Za-z0-9_$-]{0,8}", fullmatch=True)
quoted = st.text(st.characters(exclude_characters="\"'\\", exclude_categories=["Cs"]), max_size=9)
steps = st.lists(st.one_of(names, quoted, st.integers(-999, 999)), max_size=8)


@given(steps)
def test_reads_back_every_path(wanted: list[str | int]) -> None:
    text = "env" + "".join(
        f"[{step}]" if isinstance(step, int) else f'["{step}"]' for step in wanted
    )
    assert list(parse_path(text).steps) == wanted


@given(st.text(alphabet="{}\\.[]'\"aenv0- $", max_size=60))
def test_any_text_is_rendered_or_refused(text: str) -> None:
    try:
        rendered = render_value(text, SCOPE, "body")
    except TemplateError:
        return
    assert "{{" in text or rendered == text


@given(st.text(max_size=80).filter(lambda text: "{{" not in text))
def test_a_text_without_expressions_stays_as_it_is(text: str) -> None:
    assert render_string(text, SCOPE, "body") == text


@pytest.mark.parametrize(
    "text",
    [
        "{{" * 200_000,
        "{{env" + ".a" * 300 + "}}",
        "{{env" + "[0]" * 100 + "}}",
        "{{env['" + "a" * 100_000 + "']}}",
        r"\{{" * 100_000,
        "{{env.HOST}}" * 20_000,
        "{" * 400_000,
    ],
)
def test_hostile_texts_end_quickly(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(TemplateError):
        render_value(text, SCOPE, "body")
    assert time.process_time() - started < 2


def test_a_rendered_text_has_a_limit() -> None:
    scope = Scope(shared_variables={"big": "x" * 1_000_000})
    with pytest.raises(TemplateError, match="characters"):
        render_value("{{shared_variables.big}}" * 1_000, scope, "body")


def test_a_deep_body_is_refused() -> None:
    body: JsonValue = "{{env.HOST}}"
    for _ in range(500):
        body = [body]
    with pytest.raises(TemplateError, match="nested deeper"):
        render_value(body, SCOPE, "body")
