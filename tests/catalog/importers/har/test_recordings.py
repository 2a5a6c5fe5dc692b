"""What becomes of a recording: which requests, where their values come from, what is expected."""

import base64
import json
from typing import Any

import pytest

from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.har.reader import HarReader
from app.catalog.importers.har.schemas import SchemaInferrer
from app.catalog.importers.har.shapes import shape_path
from app.engine.json_values import JsonValue
from tests.catalog.importers.har.recordings import build_entry, build_log, read, read_cases

TOKEN = "shop-abcdefgh12345678"
ORDER = {"id": 41, "total": 9.5, "lines": [{"sku": "a"}, {"sku": "b", "note": None}]}


def test_what_is_no_api_is_left_out_and_told() -> None:
    imported = read(
        build_entry("GET", "/", answer="<html>", media_type="text/html", kind="document"),
        build_entry("GET", "/app.js", answer="x", media_type="text/javascript", kind="script"),
        build_entry("GET", "/logo", media_type="image/png", kind="image"),
        build_entry("POST", "https://metrics.example/collect", answer={}),
        build_entry("GET", "data:text/plain,x"),
        build_entry("GET", "/aborted", 0),
        build_entry("OPTIONS", "/orders", headers={"Access-Control-Request-Method": "GET"}),
        build_entry("GET", "/orders", answer=[]),
        build_entry("GET", "/report", answer={}),
    )
    assert imported.base_url == "https://shop.example"
    assert [item.origin for item in imported.cases] == ["GET /orders", "GET /report"]
    told = {notice.place.rpartition("/")[2]: notice.text for notice in imported.notices}
    assert sorted(told) == ["0", "3", "4", "5", "6"]
    assert told["0"].startswith("3 requests: pages, scripts")
    assert "metrics.example" in told["3"]


def test_requests_of_the_same_kind_are_one_case() -> None:
    imported = read(
        build_entry("GET", "/orders/41", answer=ORDER),
        build_entry("GET", "/orders/42", answer=ORDER),
        build_entry("GET", "/orders/43", 404, answer={"error": "x"}),
        build_entry("GET", "/orders/41?full=1", answer=ORDER),
        build_entry("PUT", "/orders/41", answer=ORDER, sent={"total": 1}),
        build_entry("PUT", "/orders/41", answer=ORDER, sent={"note": "x"}),
    )
    assert [item.origin for item in imported.cases] == [
        "GET /orders/{order_id}",
        "GET /orders/{order_id} (404)",
        "GET /orders/{order_id}?full",
        "PUT /orders/{order_id}",
        "PUT /orders/{order_id} #2",
    ]
    assert "1 more of the same kind: GET /orders/{order_id}." in [
        notice.text for notice in imported.notices
    ]
    assert {suite.name for suite in imported.suites} == {"orders"}


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/api/v1/users/7", "/api/v1/users/{user_id}"),
        ("/users/3fa85f64-5717-4562-b3fc-2c963f66afa6/keys/9", "/users/{user_id}/keys/{key_id}"),
        ("/products/prod-12", "/products/{product_id}"),
        ("/7/8", "/{id}/{id_2}"),
        ("/users/me/settings", "/users/me/settings"),
    ],
    ids=range(5),
)
def test_ids_in_paths_are_parameters(path: str, shape: str) -> None:
    assert shape_path(path) == shape


def test_values_of_answers_are_captured_for_later_requests() -> None:
    create, show, pay, line = read_cases(
        build_entry("POST", "/orders", 201, answer=ORDER, sent={"product": "tea"}),
        build_entry("GET", "/orders/41", answer=ORDER),
        build_entry("POST", "/payments", answer={}, sent={"order_id": 41, "count": 41}),
        build_entry("GET", "/lines?sku=b&size=41", answer={}),
    )
    assert create["response"]["capture_vars"] == {"id": "$.id", "sku": "$.lines[1].sku"}
    assert show["request"]["path_params"] == {"order_id": "{{captured_data.post-orders.id}}"}
    # A number by chance is no id.
    assert pay["request"]["body"] == {"order_id": "{{captured_data.post-orders.id}}", "count": 41}
    assert line["request"]["query_params"] == {
        "sku": "{{captured_data.post-orders.sku}}",
        "size": "41",
    }
    assert [entry["required_test_key"] for entry in show["dependencies"]] == ["post-orders"]
    assert [entry["required_test_key"] for entry in pay["dependencies"]] == [
        "post-orders",
        "get-orders-order-id",
    ]


