"""The AsyncAPI document: which messages go through which address, and what they are made of."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from scripts.event_documentation.payloads import (
    ANSWERS,
    FAREWELLS,
    OF_PROJECTS,
    OF_RUNS,
    REQUESTS,
    STATES,
    build_messages,
    build_schemas,
)

Schema = dict[str, Any]

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "asyncapi.json"
UNNUMBERED: Final = (*STATES, *FAREWELLS)
DESCRIPTION: Final = (
    "Live events of runs and projects; docs/realtime.md tells how to follow them. Every event is an envelope of version 1. "
    "On streams it is the `data` of a server-sent event whose `event` is its type and whose `id` is its seq; on the WebSocket "
    "every message of the service is an array of envelopes, and every message of a client is one JSON object."
)


def render() -> str:
    """Return the document as it is in docs/asyncapi.json."""
    return json.dumps(build_document(), indent=2, ensure_ascii=False) + "\n"


def build_document() -> Schema:
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Live events", "version": "1.0.0", "description": DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {
            "streams": {"host": "localhost:8000", "protocol": "http"},
            "sockets": {"host": "localhost:8000", "protocol": "ws"},
        },
        "channels": {
            "run": _build_stream("runs", "run_id", ("run_snapshot", *OF_RUNS, *UNNUMBERED)),
            "project": _build_stream(
                "projects", "project_id", ("project_snapshot", *OF_PROJECTS, *UNNUMBERED)
            ),
            "socket": {
                "address": "/api/v1/realtime",
                "servers": [{"$ref": "#/servers/sockets"}],
                "description": "Any number of topics on one connection; `ticket` or a subprotocol may say who speaks.",
                "messages": _refer_to_messages((*_list_sent_on_sockets(), *REQUESTS)),
                "bindings": {"ws": {"method": "GET", "query": _build_ticket_query()}},
            },
        },
        "operations": {
            "followRun": _build_operation("send", "run", ("run_snapshot", *OF_RUNS, *UNNUMBERED)),
            "followProject": _build_operation(
                "send", "project", ("project_snapshot", *OF_PROJECTS, *UNNUMBERED)
            ),
            "tellOnSocket": _build_operation("send", "socket", _list_sent_on_sockets()),
            "hearOnSocket": _build_operation("receive", "socket", tuple(REQUESTS)),
        },
        "components": {"messages": build_messages(), "schemas": build_schemas()},
    }


def _list_sent_on_sockets() -> tuple[str, ...]:
    snapshots = ("run_snapshot", "project_snapshot")
    return (*dict.fromkeys((*snapshots, *OF_RUNS, *OF_PROJECTS)), *STATES, *ANSWERS)


def _build_stream(collection: str, parameter: str, names: Iterable[str]) -> Schema:
    return {
        "address": f"/api/v1/{collection}/{{{parameter}}}/events",
        "servers": [{"$ref": "#/servers/streams"}],
        "description": "Server-sent events; `Last-Event-ID` or `last_event_id` resumes.",
        "parameters": {parameter: {"description": "A UUID."}},
        "messages": _refer_to_messages(names),
    }


def _refer_to_messages(names: Iterable[str]) -> Schema:
    return {name: {"$ref": f"#/components/messages/{name}"} for name in names}


def _build_operation(action: str, channel: str, names: Iterable[str]) -> Schema:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in names],
    }


def _build_ticket_query() -> Schema:
    return {"type": "object", "properties": {"ticket": {"type": "string"}}}
