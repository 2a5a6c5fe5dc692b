"""Credentials under innocent names: known by their looks, in every place of every format."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from app.catalog.importers.readers import READERS, Format
from app.catalog.importers.sensitive import is_secret_value, replace_secret_values
from tests.catalog.importers.texts import list_cases, read_request, show_all

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
HEX = "0123456789abcdef" * 5
# Put together here: whoever searches code for credentials should find none.
SHAPES = {
    "jwt": f"eyJ{LETTERS}.eyJ{LETTERS}.{LETTERS}",
    "jwe": f"eyJ{LETTERS}..{LETTERS[:16]}.{LETTERS}.{LETTERS[:22]}",
    "aws": f"AKIA{LETTERS[26:42]}",
    "google": f"AIza{LETTERS[:35]}",
    "google token": f"ya29.{LETTERS}",
    "azure": f"AccountKey={LETTERS}==",
    "stripe": f"sk_live_{LETTERS[:24]}",
    "webhook": f"whsec_{LETTERS[:32]}",
    "square": f"EAAAE{LETTERS}",
    "shopify": f"shpat_{HEX[:32]}",
    "github": f"ghp_{LETTERS[:36]}",
    "github of one kind": f"github_pat_{LETTERS}",
    "gitlab": f"glpat-{LETTERS[:20]}",
    "npm": f"npm_{LETTERS[:36]}",
    "pypi": f"pypi-AgE{LETTERS}",
    "slack": f"xoxb-{HEX[:12]}-{LETTERS[:24]}",
    "slack hook": f"https://hooks.slack.com/services/T00000000/B00000000/{LETTERS[:24]}",
    "discord hook": f"https://discord.com/api/webhooks/123456789012345678/{LETTERS}",
    "telegram": f"123456789:AA{LETTERS[:33]}",
    "sendgrid": f"SG.{LETTERS[:22]}.{LETTERS[:43]}",
    "twilio": f"SK{HEX[:32]}",
    "mailgun": f"key-{HEX[:32]}",
    "model": f"sk-proj-{LETTERS}",
    "hub of models": f"hf_{LETTERS[:34]}",
    "supabase": f"sb_secret_{LETTERS[:31]}",
    "ocean": f"dop_v1_{HEX[:64]}",
    "bricks": f"dapi{HEX[:32]}",
    "vault": f"hvs.{LETTERS[:30]}",
    "address": "https://ada:lovelace1815@db.example/shop",
    "key": f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS}\n-----END RSA PRIVATE KEY-----",
}
HARMLESS = (
    "Bearer tokens are sent in the header",
    "Basic knowledge of the API",
    "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "https://shop.example:8443/a@b",
    "{{user}}://{{name}}:{{word}}@host",
    "task-list-of-the-whole-organization",
    "-----BEGIN CERTIFICATE-----",
    "key-value-pairs",
    "SKU0123456789",
)


def build_postman(value: str) -> str:
    body = {"mode": "raw", "raw": json.dumps({"note": [value]})}
    language = {"options": {"raw": {"language": "json"}}}
    text = {"mode": "raw", "raw": f"{{not json: {value}"}
    url = {"raw": "https://a.example/a", "query": [{"key": "q", "value": value}]}
    header = [{"key": "X-Thing", "value": value}]
    items = [
        {"method": "POST", "url": url, "header": header, "body": body | language},
        {"method": "POST", "url": "https://a.example/{{innocent}}", "body": text},
    ]
    return json.dumps(
        {
            "info": {"name": "A"},
            "variable": [{"key": "innocent", "value": value}],
            "item": [{"name": str(index), "request": item} for index, item in enumerate(items)],
        }
    )


def build_curl(value: str) -> str:
    body = json.dumps({"note": value})
    return (
        f"curl 'https://a.example/a?q={quote(value, safe='')}' -H 'X-Thing: {value.split()[-1]}' "
        f"-d '{body}'\ncurl https://a.example/b -H 'Content-Type: text/plain' -d 'say {value}'\n"
    )


def build_hurl(value: str) -> str:
    line = " ".join(value.split())
    return f"POST https://a.example/a\nX-Thing: {line}\n[Query]\nq: {line}\n{json.dumps({'note': line})}\n"


def build_bruno(value: str) -> str:
    line = " ".join(value.split())
    return (
        f"post {{\n  url: https://a.example/a\n  body: json\n}}\nheaders {{\n  X-Thing: {line}\n}}\n"
        f"vars:pre-request {{\n  innocent: {line}\n}}\n"
        f'body:json {{\n  {{"note": {json.dumps(line)}, "b": "{{{{innocent}}}}"}}\n}}\n'
    )


def build_har(value: str) -> str:
    request: dict[str, Any] = {
        "method": "POST",
        "url": f"https://a.example/a?q={quote(value, safe='')}",
        "headers": [{"name": "X-Thing", "value": " ".join(value.split())}],
        "postData": {"mimeType": "application/json", "text": json.dumps({"note": value})},
    }
    content = {"mimeType": "application/json", "text": "{}"}
    response: dict[str, Any] = {"status": 200, "headers": [], "content": content}
    return json.dumps({"log": {"entries": [{"request": request, "response": response}]}})


def build_openapi(value: str) -> str:
    example = {"example": {"note": [value]}}
    operation = {"requestBody": {"content": {"application/json": example}}, "responses": {}}
    return json.dumps({"openapi": "3.1.0", "paths": {"/a": {"post": operation}}})


BUILDERS: dict[Format, Callable[[str], str]] = {
    "postman": build_postman,
    "curl": build_curl,
    "hurl": build_hurl,
    "bruno": build_bruno,
    "har": build_har,
    "openapi": build_openapi,
}


@pytest.mark.parametrize("format_", BUILDERS)
def test_credentials_are_known_by_their_looks(format_: Format) -> None:
    for kind, value in SHAPES.items():
        imported = READERS[format_].read(BUILDERS[format_](value))

        assert list_cases(imported), kind
        assert any(variable.is_secret for variable in imported.variables), kind
        told = show_all(imported)
        assert not [text for text in (value, " ".join(value.split()), LETTERS) if text in told], (
            kind
        )


def test_what_is_no_credential_stays() -> None:
    assert [text for text in HARMLESS if is_secret_value(text)] == []


def test_only_the_credential_is_taken_out_of_a_text() -> None:
    request = read_request(
        READERS["curl"],
        f"curl https://a.example/a -H 'Content-Type: text/plain' -d 'one {SHAPES['aws']} two'",
    )
    assert request["body"] == "one {{env.BODY}} two"


def test_the_scheme_of_a_credential_stays() -> None:
    request = read_request(READERS["curl"], "curl https://a.example -H 'X-Up: Bearer a1b2c3d4e5'")
    assert request["headers"] == {"X-Up": "Bearer {{env.X_UP}}"}


def test_every_credential_in_a_text_is_found_whatever_else_is_hidden_there() -> None:
    text = f"password=lovelace1815&note={SHAPES['github']} and {SHAPES['jwt']}"
    hidden = replace_secret_values(text, lambda _: "*")
    assert hidden == "password=lovelace1815&note=* and *"
