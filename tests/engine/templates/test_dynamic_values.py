"""Dynamic values: their shapes, and that a seed repeats them."""

import re
from datetime import UTC, datetime

import pytest

from app.engine import JsonValue, Scope
from app.engine.errors import TemplateError
from app.engine.iterations import Iteration
from app.engine.templates import render_string, render_value
from app.engine.templates.dynamic_values import DYNAMIC_VALUES
from tests.engine.builders import FrozenClock

SCOPE = Scope(
    environment={"LIST": ["x", "y"], "FIVE": 5},
    fixtures={"users": [{"id": 1}, {"id": 2}]},
    clock=FrozenClock(),
    seed=1,
)
HEX = "[0-9a-f]"

SHAPES = [
    ("$uuid", f"{HEX}{{8}}-{HEX}{{4}}-4{HEX}{{3}}-[89ab]{HEX}{{3}}-{HEX}{{12}}"),
    ("$guid", f"{HEX}{{8}}-.*"),
    ("$randomUUID", f"{HEX}{{8}}-.*"),
    ("$now", "2026-01-02T03:04:05Z"),
    ("$isoTimestamp", r"2026-01-02T03:04:05\.000Z"),
    ("$today", "2026-01-02"),
    ("$timestamp", str(int(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp()))),
    ("$timestampMs", "[0-9]{10}000"),
    ("$randomDate", r"202[567]-\d\d-\d\d"),
    ("$randomDate(1, 1)", "2026-01-03"),
    ("$randomInt", r"\d{1,4}"),
    ("$randomInt(3, 3)", "3"),
    ("$randomInt(1, env.FIVE)", "[1-5]"),
    ("$randomFloat", r"[01](\.\d{1,2})?"),
    ("$randomFloat(1.5, 1.5, 1)", r"1\.5"),
    ("$randomBoolean", "true|false"),
    ("$randomChoice('a', 'b', 3)", "[ab3]"),
    ("$randomChoice(env.LIST)", "[xy]"),
    ("$randomString", "[A-Za-z0-9]{16}"),
    ("$randomString(12)", "[A-Za-z0-9]{12}"),
    ("$randomLetters(5)", "[A-Za-z]{5}"),
    ("$randomDigits(4)", "[0-9]{4}"),
    ("$randomHex(10)", f"{HEX}{{10}}"),
    ("$randomPassword", ".{16}"),
    ("$randomFirstName", "[A-Z][a-z]+"),
    ("$randomLastName", "[A-Z][a-z]+"),
    ("$randomFullName", "[A-Z][a-z]+ [A-Z][a-z]+"),
    ("$randomUserName", f"[a-z]+_{HEX}{{8}}"),
    ("$randomEmail", rf"[a-z]+\.[a-z]+\.{HEX}{{8}}@example\.com"),
    ("$randomEmail('shop.test')", r".*@shop\.test"),
    ("$randomPhoneNumber", r"\+1-\d{3}-555-01\d\d"),
    ("$randomCity", "[A-Z][a-z]+"),
    ("$randomCountry", "[A-Z][a-z A-Z]+"),
    ("$randomCountryCode", "[A-Z]{2}"),
    ("$randomStreetAddress", r"\d{1,3} [A-Za-z ]+"),
    ("$randomCompanyName", "[A-Z][a-z]+ [A-Za-z]+"),
    ("$randomColor", "[a-z]+"),
    ("$randomWord", "[a-z]+"),
    ("$randomWords(4)", "[a-z]+( [a-z]+){3}"),
    ("$randomSentence", r"[A-Z][a-z]+( [a-z]+){4,9}\."),
    ("$randomDomainName", r"[a-z]+-[a-z]+\.example\.com"),
    ("$randomUrl", r"https://[a-z]+-[a-z]+\.example\.com/[a-z]+"),
    ("$randomIP", r"198\.1[89]\.\d{1,3}\.\d{1,3}"),
    ("$randomIPV6", r"2001:db8(:[0-9a-f]{1,4}){6}"),
]


