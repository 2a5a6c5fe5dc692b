"""Runs every example of docs/writing-tests.md against the shop, as the API would take it."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import ValidationError

from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.cases.validation import check_case
from app.engine import (
    InvalidPlanError,
    Plan,
    ResultStatus,
    RunOptions,
    Scope,
    TestEnded,
    TestResult,
    run,
)
from app.engine.assertions.families import FAMILIES
from app.engine.assertions.operators import OPERATORS
from app.engine.authentication.kinds import KINDS
from app.engine.capture_sources import CAPTURE_SOURCES
from app.engine.document import Document as PlanDocument
from app.engine.templates.dynamic_values import DYNAMIC_VALUES
from app.engine.templates.filters import FILTERS
from app.engine.transports.http_transport import HttpTransport
from app.web.errors import RequestInvalidError
from tests.docs.examples import Example, read_document
from tests.engine.authentication.digest_target import DigestTarget
from tests.engine.builders import collect, select
from tests.engine.transports.tls_server import build_context, build_identity, issue, serve_tls
from tests.targets.serving import RunningShop, RunningTarget

SHOWN_ADDRESS = "http://127.0.0.1:8081"
_CLIENT = build_identity()
IDENTITY = {
    "CA": _CLIENT.ca or "",
    "CERTIFICATE": _CLIENT.certificate or "",
    "KEY": _CLIENT.key or "",
}
DOCUMENT = read_document(Path(__file__).resolve().parents[2] / "docs" / "writing-tests.md")


@dataclass(frozen=True)
class Targets:
    """The shop, a vault that wants digest authentication, and a target that speaks TLS."""

    shop: str
    vault: str
    secure: str

    @property
    def variables(self) -> dict[str, Any]:
        return {"SHOP": self.shop, "VAULT": self.vault, "SECURE": self.secure}


@pytest_asyncio.fixture(scope="module")
async def targets() -> AsyncGenerator[Targets]:
    with RunningShop() as shop, RunningTarget(DigestTarget().application) as vault:
        async with serve_tls(build_context(issue(), asks_client=True)) as secure:
            yield Targets(shop.url, vault.url, secure)


@pytest_asyncio.fixture
async def transport() -> AsyncGenerator[HttpTransport]:
    async with aclosing(HttpTransport()) as transport:
        yield transport


def to_planned_test(case: CaseCreate, position: int) -> dict[str, Any]:
    """The case as `get_run_plan` tells it."""
    document = case.model_dump(mode="json", by_alias=True)
    parts = [document.pop(name) for name in ("endpoint", "request", "response")]
    for part in parts:
        document |= {name: value for name, value in part.items() if name not in document}
    return {**document, "test_case_id": case.key, "suite_id": "s", "order_index": position}


def build_plan(content: Mapping[str, Any], targets: Targets) -> dict[str, Any]:
    """The answer of `get_run_plan`, once the API has taken the tests."""
    cases = [CaseCreate.model_validate(test) for test in content["tests"]]
    for case in cases:
        check_case(case)
    shared = DOCUMENT.environment
    return {
        "run": {"id": "example"},
        "environment": {
            "base_url": targets.shop,
            "variables": {**shared["variables"], **targets.variables},
        },
        "fixtures": shared["fixtures"],
        "network_policy": content.get("network_policy", {}),
        "tests": [to_planned_test(case, position) for position, case in enumerate(cases)],
        "dependencies": [
            {
                "dependent_test_id": case.key,
                "required_test_id": dependency.required_test_key,
                "dependency_type": dependency.dependency_type,
                "condition": dependency.condition,
            }
            for case in cases
            for dependency in case.dependencies
        ],
        "context": {},
    }


def read_options(content: Mapping[str, Any]) -> RunOptions:
    settings = PlanDocument(content.get("options", {}), "options")
    options = RunOptions(retry_initial_seconds=0).adjust(settings)
    return replace(options, guards_network="network_policy" in content)


async def play(content: Mapping[str, Any], targets: Targets, transport: HttpTransport) -> str:
    """What is not passed, in words; what is refused before it runs, too."""
    try:
        document = build_plan(content, targets)
        plan = Plan.from_document(document)
    except (RequestInvalidError, InvalidPlanError) as error:
        return f"refused {error}"
    except ValidationError as error:
        return "\n".join(
            f"refused {'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors()
        )
    scope = Scope.from_document(document, {**DOCUMENT.environment["secrets"], **IDENTITY})
    events = await collect(run(plan, scope, transport, read_options(content)))
    positions = {test.key: position for position, test in enumerate(plan.tests)}
    results = sorted(
        (event.result for event in select(events, TestEnded)),
        key=lambda result: (positions[result.key], result.iteration),
    )
    return "\n".join(text for result in results for text in describe(result))


def describe(result: TestResult) -> Iterator[str]:
    """Nothing for a test that passed without a warning."""
    failed = [
        assertion
        for attempt in result.attempts[-1:]
        for assertion in attempt.assertions
        if not assertion.passed
    ]
    if result.status is ResultStatus.PASSED and not failed:
        return
    iteration = f" [{result.iteration_name}]" if result.iteration_name else ""
    yield f"{result.status} {result.key}{iteration}"
    if result.reason:
        yield f"  {result.reason}"
    for assertion in failed:
        yield f"  {'' if assertion.severity == 'error' else 'warning: '}{assertion.message}"
    if not failed and result.error_message:
        yield f"  {result.error_message}"


@pytest.mark.parametrize("example", DOCUMENT.examples, ids=lambda example: example.name)
async def test_example(example: Example, targets: Targets, transport: HttpTransport) -> None:
    said = (await play(example.content, targets, transport)).replace(targets.shop, SHOWN_ADDRESS)
    assert said.splitlines() == example.said.splitlines(), said


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("filters", [*FILTERS, "default"]),
        ("dynamic values", [f"${name}" for name in DYNAMIC_VALUES]),
        ("assertions", list(FAMILIES)),
        ("operators", [*OPERATORS, "exists", "absent"]),
        ("captures", list(CAPTURE_SOURCES)),
        ("kinds of authentication", list(KINDS)),
    ],
)
def test_names_everything(what: str, names: list[str]) -> None:
    missing = [name for name in names if f"`{name}`" not in DOCUMENT.text]
    assert not missing, f"{what} that docs/writing-tests.md does not name"
