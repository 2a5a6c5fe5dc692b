import httpx
import pytest
from fastapi import FastAPI

from app.web.compression import CompressionMiddleware, accepts_gzip
from app.web.entity_tags import IfMatch
from app.web.problems import install_problem_handlers
from app.web.representations import RepresentationMiddleware
from app.web.requests import RequestMiddleware
from tests.web.test_representations import NOON, Thing

LARGE = Thing(name="x" * 5_000, created_at=NOON, updated_at=NOON)


def create_app() -> FastAPI:
    app = FastAPI()

    @app.get("/thing")
    async def get_thing() -> Thing:
        return LARGE

    @app.patch("/thing")
    async def change_thing(precondition: IfMatch) -> Thing:
        precondition.check(LARGE)
        return LARGE

    install_problem_handlers(app)
    app.add_middleware(RepresentationMiddleware)
    app.add_middleware(CompressionMiddleware)
    app.add_middleware(RequestMiddleware)
    return app


async def ask(method: str, coding: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        conditions = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.request(
            method, "/thing", headers={"Accept-Encoding": coding, **conditions}
        )


async def test_each_form_has_a_strong_tag_of_its_own() -> None:
    plain, packed = await ask("GET", "identity"), await ask("GET", "gzip")
    assert ("content-encoding" in plain.headers, packed.headers["content-encoding"]) == (
        False,
        "gzip",
    )
    assert plain.json() == packed.json()
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert not packed.headers["ETag"].startswith("W/")
    for answer in (plain, packed):
        assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("spelling", ["{tag}", "W/{tag}", '"other", {tag}'])
async def test_either_tag_is_known_whatever_form_is_asked_for(coding: str, spelling: str) -> None:
    for known in ("identity", "gzip"):
        tag = (await ask("GET", known)).headers["ETag"]
        again = await ask("GET", coding, If_None_Match=spelling.format(tag=tag))
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
        assert "content-encoding" not in again.headers


@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_a_change_takes_either_tag(coding: str) -> None:
    tag = (await ask("GET", coding)).headers["ETag"]
    assert (await ask("PATCH", "gzip", If_Match=tag)).status_code == 200
    assert (await ask("PATCH", "gzip", If_Match=f"W/{tag}")).status_code == 412


@pytest.mark.parametrize(
    ("field", "accepted"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip;q=1.0", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000, identity", False),
        ("identity", False),
        ("x-gzip-not", False),
        ("", False),
    ],
)
def test_only_who_wants_gzip_gets_it(field: str, accepted: bool) -> None:
    assert accepts_gzip(field) is accepted
