"""docs/asyncapi.json tells what the service really says, message by message."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any, cast
from uuid import uuid4

import httpx
import jsonschema_rs
import pytest
import websockets

from app.realtime.events import EVENTS
from scripts.demonstration.components import Service
from scripts.demonstration.stream import read_events
from scripts.event_documentation.document import DOCUMENT, build_document, render
from scripts.event_documentation.payloads import OF_PROJECTS, OF_RUNS
from tests.realtime.live_run import LiveRun, call
from tests.runs.workspace import Workspace

Document = dict[str, Any]

PATIENCE_SECONDS = 10
SNAPSHOT_NAMES = {"run": "run_snapshot", "project": "project_snapshot"}


class Contract:
    """The document as a judge of messages."""

    def __init__(self) -> None:
        components = build_document()["components"]
        self._validators = {
            name: jsonschema_rs.validator_for(
                {"components": components, "$ref": f"#/components/messages/{name}/payload"}
            )
            for name in components["messages"]
        }

    def check(self, envelope: Document) -> str:
        """Return the name of the message, which must be as documented."""
        name = envelope["type"]
        if name == "snapshot":
            name = SNAPSHOT_NAMES[envelope["topic"].partition(":")[0]]
        self._validators[name].validate(envelope)
        return name


@pytest.fixture
def contract() -> Contract:
    return Contract()


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text() == render(), "run scripts/event-docs"


def test_every_event_of_the_database_is_in_a_channel() -> None:
    assert set(OF_RUNS) | set(OF_PROJECTS) == set(EVENTS)


def iter_references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        parts = cast("Document", node)
        if isinstance(reference := parts.get("$ref"), str):
            yield reference
        for part in parts.values():
            yield from iter_references(part)
    elif isinstance(node, list):
        for part in cast("list[Any]", node):
            yield from iter_references(part)


def test_every_reference_leads_somewhere() -> None:
    document = build_document()
    references = set(iter_references(document))
    assert len(references) > 50
    for reference in references:
        node = document
        for name in reference.removeprefix("#/").split("/"):
            node = node[name]


def test_every_schema_is_one() -> None:
    for schema in build_document()["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


async def produce(live_run: LiveRun, project_id: str) -> None:
    """Make every kind of event happen."""
    await live_run.publish(2, context={"shared_variables": {"user": 7}})
    for status in ("failed", "skipped", "error"):
        await live_run.publish(1, status)
    data = {"test_case_id": live_run.test_case_id}
    flaky = {**data, "failure_rate": 0.2, "total_runs": 30, "window_days": 7}
    slower = {**data, "baseline_ms": 100, "current_ms": 150.5, "change_percent": 50.5}
    await call(
        live_run.service_role,
        "publish_notifications",
        project_id=project_id,
        request_id=str(uuid4()),
        notifications=[
            {"type": "flaky_test_detected", "data": flaky, "run_id": live_run.run_id},
            {"type": "performance_degradation", "data": slower},
        ],
    )
    await live_run.finish()


async def test_streams_say_what_is_documented(
    member: httpx.AsyncClient, workspace: Workspace, live_run: LiveRun, contract: Contract
) -> None:
    await produce(live_run, workspace.project_id)
    path = f"/api/v1/runs/{live_run.run_id}/events"
    replayed = [event.document async for event in read_events(member, path, last_event_id=0)]
    assert set(map(contract.check, replayed)) - {"presence"} == set(OF_RUNS)
    snapshot = [event.document async for event in read_events(member, path)]
    assert "run_snapshot" in set(map(contract.check, snapshot))


async def test_sockets_say_what_is_documented(
    relay_service: Service, workspace: Workspace, live_run: LiveRun, contract: Contract
) -> None:
    url = relay_service.url.replace("http://", "ws://") + "/api/v1/realtime"
    topics = [f"run:{live_run.run_id}", f"project:{workspace.project_id}"]
    requests: list[Document] = [
        {"type": "authenticate", "token": workspace.user.access_token, "ref": "1"},
        *({"type": "subscribe", "topic": topic, "ref": topic} for topic in topics),
        {"type": "ping", "ref": "2"},
        {"type": "subscribe", "topic": "run:unknown", "ref": "3"},
    ]
    heard: dict[str, Document] = {}
    async with websockets.connect(url) as socket:
        for request in requests:
            await socket.send(json.dumps(request))
        await hear(socket, contract, heard, "project_snapshot", "run_snapshot", "error", "pong")
        await produce(live_run, workspace.project_id)
        # The run had started before anybody subscribed.
        await hear(socket, contract, heard, *(set(EVENTS) - {"run_started"}), "unsubscribed")
    assert heard["error"]["data"]["ref"] == "3"
    assert {"authenticated", "subscribed"} <= set(heard)


async def hear(
    socket: websockets.ClientConnection, contract: Contract, heard: dict[str, Document], *names: str
) -> None:
    """Listen until each of these was heard; every message is checked."""
    while missing := set(names) - set(heard):
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                message = await socket.recv()
        except TimeoutError:
            pytest.fail(f"nothing came any more, and not yet {missing}")
        for envelope in json.loads(message):
            heard[contract.check(envelope)] = envelope
