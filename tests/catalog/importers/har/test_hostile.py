"""Recordings of strangers: nothing that they hold raises anything else, or takes long."""

import json
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.har.reader import HarReader
from tests.catalog.importers.har.recordings import Document, build_entry, build_log
from tests.catalog.importers.strangeness import VALUES, Path, apply, changes

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
ORDINARY = build_log(
    build_entry("POST", "/login", answer={"token": "abcdefgh12345678"}, sent={"password": "p"}),
    build_entry(
        "GET",
        "/orders/7/lines?page=1",
        answer={"items": [{"id": 7, "name": "x"}]},
        headers={"Authorization": "Bearer abcdefgh12345678", "Cookie": "a=b"},
        answered={"Set-Cookie": "c=d"},
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW, database=None)
@given(wanted=changes(ORDINARY))
def test_anything_may_stand_anywhere(wanted: list[tuple[Path, Any]]) -> None:
    with suppress(DocumentInvalidError):
        HarReader().read(json.dumps(apply(ORDINARY, wanted)))


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW, database=None)
@given(value=VALUES)
def test_any_json_is_read_or_refused(value: Any) -> None:
    with suppress(DocumentInvalidError):
        HarReader().read(json.dumps({"log": {"entries": value}}))


def _nest(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": [value]}
    return value


SAME = [build_entry("GET", "/a", answer={"id": n}) for n in range(10_000)]
LARGE: dict[str, Document] = {
    "same": build_log(*SAME),
    "static": build_log(*[build_entry("GET", f"/{n}.png", kind="image") for n in range(20_000)]),
    "wide": build_log(build_entry("GET", "/a", answer={f"id{n}": n for n in range(20_000)})),
    "deep": build_log(build_entry("GET", "/a", answer=_nest(400))),
    "long": build_log(
        build_entry("POST", "/" + "a/" * 20_000, answer={"id": "x" * 500_000}, sent="7" * 500_000)
    ),
    "headers": build_log(
        build_entry("GET", "/a?" + "a=1&" * 20_000, headers={f"X-{n}": "1" for n in range(10_000)})
    ),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_recordings_are_read_or_refused_soon(name: str) -> None:
    text = json.dumps(LARGE[name])
    begin = time.process_time()
    with suppress(DocumentInvalidError):
        HarReader().read(text)
    assert time.process_time() - begin < 4


def test_too_many_kinds_of_requests_are_counted() -> None:
    entries = [build_entry("GET", f"/path{n}x", answer={}) for n in range(1_200)]
    with pytest.raises(DocumentInvalidError, match="describes 1200 cases"):
        HarReader().read(json.dumps(build_log(*entries)))