def test_credentials_are_captured_or_variables_without_values() -> None:
    session = {"Authorization": f"Bearer {TOKEN}", "Cookie": "visit=v1; sid=secret-1; _ga=2"}
    basic = base64.b64encode(b"ada:secret-2").decode()
    imported = read(
        build_entry(
            "POST", "/login", answer={"token": TOKEN}, sent={"user": "a", "password": "secret-3"}
        ),
        build_entry("GET", "/visit", answer={}, answered={"Set-Cookie": "visit=v1; HttpOnly"}),
        build_entry("GET", "/a", answer={}, headers={**session, "X-Csrf-Token": "secret-4"}),
        build_entry("GET", "/b", answer={}, headers={"Authorization": f"Basic {basic}"}),
        build_entry(
            "GET", "/c?api_key=secret-5", answer={}, headers={"Authorization": "Bearer secret-6"}
        ),
    )
    login, _, first, second, third = (
        item.case.model_dump(mode="json", by_alias=True) for item in imported.cases
    )
    assert "secret-" not in repr(imported)
    assert TOKEN not in repr(imported)
    assert login["response"]["capture_vars"] == {"token": {"path": "$.token", "secret": True}}
    assert first["request"]["auth_token_ref"] == "captured_data.post-login.token"
    assert first["request"]["headers"] == {"X-Csrf-Token": "{{env.X_CSRF_TOKEN}}"}
    # The cookie that an answer has set comes by itself, after that answer.
    assert first["request"]["cookies"] == {"sid": "{{env.SID_COOKIE}}"}
    assert {
        (entry["required_test_key"], entry["dependency_type"]) for entry in first["dependencies"]
    } == {("get-visit", "order"), ("post-login", "token")}
    assert second["request"]["auth"] == {"username": "ada", "password": "{{env.PASSWORD_2}}"}
    assert third["request"]["auth_token_ref"] == "env.BEARER_TOKEN"
    assert third["request"]["query_params"] == {"api_key": "{{env.API_KEY}}"}
    assert all(variable.is_secret for variable in imported.variables)


def test_credentials_in_paths_are_variables() -> None:
    secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.signature"
    imported = read(build_entry("GET", f"/invitations/{secret}", answer={}))
    (item,) = imported.cases
    assert secret not in repr(imported)
    assert item.case.request.path_params == {"invitation_id": "{{env.INVITATION_ID}}"}


def test_noise_of_browsers_is_left_out() -> None:
    headers = {
        "User-Agent": "Mozilla/5.0",
        "Accept": "*/*",
        "sec-ch-ua": "x",
        "Referer": "https://shop.example/",
        "If-None-Match": "x",
        ":authority": "shop.example",
        "X-Requested-With": "{{x}}",
    }
    (case,) = read_cases(build_entry("GET", "/a", 304, headers=headers))
    assert case["request"]["headers"] == {"X-Requested-With": "\\{{x}}"}
    assert case["response"]["expected_status_code"] == 200


def test_the_shape_of_answers_is_expected() -> None:
    (case,) = read_cases(build_entry("POST", "/orders", 201, answer=ORDER))
    response = case["response"]
    assert response["expected_status_code"] == 201
    assert response["expected_headers"] == {"Content-Type": "application/json"}
    (assertion,) = response["assertions"]
    assert assertion["type"] == "schema"
    assert assertion["expected"] == {
        "type": "object",
        "required": ["id", "total", "lines"],
        "properties": {
            "id": {"type": "number"},
            "total": {"type": "number"},
            "lines": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["sku"],
                    "properties": {"sku": {"type": "string"}},
                },
            },
        },
    }


