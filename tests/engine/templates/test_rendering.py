"""Paths, literal text, what stays what it is, and what is refused."""

import pytest

from app.engine import JsonValue, Scope
from app.engine.errors import TemplateError
from app.engine.templates import parse_template, render_string, render_value

SCOPE = Scope(
    environment={"HOST": "shop", "LIMIT": 5, "NESTED": {"a": [1]}},
    secrets={"KEY": "s3cret"},
    shared_auth_tokens={"access_token": "jwt-xyz"},
    shared_variables={"user": {"name": "Ada", "tags": ["x"]}, "flag": False, "none": None},
    captured_data={
        "test-2": {"product_ids": ["prod-1", "prod-2"]},
        "odd key": {"a.b": 1, 'q"': 2, "it's": 3, "back\\slash": 4},
    },
    fixtures={"users": [{"email": "ann@example.com"}, {"email": "bo@example.com"}]},
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        ("{{env.HOST}}", "shop"),
        ("{{ env.HOST }}", "shop"),
        ("{{\n  env.HOST\n}}", "shop"),
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
        (r"{{captured_data['odd key']['it\'s']}}", 3),
        (r'{{captured_data["odd key"]["back\\slash"]}}', 4),
        ("{{fixture.users[1].email}}", "bo@example.com"),
        ("{{shared_variables.flag}}", False),
        ("{{shared_variables.none}}", None),
        ("<{{shared_variables.flag}}{{shared_variables.none}}>", "<falsenull>"),
        ("{{env.HOST}}{{env.LIMIT}}", "shop5"),
        ("ids={{captured_data.test-2.product_ids}}", 'ids=["prod-1","prod-2"]'),
        (r"\{{env.HOST}}", "{{env.HOST}}"),
        (r"\{{a}} {{env.HOST}}", "{{a}} shop"),
        ('{{"{{"}}', "{{"),
        (r'{{"\\"}}{{env.HOST}}', "\\shop"),
        ('{{"a}}b"}}', "a}}b"),
        (r'{{"tab\tline\nquote\"\u00e9"}}', 'tab\tline\nquote"é'),
        ("{{'single'}}", "single"),
        ("{{12}}", 12),
        ("{{-1.5e2}}", -150.0),
        ("{{true}}", True),
        ("{{null}}", None),
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
        ("{{captured_data.test-2.product_ids[2]}}", "product_ids has 2 entries, none at 2"),
        ("{{fixture.users[0].name}}", "fixture.users[0] has no 'name'; it has email"),
        ("{{shared_variables.user[0]}}", "is of type object and has no entry '0'"),
        ("{{env.HOST.length}}", "env.HOST is of type string and has no field 'length'"),
        ("{{nope.x}}", "there is no 'nope'; there is env, shared_auth_tokens"),
        ("{{env}}", "'env' needs a name"),
        ("{{iteration.value}}", "this test is not iterated"),
        ("{{}}", "{{}}: not understood from character 1; write it like {{env.NAME | upper}}"),
        ("{{env.}}", "not understood from character 4"),
        ("{{env.HOST x}}", "not understood from character 10"),
        ("{{env.HOST", "'{{' at character 1 is never closed"),
        ('{{env.HOST | default("}}")', "is never closed"),
        ("{{env.__class__.__mro__}}", "env has no '__class__'"),
        ("{{env.HOST.__class__}}", "has no field '__class__'"),
        ("{{__import__('os')}}", "not understood from character 11"),
        ("{{1+1}}", "not understood from character 2"),
        ("{{env['a' + 'b']}}", "not understood"),
        ("{{env.NESTED.a[99999999999]}}", "not understood"),
        ("{{ {{env.HOST}} }}", "not understood from character 2"),
        ("{{env.HOST | upcase}}", "there is no filter 'upcase'; there is add, at, base64,"),
        ("{{env.HOST | }}", "not understood from character 12"),
        ("{{env.HOST || upper}}", "not understood from character 11"),
        ("{{env.HOST | upper(1)}}", "write upper, not with 1 argument"),
        ('{{env.HOST | replace("a")}}', 'write replace("old", "new"), not with 1 argument'),
        ("{{env.HOST | default}}", 'write default("value"), not with 0 arguments'),
        ("{{env.HOST | join(1, 2, 3)}}", "not with 3 arguments"),
        ('{{env.HOST | replace("a" "b")}}', "not understood"),
        ("{{env.HOST | replace(,)}}", "not understood"),
        ("{{$nope}}", "there is no dynamic value '$nope'; there is $guid, $isoTimestamp, $now,"),
        ("{{$randomInt(1, 2, 3)}}", "write $randomInt(1, 10), not with 3 arguments"),
        ("{{$uuid(1)}}", "write $uuid, not with 1 argument"),
        ("{{env.NESTED | upper}}", "{{env.NESTED | upper}}: upper wants a text, not object"),
    ],
)
def test_says_what_is_wrong_and_where(text: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render_value({"a": [text]}, SCOPE, "body")
    assert message in caught.value.message
    assert caught.value.problem.location == "body.a[0]"


@pytest.mark.parametrize(
    "text",
    [
        "{{shared_auth_tokens.nope}}",
        "{{shared_auth_tokens.access_token.x}}",
        "{{shared_auth_tokens.access_token | int}}",
        "{{shared_auth_tokens.access_token | base64decode}}",
        "{{shared_auth_tokens.access_token | date('%Y')}}",
        "{{shared_auth_tokens.access_token | parse}}",
        "{{env.HOST | hash(shared_auth_tokens.access_token)}}",
    ],
)
def test_errors_never_show_values(text: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render_value(text, SCOPE, "body")
    assert "jwt-xyz" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{{env.NOPE | default("y")}}', "y"),
        ("{{env.NOPE | default(3)}}", 3),
        ("{{env.HOST | default(3)}}", "shop"),
        ("{{env.NOPE | default(env.LIMIT)}}", 5),
        ("{{env.NOPE | default(env.NOPE) | default(false)}}", False),
        ("{{captured_data.test-9.x.y[3] | upper | default('none')}}", "none"),
        ("{{captured_data.test-2.product_ids[7] | default(null)}}", None),
        ("{{shared_variables.none | default('was null')}}", "was null"),
        ("{{shared_variables.flag | default(true)}}", False),
        ("{{env.HOST.x | default('a text has no fields')}}", "a text has no fields"),
        ("{{env.NOPE | default('y') | upper}}", "Y"),
        ("<{{env.NOPE | default('')}}>", "<>"),
    ],
)
def test_defaults(text: str, value: JsonValue) -> None:
    rendered = render_value(text, SCOPE, "body")
    assert rendered == value
    assert type(rendered) is type(value)


def test_a_default_does_not_hide_a_misspelt_root() -> None:
    with pytest.raises(TemplateError, match="there is no 'environment'"):
        render_value("{{environment.HOST | default(1)}}", SCOPE, "body")


def test_a_default_that_is_missing_itself_is_an_error() -> None:
    with pytest.raises(TemplateError, match="env has no 'ALSO'"):
        render_value("{{env.NOPE | default(env.ALSO)}}", SCOPE, "body")


def test_renders_names_of_objects() -> None:
    assert render_value({"{{env.HOST}}": {"x": "{{env.LIMIT}}"}}, SCOPE, "body") == {
        "shop": {"x": 5}
    }


def test_what_a_value_holds_is_not_rendered_again() -> None:
    scope = Scope(environment={"A": "{{env.B}}", "B": "no"})
    assert render_string("<{{env.A}}>", scope, "path") == "<{{env.B}}>"


def test_compiles_a_text_once() -> None:
    assert parse_template("x {{env.HOST}} y") is parse_template("x {{env.HOST}} y")


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
