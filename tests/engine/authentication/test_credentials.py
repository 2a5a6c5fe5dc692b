"""Bearer tokens, users, keys and certificates; settings that are wrong."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.engine import AuthSpec, JsonValue, PreparedRequest, Scope
from app.engine.authentication import kinds
from app.engine.authentication.kinds import KINDS, find_kind
from app.engine.errors import StepError
from app.engine.transfer import Tls, Transfer
from tests.engine.authentication.desk import Desk
from tests.engine.builders import MemoryTransport, build_test

SCOPE = Scope(
    environment={"USER": "ada:p:w", "OBJECT": {"username": "ada", "password": "pw"}},
    shared_auth_tokens={"access_token": "jwt", "admin": "root-jwt", "number": 42, "object": {}},
    captured_data={"login": {"token": "cap", "evil": "a\r\nX-Admin: 1", "blank": "  "}},
)
URL = "http://shop.test/x?a=1"


async def authenticate(
    auth: AuthSpec, request: PreparedRequest | None = None
) -> tuple[PreparedRequest, list[str]]:
    transport = MemoryTransport()
    desk = Desk(transport)
    request = request or PreparedRequest(method="GET", url=URL)
    response = await desk.authenticator.send(build_test("t", auth=auth), request, 1, SCOPE)
    if auth.type != "none":
        assert response.request == transport.requests[-1]
    return transport.requests[-1], desk.learned


@pytest.mark.parametrize(
    ("auth", "header", "value", "secret"),
    [
        (AuthSpec(type="bearer"), "Authorization", "Bearer jwt", "jwt"),
        (
            AuthSpec(type="bearer", token_ref="admin"),
            "Authorization",
            "Bearer root-jwt",
            "root-jwt",
        ),
        (AuthSpec(type="bearer", token_ref="number"), "Authorization", "Bearer 42", "42"),
        (
            AuthSpec(type="bearer", token_ref="{{captured_data.login.token}}"),
            "Authorization",
            "Bearer cap",
            "cap",
        ),
        (
            AuthSpec(type="bearer", token_ref="captured_data.login.token"),
            "Authorization",
            "Bearer cap",
            "cap",
        ),
        (
            AuthSpec(type="basic", token_ref="env.USER"),
            "Authorization",
            "Basic YWRhOnA6dw==",
            "p:w",
        ),
        (AuthSpec(type="basic", token_ref="env.OBJECT"), "Authorization", "Basic YWRhOnB3", "pw"),
        (
            AuthSpec(type="basic", settings={"username": "ada", "password": "{{env.USER}}"}),
            "Authorization",
            "Basic YWRhOmFkYTpwOnc=",
            "YWRhOmFkYTpwOnc=",
        ),
        (AuthSpec(type="basic", settings={"username": "ü"}), "Authorization", "Basic w7w6", "w7w6"),
        (AuthSpec(type="api-key", token_ref="admin"), "X-API-Key", "root-jwt", "root-jwt"),
        (AuthSpec(type="api-key", settings={"name": "X-Key"}), "X-Key", "jwt", "jwt"),
        (AuthSpec(type="api-key", settings={"in": "cookie"}), "Cookie", "api_key=jwt", "jwt"),
    ],
)
async def test_a_header_proves_it(auth: AuthSpec, header: str, value: str, secret: str) -> None:
    request, learned = await authenticate(auth)
    assert dict(request.headers)[header] == value
    assert secret in learned
    assert request.credentials


async def test_a_key_in_the_query() -> None:
    auth = AuthSpec(type="api-key", token_ref="{{env.USER}} ä&", settings={"in": "query"})
    request, learned = await authenticate(auth)
    assert request.url == f"{URL}&api_key=ada%3Ap%3Aw%20%C3%A4%26"
    assert request.query == {"api_key": "ada:p:w ä&"}
    assert "ada:p:w ä&" in learned
    assert request.credentials == ("ada:p:w ä&",)


async def test_the_authentication_wins_over_headers_of_the_test() -> None:
    headers = (("authorization", "old"), ("X-A", "1"), ("cookie", "a=b"))
    request = PreparedRequest(method="GET", url=URL, headers=headers)
    sent, _ = await authenticate(AuthSpec(type="bearer"), request)
    assert sent.headers == (("X-A", "1"), ("cookie", "a=b"), ("Authorization", "Bearer jwt"))
    sent, _ = await authenticate(AuthSpec(type="api-key", settings={"in": "cookie"}), request)
    assert dict(sent.headers)["Cookie"] == "a=b; api_key=jwt"


async def test_without_authentication_the_request_is_sent_as_it_is() -> None:
    request, learned = await authenticate(AuthSpec())
    assert request == PreparedRequest(method="GET", url=URL)
    assert learned == []


async def test_a_certificate_proves_it() -> None:
    transfer = Transfer(tls=Tls(certificate="PEM", key="PEM"))
    request = PreparedRequest(method="GET", url="https://shop.test", transfer=transfer)
    sent, _ = await authenticate(AuthSpec(type="mtls"), request)
    assert sent == request
    with pytest.raises(StepError, match="only be shown to an https address"):
        await authenticate(AuthSpec(type="mtls"), replace(request, url="http://shop.test"))


@pytest.mark.parametrize(
    ("auth", "message"),
    [
        (
            AuthSpec(type="ntlm"),
            "auth_type: there is no authentication of type 'ntlm'",
        ),
        (
            AuthSpec(type="../kinds/bearer"),
            "auth_type: there is no authentication of type '../kinds/bearer'",
        ),
        (
            AuthSpec(type="api-key", settings={"place": "query"}),
            "auth.place: 'api-key' has no such setting; it has in, name",
        ),
        (
            AuthSpec(type="bearer", settings={"token": "x"}),
            "auth.token: 'bearer' has no such setting; it has none",
        ),
        (
            AuthSpec(type="api-key", settings={"in": "body"}),
            "auth.in: must be header or query or cookie, not 'body'",
        ),
        (AuthSpec(type="api-key", settings={"name": "a b"}), "this is not a header name"),
        (
            AuthSpec(type="api-key", settings={"name": ["x"]}),
            "auth.name: must be a text, not array",
        ),
        (
            AuthSpec(type="api-key", settings={"in": "cookie", "name": "a=b"}),
            "this is not a cookie name",
        ),
        (AuthSpec(type="bearer", token_ref="object"), "the token must be a text, not object"),
        (AuthSpec(type="bearer", token_ref="ghost"), "shared_auth_tokens has no 'ghost'; it has"),
        (AuthSpec(type="bearer", token_ref='x"y'), "not understood"),
        (
            AuthSpec(type="bearer", token_ref="captured_data.login.blank"),
            "auth_token_ref: the token must not be empty",
        ),
        (
            AuthSpec(type="bearer", token_ref="captured_data.login.evil"),
            "headers.Authorization: a header cannot hold line breaks",
        ),
        (AuthSpec(type="basic", token_ref="admin"), "the credential must be user:password"),
        (
            AuthSpec(type="basic", settings={"username": "a:b", "password": "x"}),
            "auth.username: cannot hold a colon",
        ),
        (AuthSpec(type="basic", settings={"password": "x"}), "auth.username: is required"),
        (
            AuthSpec(type="basic", settings={"username": "a", "password": "{{env.NOPE}}"}),
            "auth.password: {{env.NOPE}}: env has no 'NOPE'",
        ),
        (
            AuthSpec(type="basic", token_ref="admin", settings={"username": "a"}),
            "auth_token_ref: 'basic' with these settings uses no other credential",
        ),
        (
            AuthSpec(type="oauth2", token_ref="access_token"),
            "auth_token_ref: 'oauth2' with these settings uses no other credential",
        ),
        (AuthSpec(type="oauth2", settings={"client_id": "a"}), "auth.token_url: is required"),
        (
            AuthSpec(type="oauth2", settings={"token_url": "/token"}),
            "auth.token_url: must be an absolute http or https address",
        ),
        (
            AuthSpec(type="oauth2", settings={"token_url": "https://a:b@shop.test/token"}),
            "auth.token_url: must not hold user and password",
        ),
        (
            AuthSpec(type="oauth2", settings={"token_url": "https://"}),
            "auth.token_url: 'https://' is not an http or https address",
        ),
        (
            AuthSpec(type="oauth2", settings={"token_url": "https://shop.test", "client_id": "a"}),
            "auth.client_secret: is required",
        ),
        (
            AuthSpec(type="oauth2", settings={"grant": "password"}),
            "auth.grant: must be client_credentials or refresh_token, not 'password'",
        ),
        (AuthSpec(type="mtls"), "transfer.tls: authentication of type 'mtls' needs a certificate"),
    ],
)
async def test_says_what_is_wrong(auth: AuthSpec, message: str) -> None:
    with pytest.raises(StepError) as caught:
        await authenticate(auth)
    assert message in caught.value.problem.message
    assert caught.value.problem.suggested_fix


def test_every_file_is_a_kind_and_every_kind_of_the_schema_has_one() -> None:
    assert set(KINDS) == {
        "api-key",
        "aws-sigv4",
        "basic",
        "bearer",
        "digest",
        "jwt-hs256",
        "mtls",
        "oauth2",
    }
    assert len(list(Path(kinds.__file__).parent.glob("[a-z]*.py"))) == len(KINDS)
    assert all(find_kind(name) for name in KINDS)


@pytest.mark.parametrize(
    ("type_", "settings", "template", "secrets"),
    [
        ("none", {}, None, []),
        ("bearer", {}, '{{shared_auth_tokens["access_token"]}}', []),
        ("basic", {"username": "{{env.U}}", "password": "{{env.P}}"}, None, ["{{env.P}}"]),
        ("oauth2", {"client_id": "a", "client_secret": "b", "scope": "c"}, None, ["b"]),
    ],
)
def test_templates_of_secrets_are_told_apart(
    type_: str, settings: dict[str, Any], template: JsonValue, secrets: list[str]
) -> None:
    auth = AuthSpec(type=type_, settings=settings)
    assert auth.template == template
    assert auth.credential_templates == (template, *secrets)
    assert len(secrets) + len(auth.other_templates) == len(settings)
