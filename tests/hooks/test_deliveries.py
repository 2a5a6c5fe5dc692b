"""Deliveries that start runs, each once."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.hooks.senders import INSERTED, SIGNATURES, create_hook, read_answer
from tests.runs.workspace import Workspace


@pytest.mark.parametrize("kind", SIGNATURES)
async def test_every_scheme_starts_a_run_once(workspace: Workspace, kind: str) -> None:
    hook = await create_hook(workspace, kind)
    body = hook.encode(INSERTED)
    signed = hook.sign(body)
    accepted = await hook.deliver(body=body, headers=signed)
    assert read_answer(accepted) == (202, "accepted"), accepted.text
    assert accepted.headers["Location"] == f"/api/v1/runs/{accepted.json()['run_id']}"
    run = await workspace.get(f"/runs/{accepted.json()['run_id']}")
    assert (run["trigger"], run["started_by"]) == ("webhook", workspace.user.id)
    repeated = await hook.deliver(body=body, headers=signed)
    assert repeated.json() == accepted.json() | {"outcome": "duplicate"}
    assert await hook.count_runs() == 1


async def test_a_delivery_runs_to_its_end(workspace: Workspace) -> None:
    hook = await create_hook(
        workspace,
        "github",
        when=[
            {"header": "X-GitHub-Event", "any_of": ["release"]},
            {"path": "$.action", "any_of": ["published"]},
        ],
        mapping={
            "target_version": "$.release.tag_name",
            "variables.BRANCH": "$.release.target_commitish",
            "metadata.assets": "$.release.assets[*].name",
            "options.concurrency": {"path": "$.concurrency", "default": 2},
        },
        options={"fail_fast": True},
        variables={"LOCALE": "de-DE"},
    )
    payload = {
        "action": "published",
        "release": {
            "tag_name": "v1.2.3",
            "target_commitish": "main",
            "assets": [{"name": "shop.tar.gz"}],
        },
    }
    answer = await hook.deliver(payload)
    run = await workspace.finish_run(answer.json()["run_id"])
    assert (run["status"], run["target_version"]) == ("completed", "v1.2.3")
    assert run["options"]["concurrency"] == 2
    assert run["options"]["fail_fast"] is True
    assert run["metadata"]["assets"] == "shop.tar.gz"
    assert run["metadata"]["hook"]["id"] == hook.id
    ignored = await hook.deliver({"action": "created"})
    assert read_answer(ignored) == (202, "ignored")
    assert ignored.json()["run_id"] is None
    [entry] = await hook.list_log(outcome="ignored")
    assert "$.action" in entry["problem_detail"]


async def test_two_equal_deliveries_at_once_start_one_run(workspace: Workspace) -> None:
    for kind in ("standard", "github", "supabase"):
        hook = await create_hook(workspace, kind)
        body = hook.encode(INSERTED)
        signed = hook.sign(body)
        answers = await asyncio.gather(*(hook.deliver(body=body, headers=signed) for _ in range(6)))
        outcomes = sorted(answer.json()["outcome"] for answer in answers)
        assert outcomes == ["accepted", *["duplicate"] * 5]
        assert len({answer.json()["run_id"] for answer in answers}) == 1


async def test_a_replay_under_another_id_starts_nothing(workspace: Workspace) -> None:
    github = await create_hook(workspace, "github")
    body = github.encode({"zen": "Keep it logically awesome."})
    first = await github.deliver(body=body)
    again = await github.deliver(body=body)  # signed alike, with an id of its own
    assert (first.json()["outcome"], again.json()["outcome"]) == ("accepted", "duplicate")
    standard = await create_hook(workspace)
    signed = standard.sign(body)
    assert (await standard.deliver(body=body, headers=signed)).status_code == 202
    altered = await standard.deliver(body=body, headers=signed | {"webhook-id": "msg_other"})
    assert read_answer(altered) == (401, "invalid_signature")
    slack = await create_hook(workspace, "hmac")
    signed = slack.sign(body)
    await slack.deliver(body=body, headers=signed)
    assert (await slack.deliver(body=body, headers=signed)).json()["outcome"] == "duplicate"


async def test_the_window_of_replays_can_be_closed(workspace: Workspace) -> None:
    hook = await create_hook(workspace, "supabase", replay_window_seconds=0)
    outcomes = [(await hook.deliver()).json()["outcome"] for _ in range(2)]
    assert outcomes == ["accepted", "accepted"]
    named = await create_hook(workspace, "gitlab")
    outcomes = [(await named.deliver()).json()["outcome"] for _ in range(2)]
    assert outcomes == ["accepted", "accepted"]


async def test_the_ping_of_github_is_ignored(workspace: Workspace) -> None:
    hook = await create_hook(workspace, "github")
    answer = await hook.deliver({"zen": "Design for failure."}, more={"X-GitHub-Event": "ping"})
    assert read_answer(answer) == (202, "ignored")


async def test_a_form_is_read_as_github_sends_it(workspace: Workspace) -> None:
    hook = await create_hook(workspace, "github", mapping={"target_version": "$.after"})
    form = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
    body = urlencode({"payload": '{"after": "c0ffee"}'}).encode()
    answer = await hook.deliver(body=body, more=form)
    assert read_answer(answer) == (202, "accepted"), answer.text
    run = await workspace.get(f"/runs/{answer.json()['run_id']}")
    assert run["target_version"] == "c0ffee"
    for wrong in (b"", b"payload=1&payload=2", b"other=1", b"payload=%00", b"payload=%ff"):
        refused = await hook.deliver(body=wrong, more=form)
        assert read_answer(refused) == (422, "hook_payload_invalid"), wrong


async def test_signed_json_is_not_read_as_a_form_because_a_header_says_so(
    workspace: Workspace,
) -> None:
    hook = await create_hook(workspace, "github", mapping={"target_version": "$.after"})
    body = b'{"after": "c0ffee", "note": "&payload=%7B%22after%22%3A%22forged%22%7D&"}'
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await hook.deliver(body=body, more=form)
    run = await workspace.get(f"/runs/{answer.json()['run_id']}")
    assert run["target_version"] == "c0ffee"


async def test_both_secrets_are_good_while_they_overlap(workspace: Workspace) -> None:
    hook = await create_hook(workspace)
    old = hook.secret
    rotated = await workspace.post(f"{hook.path}/rotate-secret", {"overlap_seconds": 3600})
    hook.secret = rotated["secret"]
    assert rotated["previous_secret_expires_at"] is not None
    assert hook.secret != old
    for secret in (old, hook.secret):
        body = hook.encode({"with": secret[-4:]})
        answer = await hook.deliver(body=body, headers=hook.sign(body, secret))
        assert read_answer(answer) == (202, "accepted")
    newest = await workspace.post(f"{hook.path}/rotate-secret", {"overlap_seconds": 0})
    body = hook.encode({})
    for secret, status in ((old, 401), (hook.secret, 401), (newest["secret"], 202)):
        answer = await hook.deliver(body=body, headers=hook.sign(body, secret))
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("mapping", "field"),
    [
        ({"target_version": "$.missing"}, "target_version"),
        ({"target_version": "$.list"}, "target_version"),
        ({"variables.A": "$.nothing"}, "variables.A"),
        ({"variables.A": "$.list[*]"}, "variables.A"),
        ({"variables.A": "$.nul"}, "variables.A"),
        ({"options.concurrency": "$.text"}, "options.concurrency"),
        ({"selection.suite_ids": "$.text"}, "selection.suite_ids"),
        ({"target_version": "$.long"}, "target_version"),
        ({"variables.A": "$..[?@.a == 'b']"}, "variables.A"),
    ],
)
async def test_a_payload_that_does_not_fit_is_named(
    workspace: Workspace, mapping: dict[str, Any], field: str
) -> None:
    hook = await create_hook(workspace, mapping=mapping)
    payload: dict[str, Any] = {
        "list": [1, 2],
        "nothing": None,
        "nul": "a\x00b",
        "text": "x",
        "long": "v" * 201,
    }
    if "[?" in str(mapping):
        payload["list"] = [[{"a": number} for number in range(20_000)]]
    refused = await hook.deliver(payload)
    assert read_answer(refused) == (422, "hook_mapping_failed"), refused.text
    assert refused.json()["field"].startswith(field.partition(".")[0])
    [entry] = await hook.list_log()
    assert (entry["outcome"], entry["problem_code"]) == ("failed", "hook_mapping_failed")
    assert field.partition(".")[0] in entry["problem_detail"]
