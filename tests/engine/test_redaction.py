"""Redaction: every form of a secret, and a canary through a whole run."""

import base64
import html
import json
import re
from dataclasses import asdict
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import (
    Category,
    ContextUpdated,
    JsonValue,
    Plan,
    PreparedRequest,
    ReceivedResponse,
    RunOptions,
    Scope,
    TestEnded,
    TransportError,
    run,
)
from app.engine.redaction import MASK, Redactor
from tests.engine.builders import MemoryTransport, build_document, collect, select

SECRET = 'p@ss/w"rd+\u00e9\\ 9'


def forms(secret: str) -> list[str]:
    content = secret.encode()
    escaped = json.dumps(secret)[1:-1]
    return [
        secret,
        escaped,
        json.dumps(secret, ensure_ascii=False)[1:-1],
        escaped.replace("/", "\\/"),
        json.dumps(escaped)[1:-1],
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        quote(secret, safe="").lower() if secret.islower() else quote(secret, safe=""),
        base64.b64encode(content).decode(),
        base64.urlsafe_b64encode(content).decode(),
        base64.b64encode(content).decode().rstrip("="),
        quote(base64.b64encode(content).decode(), safe=""),
        content.hex(),
        content.hex().upper(),
        secret.lower(),
        repr(secret)[1:-1],
        html.escape(secret),
        html.escape(secret, quote=False),
        html.escape(secret).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"),
        json.dumps(html.escape(secret))[1:-1],
        quote(escaped, safe=""),
        base64.b64encode(escaped.encode()).decode(),
        re.sub(r"\\\\u(....)", lambda match: f"\\\\u{match[1].upper()}", escaped),
    ]


@pytest.mark.parametrize("form", forms(SECRET))
@pytest.mark.parametrize("before", ["", "a", "ab", "abc", "Bearer "])
def test_masks_every_form(form: str, before: str) -> None:
    redacted = Redactor([SECRET]).redact(f"{before}{form}<after>")
    assert redacted == f"{before}{MASK}<after>"


@pytest.mark.parametrize("user", ["", "a", "ab", "abc", "abcd"])
@pytest.mark.parametrize("after", ["", "z", "zz", "zzz"])
def test_masks_inside_longer_base64(user: str, after: str) -> None:
    secret = "open sesame 1234"
    encoded = base64.b64encode(f"{user}:{secret}{after}".encode()).decode()
    redacted = Redactor([secret]).redact(encoded)
    assert MASK in redacted
    # What is left of the secret is at most the bits it shares with its neighbours.
    assert len(redacted.replace(MASK, "")) <= len(user) * 2 + len(after) * 2 + 8


def test_several_secrets_that_overlap_or_touch() -> None:
    redactor = Redactor(["abcdefgh", "efghijkl", "mnopqrst"])
    assert redactor.redact("-abcdefghijklmnopqrst-abcdefgh") == f"-{MASK}-{MASK}"


def test_short_secrets() -> None:
    redactor = Redactor(["1234", "ab", ""])
    assert redactor.redact("pin 1234 of 12345") == f"pin {MASK} of {MASK}5"
    assert redactor.redact("about") == "about"
    assert redactor.redact("ab") == MASK
    assert redactor.redact("") == ""


def test_values() -> None:
    redactor = Redactor(["hunter22", 123456, {"deep": ["secretive", None, True]}])
    value: JsonValue = {
        "a": ["x hunter22", 123456, 123457, True, None],
        "hunter22": 1.5,
        "b": "secretive",
    }
    assert redactor.redact_value(value) == {
        "a": [f"x {MASK}", MASK, 123457, True, None],
        MASK: 1.5,
        "b": MASK,
    }


def test_a_cut_never_leaves_the_beginning_of_a_secret() -> None:
    redactor = Redactor(["0123456789abcdef"])
    text = "x" * 10 + "0123456789abcdef" * 2 + "tail"
    for limit in range(len(text) + 2):
        redacted = redactor.redact(text, limit)
        assert "0123" not in redacted
        assert redacted == ("x" * min(limit, 10) + (MASK if limit > 10 else "") + text[42:limit])


@pytest.mark.parametrize("limit", [0, 1, 2, 3, 8])
def test_a_very_short_cut_shows_nothing_of_a_secret(limit: int) -> None:
    assert Redactor(["0123456789"]).redact("0123456789 tail", limit) in ("", MASK)


def test_nul_characters_do_not_leave() -> None:
    assert Redactor().redact("a\x00b") == "a\ufffdb"


