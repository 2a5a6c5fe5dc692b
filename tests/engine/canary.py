"""Secrets in every form, and a target that shows all it was sent, and them."""

import base64
import html
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

import jwt

from app.engine import Category, JsonValue, PreparedRequest, ReceivedResponse, TransportError

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
