"""A canary: secrets through every place of a request and an answer, to be found nowhere."""

import base64
import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any
from urllib.parse import quote, quote_plus

import jwt
import pytest

from app.engine import (
    Category,
    Event,
    JsonValue,
    Plan,
    PreparedRequest,
    ReceivedResponse,
    ResultStatus,
    RunOptions,
    Scope,
    TestEnded,
    TransportError,
    run,
)
from tests.engine.builders import MemoryTransport, build_document, collect, get_results

PASSWORD = "canary/p4ss+wörd<&>\"'\\ 9"
PLAIN = "canaryPlainSecret0123456789"
PIN = 739184265
JWT = jwt.encode({"sub": "canary-subject", "note": PLAIN}, "canary-signing-key-of-32-bytes-or-more")
CAPTURED = "canary-captured-by-a-test"
LATE = "canary-captured-and-sent-as-token"
SECRETS = {"PASSWORD": PASSWORD, "PLAIN": PLAIN, "PIN": str(PIN), "JWT": JWT}


def show(text: str) -> set[str]:
    """Every way in which a careless target may show a text."""
    content = text.encode()
    escaped = {json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
    shown = {text, repr(text)[1:-1], content.hex(), content.hex().upper(), *escaped}
    shown |= {form.replace("/", "\\/") for form in escaped}
    shown |= {quote(text), quote(text, safe=""), quote_plus(text)}
    shown |= {html.escape(text), html.escape(text, quote=False)}
    shown |= {html.escape(text).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")}
    for before in (b"", b"a", b"ab"):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            shown.add(encode(before + content + b"z").decode())
    return shown


def recognise(text: str) -> set[str]:
    """What must not be found: of base64 not the ends, which depend on what stands beside it."""
    content = text.encode()
    plain = {form for form in show(text) if form.isprintable()}
    encoded = {
        encode(before + content + b"z").decode()
        for before in (b"", b"a", b"ab")
        for encode in (base64.b64encode, base64.urlsafe_b64encode)
    }
    return (plain - encoded) | {form[4:-4] for form in encoded}


PARTS = JWT.split(".")[1:]
TEXTS = (PASSWORD, PLAIN, str(PIN), JWT)
SHOWN = sorted({*PARTS, *(form for text in TEXTS for form in show(text))})
FORMS = {*PARTS, *(form for text in TEXTS for form in recognise(text))}


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


def show_everything(request: PreparedRequest) -> dict[str, JsonValue]:
    """The request as sent, and the secrets in every form."""
    body = request.body or b""
    return {
        "url": request.url,
        "headers": dict(request.headers),
        "names": [name for name, _ in request.headers],
        "body": body.decode(errors="replace"),
        "encoded": base64.b64encode(b"x" + body).decode(),
        "password": PASSWORD,
        "pin": PIN,
        "pins": [PIN, -1],
        "forms": [*SHOWN],
        "token": JWT,
        "claim": f"{base64.urlsafe_b64encode(json.dumps({'p': PASSWORD}).encode()).decode()}.x",
        PASSWORD: {PLAIN: [JWT]},
    }


def log_in(request: PreparedRequest) -> ReceivedResponse:
    """Give out what is no secret yet, and show it in later answers, too."""
    forms: list[JsonValue] = [*sorted(show(CAPTURED) | show(LATE))]
    shown: dict[str, JsonValue] = {"captured": CAPTURED, "late": LATE, "forms": forms}
    return json_answer({**show_everything(request), **shown})


def build_xml() -> str:
    return f'<r a="{html.escape(PASSWORD)}"><p>{html.escape(PASSWORD)}</p><t>{JWT}</t></r>'


def answer(request: PreparedRequest) -> ReceivedResponse | TransportError:
    path = request.url.partition("?")[0]
    if path.endswith("/down"):
        return TransportError(Category.CONNECTION, f"no way to {request.url}: {PASSWORD}", "?")
    if path.endswith(("/login", CAPTURED)):
        return log_in(request)
    if path.endswith("/token"):
        return json_answer({"access_token": PLAIN + "-issued", "expires_in": 3600})
    if path.endswith("/moved"):
        location = f"https://elsewhere.test/{quote(PASSWORD, safe='')}?t={JWT}"
        return ReceivedResponse(status_code=302, headers=(("Location", location),))
    if path.endswith("/loop"):
        headers = (("Location", f"/loop?p={quote(PASSWORD, safe='')}&t={JWT}"),)
        return ReceivedResponse(status_code=302, headers=headers)
    if path.endswith("/digest") and "authorization" not in dict(lower(request.headers)):
        challenge = 'Digest realm="shop", nonce="n", qop="auth", algorithm=SHA-256'
        return ReceivedResponse(status_code=401, headers=(("WWW-Authenticate", challenge),))
    if path.endswith("/xml"):
        headers = (("Content-Type", "application/xml"),)
        return ReceivedResponse(status_code=200, headers=headers, body=build_xml().encode())
    if path.endswith("/text"):
        return ReceivedResponse(status_code=200, body="\n".join(SHOWN).encode())
    return json_answer(show_everything(request), request)


def lower(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers]


def json_answer(body: JsonValue, request: PreparedRequest | None = None) -> ReceivedResponse:
    headers = [
        ("Content-Type", "application/json"),
        ("X-Plain", PLAIN),
        (f"X-{PLAIN}", quote(PASSWORD)),
        ("X-Quoted", f'"{PASSWORD}"'),
        ("Authorization", f"Bearer {JWT}"),
        ("Set-Cookie", f"session={JWT}; Path=/"),
        ("Set-Cookie", f"pin={PIN}; Path=/"),
        ("Location", f"https://elsewhere.test/?p={quote(PASSWORD, safe='')}"),
    ]
    return ReceivedResponse(
        status_code=200, headers=tuple(headers), body=json.dumps(body).encode(), request=request
    )


P, Q, N, T = "{{env.PASSWORD}}", "{{env.PLAIN}}", "{{env.PIN}}", "{{env.JWT}}"
JSON_PATH_OPERATORS: list[tuple[str, JsonValue]] = [
    ("eq", f"{P}!"),
    ("ne", P),
    ("lt", 5),
    ("in", [P + "x", Q]),
    ("contains", f"{Q}{P}"),
    ("matches", "^{{env.PLAIN}}$"),
    ("absent", None),
    ("empty", None),
    ("type", "integer"),
    ("length", 3),
    ("between", [1, 2]),
]

PLACES: dict[str, Mapping[str, Any]] = {
    "path": {"path": f"/a/{P}/b/{T}"},
    "url": {"path": f"http://user:{Q}@shop.test/x?p={P}"},
    "whole-url": {"path": Q},
    "path-parameter": {"path": "/a/{p}/{pin}", "path_params": {"p": P, "pin": N}},
    "query": {"query_params": {"p": P, "list": [Q, N], f"x{Q}": "1", "json": {"a": P}}},
    "header": {"headers": {"X-P": Q, f"X-{Q}": "1", "X-Basic": "{{env.PLAIN | base64}}"}},
    "authorization": {"headers": {"Authorization": f"Custom {Q}", "Proxy-Authorization": Q}},
    "cookie": {"cookies": {"session": Q, Q: "1"}},
    "json": {"method": "POST", "body": {"p": P, Q: [T, {"x": f"<{P}>"}], "pin": N}},
    "form": {"method": "POST", "body": {"p": P, Q: T}, "body_type": "x-www-form-urlencoded"},
    "multipart": {
        "method": "POST",
        "body_type": "form-data",
        "body": {
            "p": P,
            "file": {"filename": f"{Q}.txt", "content": f"x{T}"},
            "encoded": {"content_base64": "{{env.PASSWORD | base64}}"},
        },
    },
    "text": {"method": "POST", "body": f"-- {P} {T}", "body_type": "text"},
    "xml": {"method": "POST", "body": "<p>{{env.PASSWORD | escape}}</p>", "body_type": "xml"},
    "graphql": {
        "method": "POST",
        "body_type": "graphql",
        "body": {"query": f'{{ a(p: "{Q}") }}', "variables": {"p": P}},
    },
    "bearer": {"auth_type": "bearer", "auth_token_ref": "env.JWT"},
    "basic": {"auth_type": "basic", "auth": {"username": "ann", "password": P}},
    "basic-reference": {"auth_type": "basic", "auth_token_ref": f"ann:{P}"},
    "digest": {"auth_type": "digest", "auth": {"username": "ann", "password": P}},
    "api-key": {"auth_type": "api-key", "auth_token_ref": "env.PLAIN"},
    "api-key-query": {
        "auth_type": "api-key",
        "auth_token_ref": "env.PASSWORD",
        "auth": {"in": "query", "name": "key"},
    },
    "oauth2": {
        "auth_type": "oauth2",
        "auth": {
            "token_url": "http://shop.test/token",
            "client_id": "ann",
            "client_secret": P,
            "client_authentication": "body",
        },
    },
    "oauth2-refresh": {
        "auth_type": "oauth2",
        "auth": {
            "grant": "refresh_token",
            "token_url": "http://shop.test/token",
            "client_id": "ann",
            "client_secret": P,
            "refresh_token": T,
        },
    },
    "jwt": {"auth_type": "jwt-hs256", "auth": {"api_key": Q, "api_secret": f"{Q}{Q}"}},
    "sigv4": {
        "auth_type": "aws-sigv4",
        "auth": {
            "access_key_id": "AKIDEXAMPLE",
            "secret_access_key": P,
            "session_token": T,
            "region": "eu-central-1",
            "service": "execute-api",
        },
    },
    "filters": {
        "headers": {
            "X-Upper": "{{env.PLAIN | upper}}",
            "X-Twice": "{{env.PASSWORD | base64 | base64}}",
            "X-Hash": "{{env.PASSWORD | hash('md5')}}",
        },
    },
    "transport-error": {"path": "/down", "query_params": {"p": P}, "retry_count": 1},
    "redirect": {"path": "/moved", "transfer": {"redirects": {"follow": True}}},
    "redirect-loop": {
        "path": "/loop",
        "transfer": {"redirects": {"follow": True, "maximum": 2}},
    },
    "proxy": {"transfer": {"proxy": f"http://ann:{Q}@proxy.test"}},
    "certificate": {"transfer": {"tls": {"ca": T, "certificate": Q, "key": f"{Q}{T}"}}},
    "bad-proxy": {"transfer": {"proxy": f"ftp://{Q}"}},
    "status": {"expected_status_code": "{{env.PIN}}"},
    "expected-header": {"expected_headers": {"X-Plain": f"{Q}!", "X-Gone": P, "Location": P}},
    "exact": {"expected_body": {"password": f"{P}!", Q: P}, "body_match_type": "exact"},
    "partial": {"expected_body": {"password": Q, "pins": [N]}, "body_match_type": "partial"},
    "contains": {"expected_body": f"{P}{Q}", "body_match_type": "contains"},
    "regex": {"path": "/text", "expected_body": "^{{env.PLAIN}}$", "body_match_type": "regex"},
    "schema": {
        "body_match_type": "schema",
        "expected_body": {
            "required": [Q + "-gone"],
            "properties": {"password": {"const": Q}, "pin": {"maximum": 5}, "token": {"enum": [P]}},
        },
    },
    "snapshot": {
        "snapshots": {"s": {"password": "other"}},
        "assertions": [{"type": "snapshot", "name": "s"}, {"type": "snapshot", "name": "new"}],
    },
    "openapi": {
        "assertions": [
            {
                "type": "openapi",
                "expected": {
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {
                                "application/json": {
                                    "schema": {"properties": {"password": {"type": "integer"}}}
                                }
                            },
                        }
                    }
                },
            }
        ]
    },
    "json-path": {
        "assertions": [
            {"type": "jsonpath", "path": path, "operator": operator, "expected": expected}
            for operator, expected in JSON_PATH_OPERATORS
            for path in ("$.password", "$.pin", "$.forms", "$['{{env.PLAIN}}']")
        ]
    },
    "each": {
        "assertions": [
            {
                "type": "jsonpath",
                "path": "$.forms",
                "operator": "each",
                "expected": {"operator": "eq", "expected": Q},
            },
            {"type": "jsonpath", "path": "$.forms", "operator": "unique"},
            {"type": "jsonpath", "path": "$.pins", "operator": "sorted"},
        ]
    },
    "xpath": {
        "path": "/xml",
        "assertions": [
            {"type": "xpath", "path": "/r/p/text()", "operator": "eq", "expected": f"{P}!"},
            {"type": "xpath", "path": "/r/@a", "operator": "matches", "expected": "^x"},
            {"type": "xpath", "path": "//p[. = '{{env.PLAIN}}']", "operator": "exists"},
        ],
    },
    "other-assertions": {
        "assertions": [
            {"type": "header", "name": "X-Plain", "operator": "eq", "expected": P},
            {"type": "header", "name": f"X-{Q}-gone", "operator": "exists"},
            {"type": "cookie", "name": "session", "operator": "eq", "expected": Q},
            {"type": "body", "operator": "contains", "expected": f"{P}{P}"},
            {"type": "body", "operator": "eq", "expected": {"a": T}, "severity": "warning"},
            {"type": "status-code", "operator": "eq", "expected": 201},
            {"type": "size", "operator": "lt", "expected": 1},
        ]
    },
    "bad-json-path": {"assertions": [{"type": "jsonpath", "path": f"$..[{Q}", "expected": 1}]},
    "bad-operator": {"assertions": [{"type": "jsonpath", "path": "$", "operator": Q}]},
    "bad-template": {"path": "/{{env.PASSWORD.x}}"},
    "bad-filter": {"body": "{{env.PASSWORD | base64decode}}"},
    "bad-argument": {"body": "{{env.PLAIN | hash(env.PASSWORD)}}"},
    "bad-url": {"path": f"ftp://{Q}/"},
    "bad-header": {"headers": {"X-P": "{{env.PASSWORD}}\n{{env.PLAIN}}"}},
    "bad-header-name": {"headers": {"X {{env.PASSWORD}}": "1"}},
    "bad-cookie": {"cookies": {"a": "{{env.PASSWORD}};{{env.PLAIN}}"}},
    "bad-setting": {"auth_type": "oauth2", "auth": {"token_url": P, "client_id": Q}},
    "missing-capture": {"capture_vars": {"x": f"$.gone['{Q}']", "y": "$['{{env.PLAIN}}']"}},
    "captures": {
        "capture_vars": {
            "all": "$",
            "password": "$.password",
            "secret": {"path": "$.url", "secret": True},
            "shared": {"path": "$.token", "into": "shared_variables", "name": "token"},
            "text": {"from": "text"},
            "header": {"from": "header", "name": "X-Plain"},
            "cookie": {"from": "cookie", "name": "session"},
            "regex": {"from": "regex", "path": "canaryPlain[A-Za-z0-9]*"},
        }
    },
    "iterated": {
        "iterate": {"fixture": "users"},
        "body": "{{iteration.value.password}} {{iteration.name}}",
        "auth_type": "basic",
        "auth": {"username": "ann", "password": "{{iteration.value.other}}"},
    },
    "iterated-badly": {"iterate": {"items": [PLAIN], "name": "{{iteration.value.x}} " + PASSWORD}},
    "polled": {
        "poll": {
            "until": [{"type": "jsonpath", "path": "$.password", "expected": f"{P}!"}],
            "deadline_ms": 30,
            "interval_ms": 10,
        }
    },
    "named": {"name": f"Log in as {PLAIN}", "locks": [PLAIN]},
}


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