@given(
    st.text(min_size=7, max_size=40),
    st.text(max_size=12),
    st.text(max_size=12),
)
def test_no_surrounding_hides_a_secret(secret: str, before: str, after: str) -> None:
    assert secret not in Redactor([secret]).redact(before + secret + after).replace(MASK, "\x01")


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "shape", ["eyJhbGciOiJIUzI1NiJ9.token-{}", "{}-of-the-same-ending-for-all", "{}"]
)
def test_thousands_of_secrets(shape: str) -> None:
    redactor = Redactor(shape.format(f"{index:05}") for index in range(5_000))
    text = "an ordinary body of a response, " * 300
    for _ in range(100):
        assert redactor.redact(text) == text
    for index in (0, 17, 4_999):
        assert redactor.redact(f"x {shape.format(f'{index:05}')} y") == f"x {MASK} y"


@given(
    st.lists(st.text(min_size=4, max_size=60), min_size=1, max_size=30),
    st.text(max_size=200),
    st.data(),
)
def test_many_secrets_in_any_text(secrets: list[str], text: str, data: st.DataObject) -> None:
    redactor = Redactor(secrets)
    secret = data.draw(st.sampled_from(secrets))
    at = data.draw(st.integers(0, len(text)))
    redacted = redactor.redact(text[:at] + secret + text[at:])
    assert not any(secret in part for part in redacted.split(MASK))


def test_parts_of_a_token_are_as_secret_as_the_whole() -> None:
    header, payload, signature = "eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiJhbm4ifQ", "c2lnbmF0dXJl-x_y"
    redactor = Redactor([f"{header}.{payload}.{signature}"])
    assert redactor.redact(f"<{header}.{payload}.{signature}>") == f"<{MASK}>"
    assert redactor.redact(f"<{payload}> <{signature}>") == f"<{MASK}> <{MASK}>"
    assert redactor.redact(f"<{header}>") == f"<{header}>"


@pytest.mark.parametrize("claims", [{"p": SECRET}, {"a": 1, "nested": {"pp": [SECRET]}}])
def test_a_secret_in_the_claims_of_a_token(claims: JsonValue) -> None:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    token = f"eyJhbGciOiJIUzI1NiJ9.{payload}.c2ln"
    redacted = Redactor([SECRET]).redact(token)
    hidden = len(token) - len(redacted.replace(MASK, ""))
    assert hidden >= len(json.dumps(SECRET)[1:-1]) * 4 // 3 - 1


@pytest.mark.parametrize("kept", range(4, 20))
def test_a_message_that_cuts_a_secret(kept: int) -> None:
    redactor = Redactor(["open-sesame-or-not", SECRET])
    for secret in ("open-sesame-or-not", json.dumps(SECRET)[1:-1]):
        message = f"expected 1, got {secret[:kept]}..., or 2..."
        assert redactor.redact_message(message, 1_000) == f"expected 1, got {MASK}..., or 2..."
    assert redactor.redact_message("x...", 1_000) == "x..."
    assert redactor.redact_message("open...", 3) == MASK


PASSWORD = "canary-p4ssw0rd/+&é"
TOKEN = "canary-t0ken.aaaaaaaa.bbbbbbbb"
LATER = "canary-captured-and-used-as-token"


def echo(request: PreparedRequest) -> ReceivedResponse | TransportError:
    """Sends everything back, in every form, and the tokens as well."""
    if request.url.endswith("/down"):
        return TransportError(Category.CONNECTION, f"refused {request.url} {PASSWORD}", "?")
    body = request.body or b""
    sent = {
        "url": request.url,
        "headers": dict(request.headers),
        "body": body.decode(),
        "b64": base64.b64encode(b"x" + body).decode(),
        "quoted": quote(PASSWORD, safe=""),
        "token": TOKEN,
        "later": LATER,
        "list": [PASSWORD, {PASSWORD: TOKEN}],
    }
    headers = [("Content-Type", "application/json"), ("X-Echo", PASSWORD), ("Set-Cookie", TOKEN)]
    return ReceivedResponse(
        status_code=200, headers=tuple(headers), body=json.dumps(sent).encode(), elapsed_ms=1
    )