@pytest.mark.parametrize(("expression", "shape"), SHAPES)
def test_shapes(expression: str, shape: str) -> None:
    made = render_string(f"<{{{{{expression}}}}}>", SCOPE, "body")
    assert re.fullmatch(f"<({shape})>", made), made


def test_every_dynamic_value_is_shown_here() -> None:
    shown = {re.split(r"\W", expression[1:])[0] for expression, _ in SHAPES}
    assert set(DYNAMIC_VALUES) == shown


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("$randomInt(1, 10)", int),
        ("$timestamp", int),
        ("$randomFloat", float),
        ("$randomBoolean", bool),
        ("$randomChoice(fixture.users)", dict),
        ("$uuid", str),
    ],
)
def test_types_stay(expression: str, kind: type) -> None:
    assert type(render_value(f"{{{{{expression}}}}}", SCOPE, "body")) is kind


def test_filters_go_on_with_them() -> None:
    text = '{{$now | plus(1, "day") | date("%d.%m.%Y")}} {{$randomEmail | upper}}'
    assert re.fullmatch(r"03\.01\.2026 [A-Z0-9.]+@EXAMPLE\.COM", render_string(text, SCOPE, "body"))


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("$randomInt(10, 1)", "$randomInt(1, 10) wants the smaller number first"),
        ("$randomInt('a')", "wants a number, not another text"),
        ("$randomString(100001)", "wants a length of 0 to 100000"),
        ("$randomString(-1)", "wants a length of 0 to 100000"),
        ("$randomWords(5000)", "wants a number of 1 to 1000"),
        ("$randomDate(0, 99999999)", "wants the earliest and the latest day"),
        ("$randomChoice(captured_data.x)", "captured_data has no 'x'"),
        ("$randomFloat(0, 1, 99)", "at most 15 decimals"),
    ],
)
def test_says_what_it_wants(expression: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        render_value(f"{{{{{expression}}}}}", SCOPE, "body")
    assert message in caught.value.message


TEXT = "{{$uuid}} {{$randomInt(1, 1000000)}} {{$randomString}}"


def render(scope: Scope, key: str, index: int | None = None, attempt: int = 1) -> JsonValue:
    iteration = None if index is None else Iteration(index, str(index), index)
    return render_value(TEXT, scope.for_iteration(iteration, key, attempt), "body")


def test_a_seed_repeats_every_value_in_any_order() -> None:
    first, second = Scope(seed=42), Scope(seed=42)
    forwards = [render(first, key, index) for key in "ab" for index in (None, 0, 1)]
    backwards = [render(second, key, index) for key in "ba" for index in (1, 0, None)]
    assert sorted(map(str, forwards)) == sorted(map(str, backwards))


def test_seeds_tests_iterations_and_attempts_differ() -> None:
    made = [
        render(Scope(seed=1), "a"),
        render(Scope(seed=2), "a"),
        render(Scope(seed=1), "b"),
        render(Scope(seed=1), "a", 0),
        render(Scope(seed=1), "a", 1),
        render(Scope(seed=1), "a", 1, attempt=2),
    ]
    assert len(set(map(str, made))) == len(made)


def test_without_a_seed_runs_differ() -> None:
    assert render(Scope(), "a") != render(Scope(), "a")


def test_the_same_name_makes_a_new_value_each_time() -> None:
    one, other = render_string("{{$uuid}} {{$uuid}}", SCOPE, "body").split()
    assert one != other


def test_a_label_makes_the_same_value_wherever_it_is_used() -> None:
    source = Scope(seed=3).for_iteration(None, "order")
    sent = render_value({"id": "{{$uuid#order}}", "other": "{{$uuid#item}}"}, source, "body")
    expected = render_string("{{$uuid#order}}", source, "expected_body")
    assert isinstance(sent, dict)
    assert sent["id"] == expected
    assert sent["other"] != expected
    assert render_string("{{$randomHex#order}}", source, "x") != expected
