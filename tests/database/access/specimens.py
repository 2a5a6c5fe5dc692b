"""One row of every exposed table, described by where its values come from, and a change of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, LiteralString


@dataclass(frozen=True)
class Own:
    """The id of this name in the tenant that the row is made for."""

    name: str


@dataclass(frozen=True)
class New:
    """The id of a new row of a table, made for this row alone."""

    table: str


@dataclass(frozen=True)
class Account:
    """The id of a new account; without its profile, that row can be made by hand."""

    has_profile: bool = True


@dataclass(frozen=True)
class Unique:
    """A name that nothing else has."""


@dataclass(frozen=True)
class Address:
    """An e-mail address that nobody else has."""


@dataclass(frozen=True)
class Specimen:
    """A row and a change of it; the statements see the row and the tenant as parameters."""

    row: Mapping[str, Any]
    change: Mapping[str, Any]
    before: LiteralString = ""
    after: LiteralString = ""


OF_ORGANIZATION = {"organization_id": Own("organization_id")}
OF_PROJECT = {"project_id": Own("project_id"), "name": Unique()}
OF_NEW_PROJECT = OF_ORGANIZATION | {"project_id": New("projects")}
OF_EDITOR = OF_ORGANIZATION | {"user_id": Own("editor")}
OF_CASE = {"test_case_id": New("test_cases")}
OF_RUN = OF_ORGANIZATION | {"run_id": Own("run_id"), "run_date": Own("run_date")}
OF_NEW_RUN = OF_RUN | {"run_id": New("test_runs")}
OF_RESULT = OF_ORGANIZATION | {"result_id": New("test_results"), "run_date": Own("run_date")}
OF_ANALYSIS = OF_ORGANIZATION | OF_CASE | {"project_id": Own("project_id")}
DESCRIBED = {"description": "changed"}

SPECIMENS: dict[str, Specimen] = {
    "api_credentials": Specimen(
        OF_EDITOR | {"credential_name": Unique(), "credential_type": "api-key"},
        {"key_id": "changed"},
    ),
    "api_endpoints": Specimen(OF_PROJECT | {"path": Unique(), "method": "GET"}, DESCRIBED),
    "api_imports": Specimen(
        {"project_id": Own("project_id"), "format": "openapi", "source": "a", "report": {}},
        {"source": "changed"},
    ),
    "api_tokens": Specimen(
        OF_EDITOR | {"name": Unique(), "scope": "run", "expires_at": "tomorrow"},
        {"name": "changed"},
    ),
    "assertion_results": Specimen(
        OF_RESULT
        | {"position": 1, "assertion_name": "a", "assertion_type": "body", "passed": True},
        {"error_message": "changed"},
    ),
    "audit_log": Specimen(
        OF_ORGANIZATION | {"actor_role": "a", "action": "create", "entity_type": "a"},
        {"entity_type": "changed"},
    ),
    "environment_variables": Specimen(
        {"environment_id": Own("environment_id"), "key": Unique(), "value": "a"},
        {"value": "changed"},
    ),
    "environments": Specimen(OF_PROJECT | {"base_url": "http://shop.example"}, DESCRIBED),
    "failure_analysis": Specimen(
        OF_ANALYSIS | {"fingerprint": Unique()}, {"suggested_fix": "changed"}
    ),
    "fixture_usage": Specimen(OF_CASE | {"fixture_id": Own("fixture_id")}, {"how": "iterate"}),
    "hook_deliveries": Specimen(
        OF_ORGANIZATION
        | {
            "project_id": Own("project_id"),
            "hook_id": New("hooks"),
            "outcome": "rejected",
            "headers": {},
        },
        {"problem_code": "changed"},
    ),
    "hooks": Specimen(
        OF_PROJECT
        | {
            "environment_id": Own("environment_id"),
            "enabled": True,
            "signature": {"scheme": "github"},
            "conditions": [],
            "mapping": {},
            "selection": {},
            "options": {},
            "variables": {},
            "redacted_paths": [],
        },
        {"enabled": False},
    ),
    "imported_cases": Specimen(
        {
            "project_id": Own("project_id"),
            "test_case_id": New("test_cases"),
            "source": "a",
            "origin": Unique(),
            "document": {},
        },
        {"document": {"key": "changed"}},
    ),
    "organization_invitations": Specimen(
        OF_ORGANIZATION
        | {
            "invited_by": Own("editor"),
            "email": Address(),
            "role": "viewer",
            "expires_at": "tomorrow",
        },
        {"role": "editor"},
    ),
    "organization_members": Specimen(
        OF_ORGANIZATION | {"user_id": Account(), "role": "viewer"}, {"role": "editor"}
    ),
    "organizations": Specimen(
        {"name": "a", "slug": Unique()},
        DESCRIBED,
        after="""
            insert into public.organization_members (organization_id, user_id, role)
            select %(id)s, user_id, role from public.organization_members
            where organization_id = %(organization_id)s and user_id = any (%(members)s)
        """,
    ),
    "performance_metrics": Specimen(
        OF_ANALYSIS | {"environment_id": Own("environment_id"), "date": Own("run_date")},
        {"total_runs": 7},
    ),
    "project_events": Specimen(
        OF_NEW_PROJECT | {"first_seq": 7, "last_seq": 7, "events": []}, {"events": ["changed"]}
    ),
    "project_streams": Specimen(OF_NEW_PROJECT | {"event_seq": 7}, {"event_seq": 8}),
    "projects": Specimen(OF_ORGANIZATION | {"name": Unique()}, DESCRIBED),
    "report_templates": Specimen(OF_ORGANIZATION | {"name": Unique()}, {"includes_trends": False}),
    "retention_policies": Specimen(
        {"organization_id": New("organizations")},
        {"history_days": 7},
        before="delete from public.retention_policies where organization_id = %(organization_id)s",
    ),
    "saved_searches": Specimen(OF_EDITOR | {"name": Unique()}, {"filters": {"status": ["a"]}}),
    "test_cases": Specimen(
        {
            "suite_id": Own("suite_id"),
            "endpoint_id": Own("endpoint_id"),
            "key": Unique(),
            "name": Unique(),
            # Runs plan what is enabled: the one case of the tenant, however many are made.
            "enabled": False,
        },
        DESCRIBED,
    ),
    "test_data_fixtures": Specimen(OF_PROJECT, DESCRIBED),
    "test_dependencies": Specimen(
        {"dependent_test_id": New("test_cases"), "required_test_id": Own("case_id")},
        {"dependency_type": "token"},
    ),
    "test_execution_context": Specimen(
        OF_NEW_RUN,
        {"test_order": ["changed"]},
        before="delete from public.test_execution_context where run_id = %(run_id)s",
    ),
    "test_request_configs": Specimen(OF_CASE, {"auth_token_ref": "changed"}),
    "test_response_specs": Specimen(OF_CASE, {"response_time_max_ms": 7}),
    "test_result_details": Specimen(OF_RESULT, {"request_url": "changed"}),
    "test_results": Specimen(OF_RUN | OF_CASE | {"status": "passed"}, {"error_message": "changed"}),
    "test_run_events": Specimen(
        OF_NEW_RUN | {"first_seq": 7, "last_seq": 7, "events": []}, {"events": ["changed"]}
    ),
    "test_run_history": Specimen(
        OF_RUN | OF_CASE | {"environment_id": Own("environment_id"), "status": "passed"},
        {"status": "failed"},
    ),
    "test_runs": Specimen(
        {"project_id": Own("project_id"), "environment_id": Own("environment_id")},
        {"target_version": "changed"},
        after="""
            update public.test_runs set status = 'completed', completed_at = now() where id = %(id)s
        """,
    ),
    "test_suites": Specimen(OF_PROJECT, DESCRIBED),
    "user_preferences": Specimen(
        {"user_id": Own("editor")},
        {"theme": "dark"},
        before="delete from public.user_preferences",
    ),
    "users": Specimen(
        {"id": Account(has_profile=False)},
        {"full_name": "changed"},
        after="""
            insert into public.organization_members (organization_id, user_id, role)
            values (%(organization_id)s, %(id)s, 'viewer')
        """,
    ),
}
