import httpx
import pytest

from tests.web.conftest import ORIGIN

PATH = "/api/v1/organizations"
SENT = "Authorization, Idempotency-Key, If-Match, If-None-Match, Prefer, Last-Event-ID"


def ask(origin: str, method: str = "PATCH") -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": SENT,
    }


async def test_browsers_may_send_all_headers_of_the_conventions(whole: httpx.AsyncClient) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        answer = await whole.options(PATH, headers=ask(ORIGIN, method))
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert method in answer.headers["access-control-allow-methods"].split(", ")
        assert answer.headers["access-control-allow-headers"] == SENT
        assert answer.headers["X-Request-ID"]
        assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize("path", [PATH, "/api/v1/nothing-here", "/healthz"])
async def test_browsers_may_read_all_headers_of_the_conventions(
    whole: httpx.AsyncClient, path: str
) -> None:
    """Of errors, too."""
    answer = await whole.get(path, headers={"Origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    exposed = set(answer.headers["access-control-expose-headers"].split(", "))
    assert {
        *("ETag", "Link", "Location", "Retry-After", "Preference-Applied", "X-Request-ID"),
        *("Idempotent-Replayed", "Content-Disposition"),
    } <= exposed


async def test_other_origins_are_granted_nothing(whole: httpx.AsyncClient) -> None:
    """Which is not an error of the request: it is the browser that refuses."""
    asked = await whole.options(PATH, headers=ask("https://evil.example"))
    assert (asked.status_code, asked.content) == (204, b"")
    assert asked.headers["X-Request-ID"]
    read = await whole.get(PATH, headers={"Origin": "https://evil.example"})
    for answer in (asked, read):
        assert not [name for name in answer.headers if name.startswith("access-control-allow")]


async def test_a_crash_is_read_by_browsers_as_any_other_answer(
    whole: httpx.AsyncClient,
) -> None:
    """Nothing is opened that the service needs, so that whoever has a token meets a mistake of ours."""
    headers = {"Origin": ORIGIN, "Authorization": "Bearer x", "X-Request-ID": "crash-1"}
    answer = await whole.get(PATH, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["X-Request-ID"] == answer.json()["request_id"] == "crash-1"
    assert answer.headers["access-control-allow-origin"] == ORIGIN
