"""What the scope holds, how captures extend it, and what one attempt sees of it."""

import pytest

from app.engine import Scope
from app.engine.errors import TemplateError
from app.engine.iterations import Iteration
from app.engine.redaction import MASK, Redactor
from app.engine.results import ContextDelta
from app.engine.templates import render_value
from tests.engine.builders import build_document


def test_captures_are_merged_per_test() -> None:
    scope = Scope(captured_data={"a": {"x": 1}}, shared_variables={"v": 1})
    scope.apply(ContextDelta(captured_data={"a": {"y": 2}}, shared_variables={"v": 2}))
    assert scope.captured_data == {"a": {"x": 1, "y": 2}}
    assert scope.shared_variables == {"v": 2}


def test_a_copy_does_not_follow_the_original() -> None:
    scope = Scope(captured_data={"a": {"x": 1}}, fixtures={"f": [1]}, seed=7)
    copy = scope.copy()
    scope.apply(ContextDelta(captured_data={"a": {"y": 2}}))
    assert copy.captured_data == {"a": {"x": 1}}
    assert (copy.fixtures, copy.seed) == ({"f": [1]}, 7)


def test_reads_fixtures_of_the_plan() -> None:
    document = build_document([])
    document["fixtures"] = {"users": [1]}
    assert render_value("{{fixture.users[0]}}", Scope.from_document(document), "x") == 1


def test_an_attempt_sees_its_iteration_and_later_captures() -> None:
    scope = Scope(environment={"A": 1})
    source = scope.for_iteration(Iteration(3, "ann", {"email": "ann@example.com"}), "t")
    scope.apply(ContextDelta(shared_variables={"later": "x"}))
    assert render_value(
        {
            "index": "{{iteration.index}}",
            "name": "{{iteration.name}}",
            "email": "{{iteration.value.email}}",
            "all": "{{iteration.value}}",
            "env": "{{env.A}}",
            "later": "{{shared_variables.later}}",
        },
        source,
        "body",
    ) == {
        "index": 3,
        "name": "ann",
        "email": "ann@example.com",
        "all": {"email": "ann@example.com"},
        "env": 1,
        "later": "x",
    }
    with pytest.raises(TemplateError, match="iteration has no 'row'; it has index, name, value"):
        render_value("{{iteration.row}}", source, "body")


@pytest.mark.parametrize(
    "expression",
    [
        "env.PASSWORD | upper",
        "env.PASSWORD | hash('md5')",
        "env.PASSWORD | slice(0, 12)",
        "env.PASSWORD | split('-') | join('.')",
        "env.PASSWORD | base64 | base64",
        "'x' | hmac('sha256', env.PASSWORD)",
        "env.NOPE | default(env.PASSWORD) | upper",
        "captured_data.login.token | upper",
        "captured_data.login | json | hash",
    ],
)
def test_what_filters_make_of_a_secret_is_a_secret(expression: str) -> None:
    scope = Scope(
        secrets={"PASSWORD": "open-sesame-now"},
        captured_data={"login": {"token": "t0ken-of-ann"}},
    )
    redactor = Redactor(["open-sesame-now", "t0ken-of-ann"])
    scope.derivation_listener = redactor.add_derived
    made = render_value(f"{{{{{expression}}}}}", scope.for_iteration(None), "body")
    assert isinstance(made, str)
    assert redactor.redact(f"<{made}>") == f"<{MASK}>"


def test_what_filters_make_of_other_values_is_none() -> None:
    scope = Scope(environment={"NAME": "ann lovelace"}, secrets={"PASSWORD": "open-sesame-now"})
    redactor = Redactor(["open-sesame-now"])
    scope.derivation_listener = redactor.add_derived
    source = scope.for_iteration(None)
    made = render_value(["{{env.NAME | upper}}", "{{env.PASSWORD | length}}"], source, "body")
    assert redactor.redact_value(made) == ["ANN LOVELACE", 15]
