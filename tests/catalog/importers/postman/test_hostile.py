"""Collections of strangers: nothing that they hold raises anything else, or takes long."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.postman.reader import PostmanReader
from tests.catalog.importers.postman.collections import (
    Document,
    build_auth,
    build_collection,
    build_item,
    build_raw,
    read,
)
from tests.catalog.importers.strangeness import VALUES, Path, apply, changes

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
LOG_IN = (
    "const body = pm.response.json();\n"
    "pm.test('in', () => { pm.response.to.have.status(200); pm.expect(body.id).to.be.above(1) });\n"
    "pm.environment.set('token', body.token);"
)
ORDINARY = build_collection(
    {
        "name": "Folder",
        "auth": build_auth("oauth2", grant_type="client_credentials", accessTokenUrl="https://a/t"),
        "item": [
            build_item(
                "Log in",
                {"raw": "{{baseUrl}}/a/:id?x=1", "variable": [{"key": "id", "value": "{{b}}"}]},
                method="POST",
                body=build_raw('{"a": "{{b}}", "password": "p", "n": {{n}}}'),
                test=LOG_IN,
                header=[{"key": "X-A", "value": "{{b}}"}],
            )
        ],
    },
    build_item(
        "Form",
        {"host": ["{{h}}", "x"], "path": ["a", ":b"], "port": "8"},
        method="POST",
        before="pm.variables.set('n', Math.floor(Math.random() * 5) + 1)",
        body={"mode": "formdata", "formdata": [{"key": "f", "type": "file", "src": "/a"}]},
        auth=build_auth("bearer", token="{{token}}"),
        item={"protocolProfileBehavior": {"maxRedirects": 4}},
    ),
    variable=[{"key": "b", "value": "{{c}}"}, {"key": "n", "value": "1"}],
)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW, database=None)
@given(wanted=changes(ORDINARY))
def test_anything_may_stand_anywhere(wanted: list[tuple[Path, Any]]) -> None:
    with suppress(DocumentInvalidError):
        read(apply(ORDINARY, wanted))


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW, database=None)
@given(value=VALUES)
def test_any_json_is_read_or_refused(value: Any) -> None:
    with suppress(DocumentInvalidError):
        PostmanReader().read(json.dumps(value))


def _nest(levels: int) -> Document:
    folder: Document = {"name": "deepest", "item": [build_item()]}
    for _ in range(levels):
        folder = {"name": "f", "item": [folder]}
    return build_collection(folder)


LARGE: dict[str, Document] = {
    "variables": build_collection(
        build_item(), variable=[{"key": f"é{n}", "value": "x"} for n in range(5_000)]
    ),
    "headers": build_collection(
        build_item(header=[{"key": f"A{n}", "value": "{{x}}"} for n in range(50_000)])
    ),
    "repeated": build_collection(build_item(url="http://a.example/?" + "a=1&" * 20_000)),
    "long_texts": build_collection(
        build_item(
            "n" * 1_000_000, "{{a" * 300_000, method="POST", body=build_raw('"\\"' * 300_000)
        )
    ),
    "long_address": build_collection(build_item(url="http://" + "{{a}}/" * 20_000)),
    "long_scripts": build_collection(
        *[build_item(f"R{n}", test=f"//{n}\n" + "a(" * 25_000) for n in range(3)]
    ),
    "folders": _nest(90),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_collections_are_read_or_refused_soon(name: str) -> None:
    text = json.dumps(LARGE[name])
    begin = time.process_time()
    with suppress(DocumentInvalidError):
        PostmanReader().read(text)
    assert time.process_time() - begin < 4


def test_too_many_requests_are_counted() -> None:
    with pytest.raises(DocumentInvalidError, match="describes 50000 cases"):
        read(build_collection(*([build_item("A")] * 50_000)))
