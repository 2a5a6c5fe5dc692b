"""The messages of the live events, each by its name, and the schemas that they are made of."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from app.realtime import events, messages

Schema = dict[str, Any]

REFERENCE: Final = "#/components/schemas/{model}"
ENVELOPE: Final = "Envelope"
OF_RUNS: Final = (
    *("run_started", "run_progress", "run_completed", "context_updated"),
    *("test_started", "test_completed", "test_failed", "test_skipped"),
)
"""Events of the topic of a run."""
OF_PROJECTS: Final = (
    *("run_started", "run_progress", "run_completed", "test_failed"),
    *("flaky_test_detected", "performance_degradation"),
)
"""Events of the topic of a project."""
STATES: Final[Mapping[str, type[BaseModel]]] = {
    "presence": events.Presence,
    "degraded": events.Degraded,
}
"""What is not numbered: the newest one counts."""
SNAPSHOTS: Final[Mapping[str, type[BaseModel]]] = {
    "run_snapshot": events.RunSnapshot,
    "project_snapshot": events.ProjectSnapshot,
}
FAREWELLS: Final[Mapping[str, type[BaseModel]]] = {"reconnect": events.Reconnect}
ANSWERS: Final[Mapping[str, type[BaseModel]]] = {
    "authenticated": messages.Authenticated,
    "subscribed": messages.Subscribed,
    "unsubscribed": messages.Unsubscribed,
    "pong": messages.Pong,
    "error": messages.Refusal,
}
REQUESTS: Final[Mapping[str, type[BaseModel]]] = {
    "authenticate": messages.Authenticate,
    "subscribe": messages.Subscribe,
    "unsubscribe": messages.Unsubscribe,
    "ping": messages.Ping,
}
SENT: Final[Mapping[str, type[BaseModel]]] = {
    **events.EVENTS,
    **SNAPSHOTS,
    **STATES,
    **FAREWELLS,
    **ANSWERS,
}
"""What the service sends, each in an envelope of the type of this name."""


def build_schemas() -> dict[str, Schema]:
    """Return the schemas of the envelope, of what is in envelopes, and of requests."""
    modes: dict[type[BaseModel], JsonSchemaMode] = {
        **dict.fromkeys(SENT.values(), "serialization"),
        **dict.fromkeys(REQUESTS.values(), "validation"),
    }
    _, document = models_json_schema(list(modes.items()), ref_template=REFERENCE)
    return {ENVELOPE: _build_envelope(), **document["$defs"]}


def build_messages() -> dict[str, Schema]:
    """Return the messages by name, in the order in which they are documented."""
    return dict(_iter_messages())


def _build_envelope() -> Schema:
    schema = events.EventEnvelope[BaseModel].model_json_schema(mode="serialization")
    schema["title"] = ENVELOPE
    schema["properties"]["data"] = {"type": "object"}
    del schema["$defs"]
    return schema


def _iter_messages() -> Iterator[tuple[str, Schema]]:
    for name, model in SENT.items():
        event_type = "snapshot" if name in SNAPSHOTS else name
        content = {"type": {"const": event_type}, "data": _refer_to(model)}
        envelope = {"$ref": REFERENCE.format(model=ENVELOPE)}
        payload = {"allOf": [envelope, {"properties": content}]}
        yield name, _build_message(name, model, payload)
    for name, model in REQUESTS.items():
        yield name, _build_message(name, model, _refer_to(model))


def _build_message(name: str, model: type[BaseModel], payload: Schema) -> Schema:
    summary, _, rest = (model.__doc__ or "").strip().partition("\n")
    message = {"name": name, "title": model.__name__, "summary": summary}
    if rest.strip():
        message["description"] = " ".join(rest.split())
    return message | {"contentType": "application/json", "payload": payload}


def _refer_to(model: type[BaseModel]) -> Schema:
    return {"$ref": REFERENCE.format(model=model.__name__)}
