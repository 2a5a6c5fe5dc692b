"""
Golden event streams: scenarios, and the events they must produce, as JSON.

`python -m tests.engine.golden` writes tests/golden/*.json anew; review the difference.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from app.engine import (
    Event,
    Plan,
    PreparedRequest,
    ResultStatus,
    RunControl,
    RunOptions,
    Scope,
    TestEnded,
    TestStarted,
    run,
)
from tests.engine.builders import (
    BASE_URL,
    Answer,
    MemoryTransport,
    build_document,
    connection_refused,
    json_response,
)
from tests.engine.virtual_time import VirtualClock, run_in_virtual_time

GOLDEN = Path(__file__).parent.parent / "golden"

OPTIONS = RunOptions(
    concurrency=1, retry_initial_seconds=1, retry_jitter_seconds=0, clock=VirtualClock()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A plan document and what the target answers; `cancel_at` is the key that stops the run."""

    document: dict[str, Any]
    answer: Callable[[PreparedRequest], Answer]
    secrets: dict[str, str] = field(default_factory=dict[str, str])
    recorded: dict[tuple[str, int], ResultStatus] = field(
        default_factory=dict[tuple[str, int], ResultStatus]
    )
    cancel_at: str | None = None
    fail_fast: bool = False

    async def play(self) -> list[dict[str, Any]]:
        """Run it and return its events as JSON."""
        control = RunControl()
        events = run(
            Plan.from_document(self.document),
            Scope.from_document(self.document, self.secrets),
            MemoryTransport(self.answer),
            replace(OPTIONS, fail_fast=self.fail_fast),
            self.recorded,
            control,
        )
        documents: list[dict[str, Any]] = []
        async for event in events:
            documents.append(to_document(event))
            if isinstance(event, TestStarted) and event.key == self.cancel_at:
                control.cancel()
        return documents


def to_document(event: Event) -> dict[str, Any]:
    """An event as JSON; of captured values only the names."""
    fields = asdict(event)
    if isinstance(event, TestEnded):
        fields["result"]["captured"] = list(event.result.captured.names)
    text = json.dumps({"event": type(event).__name__, **fields}, default=_to_text)
    return json.loads(text)


def _to_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


SHOP = build_document(
    [
        {
            "key": "login",
            "method": "POST",
            "path": "/auth/login",
            "body": {"email": "{{env.EMAIL}}", "password": "{{env.PASSWORD}}"},
            "capture_vars": {
                "token": {
                    "path": "$.access_token",
                    "into": "shared_auth_tokens",
                    "name": "access_token",
                },
                "user_id": "$.user.id",
            },
        },
        {
            "key": "catalog",
            "path": "/catalog",
            "auth_type": "bearer",
            "expected_headers": {"Content-Type": "application/json"},
            "assertions": [
                {"type": "custom", "path": "$.products", "operator": "length", "expected": 2}
            ],
            "capture_vars": {"product_ids": "$.products[*].id"},
        },
        {
            "key": "cart",
            "method": "POST",
            "auth_type": "bearer",
            "body": {"product_id": "{{captured_data.catalog.product_ids[0]}}", "quantity": 1},
            "expected_status_code": 201,
            "expected_body": {"items": [{"product_id": "prod-1"}]},
            "body_match_type": "partial",
            "response_time_max_ms": 500,
        },
        {
            "key": "profile",
            "path": "/users/{id}",
            "path_params": {"id": "{{captured_data.login.user_id}}"},
            "auth_type": "bearer",
        },
        {
            "key": "discount",
            "auth_type": "bearer",
            "expected_status_code": [200, 204],
            "assertions": [
                {"type": "custom", "path": "$.percent", "operator": "ge", "expected": 10},
                {"type": "header", "name": "X-Campaign", "operator": "exists"},
            ],
        },
        {"key": "checkout", "auth_type": "bearer"},
        {"key": "receipt", "path": "/receipts/{{captured_data.checkout.id}}"},
        {"key": "typo", "path": "/users/{{captured_data.login.userid}}"},
        {"key": "stock"},
    ],
    [("checkout", "discount")],
    variables={"EMAIL": "ada@shop.test"},
)


def answer_as_shop(request: PreparedRequest) -> Answer:
    answers: dict[str, Answer] = {
        "/auth/login": json_response({"access_token": "jwt-secret-xyz", "user": {"id": "user-1"}}),
        "/catalog": json_response({"products": [{"id": "prod-1"}, {"id": "prod-2"}]}),
        "/cart": json_response({"items": [{"product_id": "prod-1", "quantity": 1}]}, 201),
        "/users/user-1": json_response({"id": "user-1", "session": "jwt-secret-xyz"}),
        "/discount": json_response({"percent": 5}, 500),
        "/stock": connection_refused(),
    }
    return answers[request.url.removeprefix(BASE_URL)]


