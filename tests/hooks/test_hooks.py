"""Hooks as members manage them, and in whose name they act."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.database import Connect
from tests.fixtures.users import SignUp
from tests.hooks.senders import Hook, read_answer
from tests.runs.workspace import Document
from tests.targets.serving import RunningShop
from tests.workspaces.people import ROLES, Person, Role, Team, gather_team, name_something

MEMBERS = ("owner", "admin", "editor", "viewer")
ADMINS = ("owner", "admin")
DEMOTE = """
    update public.organization_members set role = 'viewer' where organization_id = %s and user_id = %s
"""
REMOVE = "delete from public.organization_members where organization_id = %s and user_id = %s"
SECRETS = ("secret_value_id", "secrets", "ciphertext")


@pytest.fixture(scope="module")
async def team(service: Service, supabase: SupabaseDetails, sign_up: SignUp) -> AsyncIterator[Team]:
    async with gather_team(service, supabase, sign_up) as team:
        yield team


@pytest.fixture(scope="module")
async def environment(team: Team, target: RunningShop, finished_runs: None) -> Document:
    project = await team.create_project()
    suite = await team.owner.create(f"/projects/{project['id']}/suites", name="Suite")
    case = {"key": "item", "name": "Item", "endpoint": {"method": "GET", "path": "/items/1"}}
    await team.owner.create(f"/suites/{suite['id']}/cases", **case)
    path = f"/projects/{project['id']}/environments"
    return await team.owner.create(path, name="Staging", base_url=target.url)


def describe(environment: Document, **fields: Any) -> Document:
    document = {
        "name": name_something("Hook"),
        "environment_id": environment["id"],
        "signature": {"scheme": "standard"},
    }
    return document | fields


async def add(person: Person, environment: Document, **fields: Any) -> Document:
    path = f"/projects/{environment['project_id']}/hooks"
    return await person.create(path, **describe(environment, **fields))


async def open_hook(person: Person, environment: Document, **fields: Any) -> Hook:
    return Hook(person.http, "/api/v1", "standard", await add(person, environment, **fields))


async def test_a_hook_is_created_read_changed_and_deleted(
    team: Team, environment: Document
) -> None:
    when = [{"path": "$.action", "any_of": ["published"]}]
    created = await add(team.owner, environment, when=when, mapping={"target_version": "$.after"})
    secret = created.pop("secret")
    assert secret.startswith("whsec_")
    assert created["secret_last_four"] == secret[-4:]
    path = f"/hooks/{created['id']}"
    found = await team.owner.get(path)
    assert found.json() == created
    assert secret not in found.text
    assert not any(name in found.json() for name in SECRETS)
    tag = {"If-Match": found.headers["ETag"]}
    changes: Document = {"name": name_something("Hook"), "when": [], "options": {"fail_fast": True}}
    changed = await team.owner.http.patch(f"/api/v1{path}", json=changes, headers=tag)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["when"], changed.json()["options"]["fail_fast"]) == ([], True)
    assert changed.json()["mapping"] == {"target_version": "$.after"}
    late = await team.owner.http.patch(f"/api/v1{path}", json=changes, headers=tag)
    assert late.status_code == 412
    listed = await team.owner.get(f"/projects/{environment['project_id']}/hooks", limit=200)
    assert changed.json() in listed.json()["items"]
    assert (await team.owner.delete(path)).status_code == 204
    assert (await team.owner.get(path)).status_code == 404


@pytest.mark.parametrize("role", ROLES)
async def test_roles_decide(team: Team, environment: Document, role: Role) -> None:
    created = await add(team.owner, environment)
    path, person = f"/hooks/{created['id']}", team[role]
    reading = 200 if role in MEMBERS else 404
    refusal = 403 if role in MEMBERS else 404
    writing = 200 if role in ADMINS else refusal
    collection = f"/projects/{environment['project_id']}/hooks"
    assert (await person.get(path)).status_code == reading
    assert (await person.get(collection)).status_code == reading
    assert (await person.get(f"{path}/deliveries")).status_code == reading
    made = await person.post(collection, describe(environment))
    assert made.status_code == (201 if role in ADMINS else refusal)
    assert (await person.patch(path, {"enabled": True})).status_code == writing
    assert (await person.post(f"{path}/rotate-secret", {})).status_code == writing
    assert (await person.post(f"{path}/take-over", None)).status_code == writing
    removed = await person.delete(path)
    assert removed.status_code == (204 if role in ADMINS else refusal)


WRONG: list[tuple[Document, str]] = [
    ({"signature": {"scheme": "md5"}}, "signature"),
    ({"signature": {"scheme": "hmac"}}, "signature.header"),
    ({"secret": "short"}, "body"),
    ({"secret": "whsec_AAAA"}, "body"),
    ({"signature": {"scheme": "gitlab"}, "secret": "with a blank inside it"}, "body"),
    ({"mapping": {"environment_id": "$.a"}}, "mapping.environment_id"),
    ({"mapping": {"options.nothing": "$.a"}}, "mapping.options.nothing"),
    ({"mapping": {"target_version": "$["}}, "mapping.target_version"),
    ({"mapping": {f"variables.V{n}": f"$..v{n}" for n in range(6)}}, "mapping"),
    ({"when": [{"path": "$.a", "header": "X-A"}]}, "when.0"),
    ({"when": [{}]}, "when.0"),
    ({"redacted_paths": ["nothing"]}, "redacted_paths.0"),
    ({"options": {"concurrency": 0}}, "options.concurrency"),
    ({"replay_window_seconds": -1}, "replay_window_seconds"),
]


@pytest.mark.parametrize(("fields", "field"), WRONG)
async def test_settings_that_cannot_work_are_refused(
    team: Team, environment: Document, fields: Document, field: str
) -> None:
    path = f"/projects/{environment['project_id']}/hooks"
    refused = await team.owner.post(path, describe(environment, **fields))
    assert read_answer(refused) == (422, "invalid_request")
    assert refused.json()["field"].startswith(field), refused.text
    assert str(fields.get("secret")) not in refused.text


async def test_a_secret_of_ones_own_is_never_shown(team: Team, environment: Document) -> None:
    created = await add(team.owner, environment, secret="whsec_" + "c2VjcmV0" * 5)
    assert created["secret"] is None
    weak = await team.owner.post(f"/hooks/{created['id']}/rotate-secret", {"secret": "weak"})
    assert read_answer(weak) == (422, "invalid_request")
    assert weak.json()["field"] == "secret"


async def test_an_environment_of_another_project_is_refused(
    team: Team, environment: Document
) -> None:
    foreign = await team.create_environment()
    path = f"/projects/{environment['project_id']}/hooks"
    refused = await team.owner.post(path, describe(foreign))
    assert refused.status_code == 422
    unknown = await team.owner.post(path, describe({"id": str(uuid4())}))
    assert refused.json()["code"] == unknown.json()["code"]


async def test_a_name_is_taken_once(team: Team, environment: Document) -> None:
    created = await add(team.owner, environment)
    path = f"/projects/{environment['project_id']}/hooks"
    taken = await team.owner.post(path, describe(environment, name=created["name"]))
    assert (taken.status_code, taken.json()["field"]) == (409, "name")


async def test_a_member_without_the_role_starts_nothing(
    service: Service,
    supabase: SupabaseDetails,
    sign_up: SignUp,
    target: RunningShop,
    database: Connect,
) -> None:
    async with gather_team(service, supabase, sign_up) as crew:
        project = await crew.create_project()
        suite = await crew.owner.create(f"/projects/{project['id']}/suites", name="Suite")
        case = {"key": "item", "name": "Item", "endpoint": {"method": "GET", "path": "/items/1"}}
        await crew.owner.create(f"/suites/{suite['id']}/cases", **case)
        path = f"/projects/{project['id']}/environments"
        environment = await crew.owner.create(path, name="Staging", base_url=target.url)
        hook = await open_hook(crew["admin"], environment)
        accepted = await hook.deliver({"number": 1})
        assert read_answer(accepted) == (202, "accepted")
        connection = await database()
        member = [crew.organization["id"], crew["admin"].user.id]
        for number, statement in enumerate((DEMOTE, REMOVE)):
            await connection.execute(statement, member)
            refused = await hook.deliver({"number": 2 + number})
            assert read_answer(refused) == (422, "hook_run_refused")
        hook.client = crew.owner.http
        outcomes = [(entry["outcome"], entry["problem_code"]) for entry in await hook.list_log()]
        assert outcomes == [("failed", "forbidden")] * 2 + [("accepted", None)]
        assert (await crew.owner.get(hook.path)).json()["api_token_id"] is None
        taken = await crew.owner.post(f"{hook.path}/take-over", None)
        assert taken.status_code == 200, taken.text
        assert read_answer(await hook.deliver({"number": 3})) == (202, "accepted")


async def test_a_revoked_token_starts_nothing(
    team: Team, environment: Document, database: Connect
) -> None:
    hook = await open_hook(team.owner, environment)
    await (await database()).execute(
        "update public.api_tokens set revoked_at = now() where id = "
        "(select api_token_id from public.hooks where id = %s)",
        [hook.id],
    )
    assert read_answer(await hook.deliver({})) == (422, "hook_run_refused")


async def test_what_belongs_to_a_hook_goes_with_it(
    team: Team, environment: Document, database: Connect
) -> None:
    created = await add(team.owner, environment)
    path = f"/hooks/{created['id']}"
    await team.owner.post(f"{path}/rotate-secret", {})
    connection = await database()
    cursor = await connection.execute("select * from public.hooks where id = %s", [created["id"]])
    row = await cursor.fetchone()
    assert row is not None
    assert (await team.owner.delete(path)).status_code == 204
    cursor = await connection.execute(
        "select (select count(*) from private.secret_values where id = any (%s)) as secrets, "
        "(select count(*) from public.api_tokens where id = %s) as tokens",
        [[row["secret_value_id"], row["previous_secret_value_id"]], row["api_token_id"]],
    )
    assert await cursor.fetchone() == {"secrets": 0, "tokens": 0}


async def test_a_delivery_is_started_again_in_the_name_of_the_caller(
    team: Team, environment: Document
) -> None:
    hook = await open_hook(
        team.owner,
        environment,
        mapping={"target_version": "$.after"},
        when=[{"path": "$.after"}],
    )
    first = (await hook.deliver({"after": "c0ffee"})).json()
    path = f"/hook-deliveries/{first['delivery_id']}/redeliver"
    again = await team["editor"].post(path, None)
    assert again.status_code == 202, again.text
    run = (await team.owner.get(f"/runs/{again.json()['id']}")).json()
    assert (run["target_version"], run["started_by"]) == ("c0ffee", team["editor"].user.id)
    assert run["id"] != first["run_id"]
    assert (await team["viewer"].post(path, None)).status_code == 403
    assert (await team["stranger"].post(path, None)).status_code == 404
    ignored = (await hook.deliver({})).json()
    path = f"/hook-deliveries/{ignored['delivery_id']}/redeliver"
    assert read_answer(await team.owner.post(path, None)) == (409, "delivery_not_repeatable")


async def test_the_log_is_filtered_by_outcome_and_time(team: Team, environment: Document) -> None:
    hook = await open_hook(team.owner, environment, when=[{"path": "$.start"}])
    for payload in ({"start": 1}, {}, {"start": 2}):
        await hook.deliver(payload)
    log = await hook.list_log()
    assert [entry["outcome"] for entry in log] == ["accepted", "ignored", "accepted"]
    middle = log[1]["received_at"]
    assert await hook.list_log(received_since=middle) == log[:2]
    assert await hook.list_log(received_before=middle) == log[2:]
    assert (
        await hook.list_log(received_since=middle, received_before=log[0]["received_at"])
        == log[1:2]
    )
    assert await hook.list_log(outcome=["ignored", "failed"]) == log[1:2]
    assert await hook.list_log(sort="received_at") == log[::-1]
    page = (await team.owner.get(f"{hook.path}/deliveries", limit=2)).json()
    rest = await team.owner.get(f"{hook.path}/deliveries", limit=2, cursor=page["next_cursor"])
    assert page["items"] + rest.json()["items"] == log