DIFFERENT: list[tuple[list[JsonValue], JsonValue]] = [
    ([None], {}),
    ([1, "a"], {}),
    ([[]], {"type": "array"}),
    ([{"3fa85f64-5717-4562-b3fc-2c963f66afa6": 1}], {"type": "object"}),
    ([{"a": 1}, {"b": 1}], {"type": "object"}),
    ([True], {"type": "boolean"}),
]


@pytest.mark.parametrize(("values", "schema"), DIFFERENT, ids=range(6))
def test_what_differs_is_not_expected(values: list[JsonValue], schema: JsonValue) -> None:
    assert SchemaInferrer().infer(values) == schema


@pytest.mark.parametrize(
    ("media_type", "data", "body_type", "body"),
    [
        ("application/x-www-form-urlencoded", {"text": "a=1&a=2&password=secret"},
         "x-www-form-urlencoded", {"a": ["1", "2"], "password": "{{env.PASSWORD}}"}),
        ("multipart/form-data; boundary=x", {"params": [{"name": "a", "value": "1"},
                                                       {"name": "f", "fileName": "l.svg"}]},
         "form-data", {"a": "1", "f": {"filename": "l.svg", "content": ""}}),
        ("application/json", {"text": '{"query": "{ a }", "variables": {"x": "{{y}}"}}'},
         "graphql", {"query": "{ a }", "variables": {"x": "\\{{y}}"}}),
        ("application/xml", {"text": "<a/>"}, "xml", "<a/>"),
        ("text/plain", {"text": "hello"}, "text", "hello"),
        ("application/json", {"text": "{broken"}, "text", "{broken"),
    ],
    ids=range(6),
)  # fmt: skip
def test_bodies(media_type: str, data: Any, body_type: str, body: Any) -> None:
    entry = build_entry("POST", "/a", answer={})
    entry["request"]["postData"] = {"mimeType": media_type, **data}
    (case,) = read_cases(entry)
    assert (case["request"]["body_type"], case["request"]["body"]) == (body_type, body)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{}", "/log"),
        ('{"log": []}', "/log"),
        ('{"log": {"entries": {}}}', "/log/entries"),
        (json.dumps({"log": {"entries": [0] * 100_001}}), "/log/entries"),
        ('{"log": {', "line 1"),
    ],
    ids=range(5),
)
def test_other_documents_are_refused_with_the_place(text: str, field: str) -> None:
    with pytest.raises(DocumentInvalidError) as caught:
        HarReader().read(text)
    assert caught.value.field == field


def test_the_same_recording_is_read_alike() -> None:
    text = json.dumps(build_log(build_entry("GET", "/orders/41", answer=ORDER)))
    assert HarReader().read(text) == HarReader().read(text)


def build_sent(media_type: str, **sent: Any) -> dict[str, Any]:
    entry = build_entry("POST", "/files", 201, answer={})
    entry["request"]["postData"] = {"mimeType": media_type, **sent}
    return entry


def test_forms_are_read_from_the_text_that_was_sent() -> None:
    parameters = [{"name": "a", "value": "b%20c"}]
    form = build_sent("application/x-www-form-urlencoded", params=parameters, text="a=b%20c")
    (case,) = read_cases(form)
    assert case["request"]["body"] == {"a": "b c"}


def test_files_that_chrome_has_sent_are_empty() -> None:
    text = (
        '--x\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
        '--x\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n'
        "Content-Type: image/png\r\n\r\n\r\n--x--\r\n"
    )
    (case,) = read_cases(build_sent("multipart/form-data; boundary=x", text=text))

    assert case["request"]["body_type"] == "form-data"
    assert case["request"]["body"] == {"note": "hello", "f": {"filename": "a.png", "content": ""}}


def test_bytes_are_told_and_secrets_in_texts_hidden() -> None:
    imported = read(build_sent("application/zip", text="AAECAw==", encoding="base64"))
    assert [item.case.request.body for item in imported.cases] == [None]
    assert "A body of bytes is not imported." in [notice.text for notice in imported.notices]

    (case,) = read_cases(build_sent("application/xml", text="<a><password>lovelace</password></a>"))
    assert case["request"]["body"] == "<a><password>{{env.PASSWORD}}</password></a>"