def build_flaky_target() -> Callable[[PreparedRequest], Answer]:
    answers = iter(
        [connection_refused(), json_response({"ready": False}), json_response({"ready": True})]
    )
    return lambda _: next(answers)


READY = {"type": "custom", "path": "$.ready", "expected": True}
CHAIN = build_document([{"key": key} for key in "abcd"], [("b", "a"), ("c", "b"), ("d", "c")])


DONE = {"type": "jsonpath", "path": "$.state", "expected": "done"}
POLL = build_document(
    [
        {
            "key": "job",
            "method": "POST",
            "capture_vars": {"id": "$.id"},
            "expected_status_code": 202,
        },
        {
            "key": "result",
            "path": "/jobs/{{captured_data.job.id}}",
            "poll": {"until": [DONE], "interval_ms": 500, "multiplier": 2},
            "capture_vars": {"total": "$.total"},
        },
    ]
)


def build_slow_job() -> Callable[[PreparedRequest], Answer]:
    states = iter(["queued", "running", "done"])

    def answer(request: PreparedRequest) -> Answer:
        if request.method == "POST":
            return json_response({"id": 7}, 202)
        return json_response({"state": next(states), "total": 3})

    return answer


USERS = build_document(
    [
        {
            "key": "user",
            "path": "/users/{{iteration.value.name}}",
            "iterate": {"csv": "name,role\nann,admin\nbob,guest\ncid,guest"},
            "assertions": [
                {"type": "jsonpath", "path": "$.role", "expected": "{{iteration.value.role}}"}
            ],
            "capture_vars": {"id": "$.id"},
        },
        {"key": "report", "path": "/report/{{captured_data.user.id[0]}}"},
    ]
)


def answer_by_user(request: PreparedRequest) -> Answer:
    name = request.url.rpartition("/")[2]
    return json_response({"id": f"id-of-{name}", "role": "admin" if name == "bob" else "guest"})


PHASES = build_document(
    [
        {"key": "create", "method": "POST", "phase": "setup", "capture_vars": {"id": "$.id"}},
        {"key": "browse"},
        {"key": "pay", "locks": ["till"]},
        {"key": "empty", "phase": "teardown", "order_index": 2},
        {
            "key": "drop",
            "method": "DELETE",
            "path": "/shops/{{captured_data.create.id | default('none')}}",
            "phase": "teardown",
            "order_index": 1,
        },
    ]
)


def fail_at(key: str) -> Callable[[PreparedRequest], Answer]:
    def answer(request: PreparedRequest) -> Answer:
        return json_response({"id": "shop-1"}, 500 if request.url.endswith(f"/{key}") else 200)

    return answer


def build_scenarios() -> dict[str, Scenario]:
    """Fresh scenarios by the name of their file."""
    return {
        "shop": Scenario(
            document=SHOP, answer=answer_as_shop, secrets={"PASSWORD": "correct horse"}
        ),
        "retries": Scenario(
            document=build_document([{"key": "job", "retry_count": 2, "assertions": [READY]}]),
            answer=build_flaky_target(),
        ),
        "resumed": Scenario(
            document=CHAIN,
            answer=lambda _: json_response({}),
            recorded={("a", 0): ResultStatus.PASSED, ("b", 0): ResultStatus.PASSED},
        ),
        "resumed_after_failure": Scenario(
            document=CHAIN,
            answer=lambda _: json_response({}),
            recorded={("a", 0): ResultStatus.FAILED, ("b", 0): ResultStatus.SKIPPED},
        ),
        "cancelled": Scenario(document=CHAIN, answer=lambda _: json_response({}), cancel_at="b"),
        "poll": Scenario(document=POLL, answer=build_slow_job()),
        "iterations": Scenario(document=USERS, answer=answer_by_user),
        "resumed_iterations": Scenario(
            document=USERS,
            answer=answer_by_user,
            recorded={("user", 0): ResultStatus.PASSED, ("user", 1): ResultStatus.FAILED},
        ),
        "phases": Scenario(document=PHASES, answer=fail_at("pay")),
        "failed_setup": Scenario(document=PHASES, answer=fail_at("create")),
        "fail_fast": Scenario(document=PHASES, answer=fail_at("browse"), fail_fast=True),
        "cancelled_with_teardown": Scenario(
            document=PHASES, answer=fail_at("nothing"), cancel_at="browse"
        ),
    }


def write() -> None:
    """Write every golden file."""
    for name, scenario in build_scenarios().items():
        text = json.dumps(run_in_virtual_time(scenario.play()), indent=1, ensure_ascii=False)
        (GOLDEN / f"{name}.json").write_text(f"{text}\n")


if __name__ == "__main__":
    write()
