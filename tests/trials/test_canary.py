"""Secrets in every place of a test and in every form a target may show: none comes out."""

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from app.catalog.cases.schemas.requests import RequestConfig
from app.catalog.cases.schemas.responses import ResponseSpec
from scripts.demonstration.components import Service
from tests.engine.canary import FORMS, PLAIN, SECRETS
from tests.engine.canary_places import PLACES
from tests.fixtures.database import Connect
from tests.targets.serving import RunningTarget
from tests.trials.laboratory import Laboratory, describe_case

KEPT = "select string_agg(entry::text, '') as text from public.audit_log as entry"
FLOWN = {"path-parameter", "query", "header", "json", "form", "bearer", "basic", "digest", "oauth2"}


@pytest.fixture
async def canaries(laboratory: Laboratory) -> Laboratory:
    for key, value in SECRETS.items():
        await laboratory.set_variable(key, value, is_secret=True)
    await laboratory.add_fixture("users", [{"password": "x", "other": "y"}])
    return laboratory


def find_leaks(text: str) -> list[str]:
    """Looked for in the text as it is and, of a JSON document, in what it says."""
    said = json.dumps(json.loads(text), ensure_ascii=False) if text.startswith("{") else ""
    return sorted(form for form in FORMS if form in text or form in said)


def write_case(place: str, target: RunningTarget) -> dict[str, Any]:
    """The place as a case, its addresses those of the target."""
    fields = json.loads(json.dumps(PLACES[place]).replace("shop.test", urlsplit(target.url).netloc))
    parts = {
        part: {name: fields.pop(name) for name in [*fields] if name in model.model_fields}
        for part, model in (("request", RequestConfig), ("response", ResponseSpec))
    }
    path, method = fields.pop("path", "/shown"), fields.pop("method", "GET")
    return describe_case(place, path, method=method) | parts | fields


async def test_no_secret_comes_out_of_previews_and_tries(
    canaries: Laboratory, running_target: RunningTarget, service: Service, database: Connect
) -> None:
    owned, leaked = f"/projects/{canaries.project_id}", dict[str, list[str]]()
    for place in PLACES:
        draft = {"case": write_case(place, running_target)}
        for action, person in (("preview", canaries.team["viewer"]), ("try", canaries.owner)):
            answer = await canaries.ask(f"{owned}/{action}", draft, person)
            assert answer.status_code in (200, 422), answer.text
            if leaks := find_leaks(answer.text):
                leaked[f"{action} {place}"] = leaks
            if action == "try" and place in FLOWN:
                assert_flown(place, answer)
    assert leaked == {}
    assert find_leaks(f"log: {service.log.read_text()}") == []
    row = await (await (await database()).execute(KEPT)).fetchone()
    assert row is not None
    assert find_leaks(row["text"]) == []


def assert_flown(place: str, answer: httpx.Response) -> None:
    """The secrets were sent and came back, so that there was something to hide."""
    tried = answer.json()
    assert tried["status"] == "passed", (place, answer.text)
    assert tried["response"]["body"].count("[redacted]") >= 3, place


@pytest.mark.parametrize("action", ["preview", "try"])
async def test_a_refused_request_is_not_repeated(canaries: Laboratory, action: str) -> None:
    for context in (
        {"captured": {"shared_auth_tokens": PLAIN}},
        {"captured": {"shared_auth_tokens": {"token": PLAIN}}, "iteration": PLAIN},
        {"variables": {PLAIN + "-": PLAIN}},
    ):
        draft = {"case": describe_case("x", "/x"), **context}
        answer = await canaries.ask(f"/projects/{canaries.project_id}/{action}", draft)
        assert answer.status_code == 422
        assert PLAIN not in answer.text.replace(PLAIN + "-", ""), answer.text
