"""Every filter: what it makes, and what it says when it cannot."""

import pytest

from app.engine import JsonValue, Scope
from app.engine.errors import TemplateError
from app.engine.templates import render_value
from app.engine.templates.filters import FILTERS

SCOPE = Scope(
    environment={
        "NAME": "  Ada Lovelace ",
        "CSV": "a,b,c",
        "N": 7,
        "PRICE": 12.345,
        "DIGITS": "0042",
        "KEY": "k3y",
        "JSON": '{"a": [1, 2]}',
        "AT": "2026-01-31T22:30:00Z",
        "SECONDS": 1769898600,
        "ODD": "a&b <c> é/?",
    },
    captured_data={
        "t": {
            "ids": [3, 1, 2, 3],
            "names": ["b", "a", "b"],
            "users": [{"id": 1, "n": "x"}, {"id": 2}, 5],
            "holes": [1, None, 2],
            "empty": [],
            "object": {"x": 1, "y": None},
        }
    },
)

MADE: list[tuple[str, JsonValue]] = [
    ("env.NAME | trim", "Ada Lovelace"),
    ("env.NAME | trim | lower", "ada lovelace"),
    ("env.NAME | trim | upper", "ADA LOVELACE"),
    ("'ada LOVELACE' | capitalize", "Ada lovelace"),
    ("env.N | string", "7"),
    ("captured_data.t.object | string", '{"x":1,"y":null}'),
    ("env.CSV | replace(',', '; ')", "a; b; c"),
    ("env.CSV | split", ["a", "b", "c"]),
    ("env.CSV | split(',') | last", "c"),
    ("'1|2' | split('|') | first | int", 1),
    ("'abcdef' | slice(1, 3)", "bc"),
    ("'abcdef' | slice(-2)", "ef"),
    ("env.N | pad(3)", "007"),
    ("'x' | pad(3, '.')", "..x"),
    ("env.ODD | escape", "a&amp;b &lt;c&gt; é/?"),
    ("'\"\\'' | escape", "&quot;&#39;"),
    ("env.DIGITS | int", 42),
    ("env.PRICE | int", 12),
    ("' 1.50 ' | number", 1.5),
    ("env.PRICE | round(2)", 12.35),
    ("env.PRICE | round", 12),
    ("env.N | add(1)", 8),
    ("env.DIGITS | add(0.5)", 42.5),
    ("env.N | subtract(10)", -3),
    ("env.N | multiply(env.N)", 49),
    ("env.N | divide(2)", 3.5),
    ("14 | divide(env.N)", 2),
    ("env.CSV | length", 5),
    ("captured_data.t.ids | length", 4),
    ("captured_data.t.object | length", 2),
    ("captured_data.t.ids | first", 3),
    ("captured_data.t.ids | last", 3),
    ("captured_data.t.ids | at(1)", 1),
    ("captured_data.t.ids | at(-2)", 2),
    ("captured_data.t.ids | join", "3,1,2,3"),
    ("captured_data.t.names | join(' ')", "b a b"),
    ("captured_data.t.ids | sort", [1, 2, 3, 3]),
    ("captured_data.t.names | sort", ["a", "b", "b"]),
    ("captured_data.t.names | unique", ["b", "a"]),
    ("captured_data.t.ids | reverse", [3, 2, 1, 3]),
    ("captured_data.t.holes | compact", [1, 2]),
    ("captured_data.t.users | pluck('id')", [1, 2, None]),
    ("captured_data.t.object | keys", ["x", "y"]),
    ("captured_data.t.object | values", [1, None]),
    ("env.NAME | trim | base64", "QWRhIExvdmVsYWNl"),
    ("'??>' | base64url", "Pz8-"),
    ("'QWRhIExvdmVsYWNl' | base64decode", "Ada Lovelace"),
    ("'Pz8-' | base64decode", "??>"),
    ("'QWR\\nhIA' | base64decode", "Ada "),
    ("env.ODD | urlencode", "a%26b%20%3Cc%3E%20%C3%A9%2F%3F"),
    ("'a%20b%2B' | urldecode", "a b+"),
    ("env.NAME | trim | json", '"Ada Lovelace"'),
    ("captured_data.t.ids | json", "[3,1,2,3]"),
    ("null | json", "null"),
    ("env.JSON | parse", {"a": [1, 2]}),
    ("'hé' | hex", "68c3a9"),
    ("'abc' | hash", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("'abc' | hash('md5')", "900150983cd24fb0d6963f7d28e17f72"),
    ("'abc' | hash('sha1')", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("'abc' | hash('sha256', 'base64')", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
    ("'abc' | hash('sha512') | length", 128),
    (
        "'what do ya want for nothing?' | hmac('sha256', 'Jefe')",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    ("'x' | hmac('sha1', env.KEY, 'base64url') | length", 27),
    ("env.AT | date('%d.%m.%Y %H:%M')", "31.01.2026 22:30"),
    ("env.AT | date('%Y-%m-%d %H:%M', 'Europe/Berlin')", "2026-01-31 23:30"),
    ("env.AT | plus(1, 'day') | date('%Y-%m-%d')", "2026-02-01"),
    ("env.AT | plus(2, 'hours')", "2026-02-01T00:30:00Z"),
    ("env.AT | minus(30, 'minutes')", "2026-01-31T22:00:00Z"),
    ("env.AT | plus(0.5, 'seconds')", "2026-01-31T22:30:00.500000Z"),
    ("'2026-01-31' | minus(1, 'weeks')", "2026-01-24T00:00:00Z"),
    ("'2026-01-31T12:00:00+02:00' | seconds", 1769853600),
    ("env.SECONDS | date('%Y')", "2026"),
    ("env.AT | seconds", 1769898600),
    ("env.AT | milliseconds", 1769898600000),
    ("env.NOPE | default('x') | upper", "X"),
]


@pytest.mark.parametrize(("expression", "value"), MADE)
def test_makes(expression: str, value: JsonValue) -> None:
    made = render_value(f"{{{{ {expression} }}}}", SCOPE, "body")
    assert made == value
    assert type(made) is type(value)


def test_every_filter_is_shown_here() -> None:
    shown = " ".join(expression for expression, _ in MADE)
    assert [name for name in FILTERS if f"| {name}" not in shown] == []


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("null | upper", "upper wants a text, not null"),
        ("env.CSV | replace('', 'x')", 'replace("old", "new") wants to know what to replace'),
        ("env.CSV | split('')", "wants a separator that is not empty"),
        ("'x' | pad(3, 'ab')", "wants a single character"),
        ("env.CSV | int", "int wants a number, not another text"),
        ("true | int", "wants a number, not boolean"),
        ("'1_000' | int", "wants a number, not another text"),
        ("'٣' | int", "wants a number, not another text"),
        ("1.5 | pad(0.5)", "wants a whole number"),
        ("env.N | round(99)", "wants between 0 and 15 decimals"),
        ("env.N | divide(0)", "cannot divide by 0"),
        ("'1e308' | multiply('1e308')", "makes a number that is too large"),
        ("env.N | length", "wants a text, a list or an object, not integer"),
        ("captured_data.t.empty | first", "first finds 0 entries, none at 0"),
        ("captured_data.t.ids | at(9)", "at(1) finds 4 entries, none at 9"),
        ("env.CSV | join", "wants a list, not string"),
        ("captured_data.t.holes | sort", "wants only texts or only numbers"),
        ("captured_data.t.ids | keys", "wants an object, not array"),
        ("'%%%' | base64decode", "wants base64, not another text"),
        ("'QWRhI' | base64decode", "wants base64, and this one is cut off"),
        ("'/////w==' | base64decode", "finds bytes that are not UTF-8 text"),
        ("env.CSV | parse", "wants JSON, not another text"),
        ("'x' | hash('crc32')", "knows md5, sha1, sha256, sha384, sha512, and not this"),
        ("'x' | hash('md5', 'binary')", "writes hex, base64, base64url, and not this"),
        ("env.CSV | date('%Y')", "wants a time such as 2026-01-31T12:00:00Z"),
        ("'1e20' | number | date('%Y')", "wants a time such as"),
        ("null | date('%Y')", "wants a time, not null"),
        ("env.AT | date('%999999999d')", "wants a pattern such as"),
        ("env.AT | date('%Y', 'Mars/Olympus')", "wants a time zone such as"),
        ("env.AT | date('%Y', '../../etc/passwd')", "wants a time zone such as"),
        ("env.AT | plus(2, 'fortnights')", "knows milliseconds, seconds, minutes"),
        ("env.AT | plus(1e9, 'weeks')", "leaves the calendar"),
    ],
)
def test_says_what_it_wants(expression: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render_value(f"{{{{{expression}}}}}", SCOPE, "body")
    assert caught.value.message.startswith(f"{{{{{expression}}}}}: ")
    assert message in caught.value.message
