"""The calls that are measured: of the service, and of PostgREST for the same rows without it."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from standardwebhooks.webhooks import Webhook

from scripts.api_bench.load import Call
from scripts.api_bench.stage import Stage, describe_case


def list_service_calls(stage: Stage) -> dict[str, Call]:
    """Return the calls of the service by name."""
    api = f"{stage.service_url}/api/v1"
    start = _encode({"project_id": stage.project_id, "environment_id": stage.environment_id})
    hook = f"{api}/hooks/{stage.hook_id}"
    return {
        "read_run": Call("GET", f"{api}/runs/{stage.run_id}", stage.headers, 200),
        "list_results": Call(
            "GET", f"{api}/runs/{stage.run_id}/results?limit=50", stage.headers, 200
        ),
        "create_case": Call(
            "POST", f"{api}/suites/{stage.growing_suite_id}/cases", stage.headers, 201, _make_case
        ),
        "start_run": Call("POST", f"{api}/runs", stage.headers, 202, start),
        "hook": Call("POST", hook, _JSON, 202, _make_delivery, _sign_with(stage.hook_secret)),
    }


def list_database_calls(stage: Stage) -> dict[str, Call]:
    """Return what the service asks PostgREST for each of them at least; a hook starts the same run."""
    rest = stage.supabase.postgrest_url
    results = f"{rest}/test_results?run_id=eq.{stage.run_id}&order=completed_at,id&limit=51"
    start = {
        "trigger": "api",
        "project_id": stage.project_id,
        "environment_id": stage.environment_id,
    }
    start_run = Call(
        "POST", f"{rest}/rpc/start_test_run", stage.headers, 200, _encode({"request": start})
    )
    return {
        "read_run": Call("GET", f"{rest}/test_runs?id=eq.{stage.run_id}", stage.headers, 200),
        "list_results": Call("GET", results, stage.headers, 200),
        "create_case": Call(
            "POST", f"{rest}/rpc/create_test_case", stage.headers, 200, _make_row_of(stage)
        ),
        "start_run": start_run,
        "hook": start_run,
    }


_JSON = {"Content-Type": "application/json"}


def _encode(document: Mapping[str, Any]) -> Callable[[], bytes]:
    content = json.dumps(document).encode()
    return lambda: content


def _make_case() -> bytes:
    return json.dumps(describe_case(f"case-{uuid4().hex}")).encode()


def _make_row_of(stage: Stage) -> Callable[[], bytes]:
    def make_row() -> bytes:
        case = describe_case(f"case-{uuid4().hex}")
        return json.dumps({"request": {"suite_id": stage.growing_suite_id, **case}}).encode()

    return make_row


def _make_delivery() -> bytes:
    return json.dumps({"version": uuid4().hex}).encode()


def _sign_with(secret: str) -> Callable[[bytes], Mapping[str, str]]:
    webhook = Webhook(secret)

    def sign(body: bytes) -> Mapping[str, str]:
        identifier, now = uuid4().hex, datetime.now(UTC)
        return {
            "webhook-id": identifier,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": webhook.sign(identifier, now, body.decode()),
        }

    return sign
