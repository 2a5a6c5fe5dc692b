"""
Schemathesis calls every operation with what its description allows and forbids, as three roles.

No answer may be a 5xx, have a status, header or shape that is not described, or hold anything of
another organization. `API_EXAMPLES` is how many calls are made of each operation by each role, and
how many walks from one operation to the next.
"""

import os
import re

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import BaseSchema, Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.transport import Response
from schemathesis.openapi import from_url

from scripts.demonstration.components import Service
from tests.api.calling import TABLE
from tests.api.examples import Operation, fill_in
from tests.api.world import World
from tests.workspaces.people import Role

EXAMPLES = int(os.environ.get("API_EXAMPLES", "3"))
SETTINGS = settings(
    max_examples=EXAMPLES,
    stateful_step_count=8,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.filter_too_much,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
FUZZED: tuple[Role, ...] = ("viewer", "editor", "admin")
load_all_checks()
REQUIRED = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    ]
)
IDENTIFIER = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# They never end by themselves.
STREAMS = frozenset({"follow_run", "follow_project"})


@pytest.fixture(scope="session")
def schema(service: Service) -> BaseSchema:
    return from_url(f"{service.url}/openapi.json").exclude(operation_id=sorted(STREAMS))


@pytest.mark.parametrize("name", sorted(TABLE.keys() - STREAMS))
def test_answers_are_as_described(
    name: str,
    schema: BaseSchema,
    changed_world: World,
    spent_world: World,
    foreign_world: World,
    operations: dict[str, Operation],
) -> None:
    operation = operations[name]
    described = schema[operation.path][operation.method.upper()]
    own = spent_world if operation.method == "delete" else changed_world
    worlds = st.sampled_from([own, own, foreign_world])
    modes = st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE])

    @st.composite
    def cases(draw: st.DrawFn) -> Case:
        known = draw(worlds).known
        fixed = {parameter: known[parameter] for parameter in operation.parameters}
        case = draw(described.as_strategy(draw(modes), path_parameters=fixed or None))
        case.body = fill_in(case.body, draw(worlds).known)
        # Short keys would soon be those of other requests, and nothing else be tried.
        case.headers.pop("Idempotency-Key", None)
        return case

    @SETTINGS
    @given(case=cases())
    def fuzz(case: Case) -> None:
        for role in FUZZED:
            case.headers.update(own.team[role].user.headers)
            response = case.call()
            case.validate_response(response, checks=REQUIRED)
            require_nothing_foreign(case, response, foreign_world)

    fuzz()


@pytest.mark.parametrize("role", FUZZED)
def test_walks_from_operation_to_operation_are_as_described(
    role: Role, schema: BaseSchema, spent_world: World, foreign_world: World
) -> None:
    """What one operation answers is used in the next: created, read, changed, removed."""
    machine = schema.as_state_machine()
    roots = {name: spent_world.known[name] for name in ("organization_id", "project_id")}

    class Walk(machine):
        def before_call(self, case: Case) -> None:
            case.headers.update(spent_world.team[role].user.headers)
            for name in roots.keys() & case.path_parameters.keys():
                case.path_parameters[name] = roots[name]

        def validate_response(
            self, response: Response, case: Case, *_: object, **__: object
        ) -> None:
            case.validate_response(response, checks=REQUIRED)
            require_nothing_foreign(case, response, foreign_world)

    # One walk at a time: what others left behind would make the next ones inconsistent.
    for number in range(EXAMPLES):
        seed(number)(Walk).run(settings=settings(SETTINGS, max_examples=1, derandomize=False))


def require_nothing_foreign(case: Case, response: Response, foreign: World) -> None:
    """An answer may repeat what was asked for, nothing else of another organization."""
    asked = set(IDENTIFIER.findall(case.as_curl_command()))
    answered = set(IDENTIFIER.findall(response.text))
    assert (answered - asked) & set(foreign.known.values()) == set()
