import httpx
import pytest

from tests.web.conftest import SECRET

PROBLEM = "application/problem+json"


async def test_a_refusal_is_a_problem_document(web: httpx.AsyncClient) -> None:
    answer = await web.get("/conflict", headers={"X-Request-ID": "request-1"})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json() == {
        "type": "urn:api-testing-platform:problem:conflict",
        "title": "The request conflicts with the current state.",
        "status": 409,
        "detail": "It is taken.",
        "code": "conflict",
        "request_id": "request-1",
        "field": "name",
    }


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/mistake", 500, "internal_error"), ("/unavailable", 503, "unavailable")],
)
async def test_the_family_decides_the_status(
    web: httpx.AsyncClient, path: str, status: int, code: str
) -> None:
    answer = await web.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_a_crash_reveals_nothing_but_the_request_id(web: httpx.AsyncClient) -> None:
    answer = await web.get("/crash", headers={"X-Request-ID": "request-2"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == PROBLEM
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"] == "request-2"
    assert SECRET not in answer.text
    assert "ZeroDivision" not in answer.text


async def test_every_wrong_field_is_named_and_none_repeated(web: httpx.AsyncClient) -> None:
    order = {"name": [SECRET], "addresses": [{"street": "Main"}, {"street": "x"}]}
    answer = await web.post("/orders", json=order)
    problem = answer.json()
    assert answer.status_code == 422
    assert problem["code"] == "invalid_request"
    assert problem["field"] == "name"
    assert [error["field"] for error in problem["errors"]] == ["name", "addresses.1.street"]
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    ("note", "fields"),
    [
        (1, ["note", "note"]),
        ({}, ["note", "note.street"]),
        ({"street": "x"}, ["note", "note.street"]),
    ],
)
async def test_alternatives_of_a_field_have_its_name(
    web: httpx.AsyncClient, note: object, fields: list[str]
) -> None:
    answer = await web.post("/orders", json={"name": "a", "addresses": [], "note": note})
    assert [error["field"] for error in answer.json()["errors"]] == fields


@pytest.mark.parametrize(
    "content", [b'{"name": ', b"", b"\xff\xfe", b"[" * 900, b'"text"', b"null"], ids=repr
)
async def test_a_body_that_cannot_be_read_is_invalid(
    web: httpx.AsyncClient, content: bytes
) -> None:
    answer = await web.post(
        "/orders", content=content, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "invalid_request"


async def test_a_query_that_is_wrong_names_its_parameter(web: httpx.AsyncClient) -> None:
    answer = await web.get("/orders", params={"limit": "0"})
    assert (answer.status_code, answer.json()["field"]) == (422, "limit")
    answer = await web.get("/orders", params={"unknown": "1"})
    assert (answer.status_code, answer.json()["field"]) == (422, "unknown")


async def test_an_unknown_path_is_not_found(web: httpx.AsyncClient) -> None:
    answer = await web.get("/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "route_not_found")


async def test_a_wrong_method_names_the_right_ones(web: httpx.AsyncClient) -> None:
    answer = await web.delete("/conflict")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS"
