"""Answers, and the results of what is expected of them."""

from typing import Any

import orjson
from hypothesis import strategies as st

from app.engine import (
    AssertionResult,
    AssertionSpec,
    Expectations,
    JsonValue,
    ReceivedResponse,
    Scope,
)
from app.engine.assertions.checks import build_checks
from app.engine.response import Response
from tests.engine.builders import FrozenClock

BODY: JsonValue = {
    "id": 7,
    "price": 9.5,
    "name": "Lamp",
    "tags": ["a", "b"],
    "owner": {"name": "Ada", "admin": False},
    "none": None,
    "items": [{"id": 1, "ok": True}, {"id": 2, "ok": True}],
}


def build_response(body: bytes | JsonValue = BODY, **fields: Any) -> Response:
    answer: dict[str, Any] = {
        "status_code": 200,
        "headers": (("Content-Type", "application/json; charset=utf-8"), ("X-Id", "7")),
        "body": body if isinstance(body, bytes) else orjson.dumps(body),
        "elapsed_ms": 100.0,
    }
    return Response(ReceivedResponse(**(answer | fields)))


def evaluate(
    expectations: Expectations, body: bytes | JsonValue = BODY, **fields: Any
) -> list[AssertionResult]:
    response = build_response(body, **fields)
    checks = build_checks(expectations, Scope(shared_variables={"seven": 7}), FrozenClock())
    return [result for check in checks for result in check.evaluate(response)]


def check(spec: AssertionSpec, body: bytes | JsonValue = BODY, **fields: Any) -> AssertionResult:
    return evaluate(Expectations(assertions=(spec,)), body, **fields)[-1]


texts = st.text(st.characters(exclude_characters="{", exclude_categories=["Cs"]), max_size=5)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
