"""A canary: secrets through every place of a request and an answer, to be found nowhere."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

import pytest

from app.engine import Event, Plan, ResultStatus, RunOptions, Scope, TestEnded, run
from tests.engine.builders import MemoryTransport, build_document, collect, get_results
from tests.engine.canary import (
    CAPTURED,
    FORMS,
    JWT,
    LATE,
    PASSWORD,
    PLAIN,
    SECRETS,
    answer,
    recognise,
)
from tests.engine.canary_places import PLACES


def assert_clean(document: object, forms: Iterable[str] = FORMS) -> None:
    text = f"{document!r}\n{json.dumps(document, default=str)}\n"
    text += json.dumps(document, default=str, ensure_ascii=False)
    leaked = sorted(form for form in forms if form in text)
    assert not leaked, (leaked, text[max(0, text.find(leaked[0]) - 300) :][:700])
    assert "canary" not in text, text[max(0, text.find("canary") - 300) :][:700]


def to_document(event: Event) -> dict[str, Any]:
    document = asdict(event)
    if isinstance(event, TestEnded):
        del document["result"]["captured"]  # goes into the context, where it is kept
    return document


async def run_place(key: str, fields: Mapping[str, Any]) -> list[Event]:
    document = build_document([{"key": key, **fields}])
    document["fixtures"] = {
        "users": [
            {"password": PLAIN, "name": PASSWORD},
            {"password": JWT, "other": "canary-of-an-iteration"},
        ]
    }
    scope = Scope.from_document(document, SECRETS)
    transport = MemoryTransport(answer)
    plan = Plan.from_document(document)
    return await collect(run(plan, scope, transport, RunOptions(retry_initial_seconds=0)))


@pytest.mark.parametrize("key", PLACES)
async def test_a_secret_is_shown_nowhere(key: str) -> None:
    events = await run_place(key, PLACES[key])
    assert any(isinstance(event, TestEnded) for event in events)
    for event in events:
        assert_clean(to_document(event))


SENT = [
    *("path", "path-parameter", "query", "header", "authorization", "cookie", "json", "form"),
    *("multipart", "text", "xml", "graphql", "bearer", "basic", "digest", "api-key"),
    *("api-key-query", "oauth2", "oauth2-refresh", "jwt", "sigv4", "filters", "captures"),
    "redirect",
]


@pytest.mark.parametrize("key", SENT)
async def test_the_canary_really_flew(key: str) -> None:
    """The request was sent and answered, so that there was something to hide."""
    result = get_results(await run_place(key, PLACES[key]))[key]
    assert result.status is ResultStatus.PASSED, result.error_message
    response = result.attempts[0].response
    assert response is not None
    assert response.body.count("[redacted]") >= 3


async def test_what_a_test_captures_is_secret_in_the_next_ones() -> None:
    document = build_document(
        [
            {
                "key": "login",
                "capture_vars": {
                    "secret": {"path": "$.captured", "secret": True},
                    "late": "$.late",
                    "token": {"path": "$.token", "into": "shared_auth_tokens"},
                },
            },
            {
                "key": "use",
                "path": "/{{captured_data.login.secret}}",
                "auth_type": "bearer",
                "auth_token_ref": "captured_data.login.late",
                "headers": {"X-Token": "{{shared_auth_tokens.token}}"},
                "expected_body": {"captured": "x{{captured_data.login.secret}}"},
            },
        ]
    )
    scope = Scope.from_document(document, SECRETS)
    events = await collect(run(Plan.from_document(document), scope, MemoryTransport(answer)))
    assert get_results(events)["use"].status is ResultStatus.FAILED
    assert scope.captured_data["login"] == {"secret": CAPTURED, "late": LATE}
    for event in events:
        assert_clean(to_document(event), FORMS | recognise(CAPTURED) | recognise(LATE))