def build_canary() -> tuple[Plan, Scope]:
    document = build_document(
        [
            {
                "key": "login",
                "method": "POST",
                "path": "/login/{{env.PASSWORD}}",
                "query_params": {"p": "{{env.PASSWORD}}", "q": ["{{env.PASSWORD}}"]},
                "headers": {"X-P": "{{env.PASSWORD}}", "Authorization": "Basic {{env.PASSWORD}}"},
                "body": {"password": "{{env.PASSWORD}}", "twice": "<{{env.PASSWORD}}>"},
                "capture_vars": {
                    "t": {"path": "$.token", "into": "shared_auth_tokens", "name": "access_token"},
                    "later": "$.later",
                    "echo": "$.list",
                },
            },
            {
                "key": "use",
                "auth_type": "bearer",
                "expected_headers": {"X-Echo": "other {{env.PASSWORD}}"},
                "expected_body": {"list": ["{{env.PASSWORD}}"], "token": "x"},
                "assertions": [
                    {"type": "custom", "path": "$.token", "expected": "no"},
                    {"type": "custom", "path": "$.url", "expected": "{{env.PASSWORD}}!"},
                    {"type": "custom", "path": "$.gone['{{env.PASSWORD}}']"},
                    {"type": "body", "operator": "matches", "expected": "^{{env.PASSWORD}}$"},
                ],
            },
            {"key": "later", "auth_type": "bearer", "auth_token_ref": "captured_data.login.later"},
            {"key": "down", "headers": {"A": "{{env.PASSWORD}}"}},
            {
                "key": "form",
                "body": {"p": "{{env.PASSWORD}}"},
                "body_type": "x-www-form-urlencoded",
            },
            {"key": "bad", "path": "/{{env.PASSWORD.x}}"},
            {"key": "url", "path": "{{env.PASSWORD}}", "retry_count": 1},
        ],
        variables={},
    )
    return Plan.from_document(document), Scope.from_document(document, {"PASSWORD": PASSWORD})


async def test_a_canary_is_found_nowhere_but_in_the_context() -> None:
    plan, scope = build_canary()
    events = await collect(run(plan, scope, MemoryTransport(echo), RunOptions()))
    ended = select(events, TestEnded)
    assert {event.result.key: event.result.status for event in ended} == {
        "login": "passed",
        "use": "failed",
        "later": "passed",
        "down": "error",
        "form": "passed",
        "bad": "error",
        "url": "passed",
    }
    assert scope.shared_auth_tokens == {"access_token": TOKEN}
    for event in events:
        document = asdict(event)
        if isinstance(event, TestEnded):
            del document["result"]["captured"]
        text = repr(document) + repr(event) + json.dumps(document, default=str)
        for secret in (PASSWORD, TOKEN, LATER):
            for form in forms(secret):
                assert form not in text, (type(event).__name__, form)
        assert "canary" not in text


async def test_captured_names_are_told_without_values() -> None:
    plan, scope = build_canary()
    events = await collect(run(plan, scope, MemoryTransport(echo)))
    (updated,) = select(events, ContextUpdated)
    assert updated.shared_auth_tokens == ("access_token",)
    assert updated.captured_data == ("later", "echo")


async def test_a_cut_body_loses_what_may_be_half_a_secret() -> None:
    body = b"x" * 50 + TOKEN[:-3].encode()

    def cut(_: PreparedRequest) -> ReceivedResponse:
        return ReceivedResponse(status_code=200, body=body, is_truncated=True)

    document = build_document([{"key": "a"}])
    scope = Scope.from_document(document, {"T": TOKEN})
    events = await collect(run(Plan.from_document(document), scope, MemoryTransport(cut)))
    attempt = select(events, TestEnded)[0].result.attempts[0]
    assert attempt.response is not None
    assert attempt.response.is_truncated
    assert "canary" not in attempt.response.body


async def test_credentials_of_an_earlier_part_of_the_run_are_known() -> None:
    document = build_document(
        [{"key": "a"}, {"key": "b", "headers": {"Authorization": "X {{shared_variables.t}}"}}]
    )
    document["context"] = {"shared_variables": {"t": TOKEN}}
    scope = Scope.from_document(document)
    events = await collect(run(Plan.from_document(document), scope, MemoryTransport(echo)))
    for event in select(events, TestEnded):
        assert TOKEN not in repr(event)


async def test_a_large_value_is_redacted_and_cut() -> None:
    def answer(_: PreparedRequest) -> ReceivedResponse:
        items = [{"n": index, "token": TOKEN} for index in range(50_000)]
        return ReceivedResponse(status_code=200, body=json.dumps(items).encode())

    document = build_document(
        [{"key": "a", "assertions": [{"type": "body", "operator": "type", "expected": "object"}]}]
    )
    scope = Scope.from_document(document, {"T": TOKEN})
    events = await collect(run(Plan.from_document(document), scope, MemoryTransport(answer)))
    text = repr(select(events, TestEnded))
    assert "canary" not in text
    assert len(text) < 200_000


@pytest.mark.timeout(30)
@pytest.mark.parametrize(
    "text", ["." * 60_000, "a..." * 15_000, "aaaa" * 15_000 + "...", "aaaaa..." * 8_000]
)
def test_marks_that_cut_nothing_cost_little(text: str) -> None:
    redactor = Redactor(["a" * 5_000, "-----BEGIN KEY-----" + "a" * 5_000])
    assert redactor.redact_message(text, 70_000).endswith("...")
