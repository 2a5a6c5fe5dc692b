"""Scripts are read without being run: what is understood, what is passed over, and how long it takes."""

import time
from contextlib import suppress

import pytest

from app.catalog.importers.javascript.errors import ScriptError
from app.catalog.importers.javascript.parser import parse_script
from app.catalog.importers.javascript.syntax import (
    Binary,
    Call,
    Declare,
    Do,
    Function,
    If,
    Literal,
    Member,
    Name,
    Pattern,
    Return,
    Strange,
)
from app.catalog.importers.javascript.tokens import MAXIMUM_CHARACTERS
from app.engine.json_values import JsonValue

BOMBS = (
    *("(", "[", "{", "/[", '"', "`${", "/*", "((a)=>", "if(a)", "a.", "!", "x=>", "'\\", "new "),
    *("(a,", "1+", "a[", "f(function(){@;", "a\n", "{a:", "a?b:", "//", "\\", "/a/.b", "a`b`"),
)


def test_statements_are_understood() -> None:
    declared, called, branch = parse_script(
        """
        let token = pm.response.json(); // a comment
        pm.test("x", () => pm.expect(a["b"][0]).to.match(/a[/]b/i))
        if (code === -1) { set("t", token) } else leave()
        """
    )
    assert isinstance(declared, Declare)
    assert declared.name == "token"
    assert isinstance(called, Do)
    assert isinstance(called.expression, Call)
    function = called.expression.arguments[1]
    assert isinstance(function, Function)
    assert Pattern("a[/]b", "i") in list(_list_arguments(function))
    assert isinstance(branch, If)
    assert branch.condition == Binary("===", Name("code"), Literal(-1))
    assert len(branch.otherwise) == 1


def _list_arguments(function: Function) -> tuple[object, ...]:
    returned = function.body[0]
    assert isinstance(returned, Return)
    value = returned.value
    assert isinstance(value, Call)
    return value.arguments


def test_fields_are_taken_apart() -> None:
    assert parse_script("const {a, b: c} = d;") == (
        Declare("a", Member(Name("d"), Literal("a")), 1),
        Declare("c", Member(Name("d"), Literal("b")), 1),
    )


def test_what_is_strange_is_passed_over_with_its_line() -> None:
    statements = parse_script(
        "first();\nfor (const x of list) {\n  use(x);\n}\nclass A { b() {} }\nlast()\n"
    )
    lines = [(type(statement).__name__, statement.line) for statement in statements]
    assert lines == [("Do", 1), ("Strange", 2), ("Strange", 5), ("Do", 6)]
    strange = statements[1]
    assert isinstance(strange, Strange)
    assert strange.text == "for (const x of list) {"


def test_a_strange_statement_in_a_function_leaves_the_others() -> None:
    (test,) = parse_script("it('x', function () { while (a) { b() } done(); })")
    assert isinstance(test, Do)
    assert isinstance(test.expression, Call)
    function = test.expression.arguments[1]
    assert isinstance(function, Function)
    assert [type(statement) for statement in function.body] == [Strange]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        (r"'a\n\u0041\x42\u{43}\'\d'", "a\nABC'd"),
        ("0x1F", 31),
        ("1.5e2", 150),
        (".5", 0.5),
        ("null", None),
        (r"'\ud800\u0000'", "\ufffd\ufffd"),
    ],
    ids=["text", "hexadecimal", "exponent", "fraction", "null", "no_characters"],
)
def test_literals(source: str, value: JsonValue) -> None:
    (statement,) = parse_script(f"{source};")
    assert isinstance(statement, Do)
    assert statement.expression == Literal(value)


def test_a_script_that_is_too_long_is_refused() -> None:
    with pytest.raises(ScriptError, match="longer than"):
        parse_script("a;" * MAXIMUM_CHARACTERS)


@pytest.mark.parametrize("number", range(len(BOMBS)))
def test_no_script_takes_long(number: int) -> None:
    bomb = BOMBS[number]
    begin = time.process_time()
    with suppress(ScriptError):
        parse_script(bomb * (12_000 // len(bomb)))
    # A tenth of it is usual; what takes its length squared needs minutes.
    assert time.process_time() - begin < 2
