"""Deliveries that must not start anything, and what of them is kept."""

import asyncio
import json
import time
from collections.abc import Mapping
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from scripts.demonstration.components import SupabaseDetails
from tests.hooks.senders import (
    INSERTED,
    SIGNATURES,
    TLS,
    Headers,
    Hook,
    create_hook,
    read_answer,
    sign_standard,
)
from tests.runs.workspace import Document, Workspace

REJECTED = (401, "invalid_signature")
SIGNED = [kind for kind in SIGNATURES if kind not in ("gitlab", "supabase")]
MOST_LOGGED = 10


@retry(retry=retry_if_result(lambda log: not log), wait=wait_fixed(0.02), stop=stop_after_delay(10))
async def wait_for_log(hook: Hook, outcome: str) -> list[Document]:
    """Rejections are logged right after they are answered."""
    return await hook.list_log(outcome=outcome)


@pytest.mark.parametrize("kind", SIGNATURES)
async def test_forgeries_of_every_scheme_are_rejected(workspace: Workspace, kind: str) -> None:
    hook = await create_hook(workspace, kind)
    body = hook.encode(INSERTED)
    good = hook.sign(body)
    wrong = hook.sign(body, "whsec_" + "A" * 43 + "=")
    forgeries: list[Mapping[str, str]] = [wrong, {}, dict.fromkeys(good, "x")]
    for name in good:
        if not name.endswith(("Delivery", "Event", "UUID", "Key")):
            forgeries.append({key: value for key, value in good.items() if key != name})
            forgeries.append(good | {name: "\u00e9" * 10})
    for headers in forgeries:
        answer = await hook.deliver(body=body, headers=headers)
        assert read_answer(answer) == REJECTED, headers
    if kind in SIGNED:
        assert read_answer(await hook.deliver(body=body + b" ", headers=good)) == REJECTED
    [*_, entry] = await wait_for_log(hook, "rejected")
    assert entry["problem_code"] == "invalid_signature"
    assert await hook.count_runs() == 0
    assert (await hook.deliver(body=body, headers=good)).json()["outcome"] == "accepted"


async def test_a_header_that_is_there_twice_is_rejected(workspace: Workspace) -> None:
    for kind in SIGNATURES:
        hook = await create_hook(workspace, kind)
        body = hook.encode(INSERTED)
        good = hook.sign(body)
        name = next(key for key in good if key != "X-GitHub-Event")
        url = f"{workspace.client.base_url}hooks/{hook.id}"
        async with httpx.AsyncClient(verify=TLS) as client:
            answer = await client.post(
                url, content=body, headers=[*good.items(), (name, good[name])]
            )
        assert read_answer(answer) == REJECTED, kind


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_a_delivery_of_another_time_is_rejected(workspace: Workspace, minutes: int) -> None:
    hook = await create_hook(workspace)
    body = hook.encode(INSERTED)
    headers = sign_standard(body, hook.secret, at=time.time() + 60 * minutes)
    assert read_answer(await hook.deliver(body=body, headers=headers)) == REJECTED
    [entry] = await wait_for_log(hook, "rejected")
    assert "tolerance" in str(entry["problem_detail"])


async def test_unknown_disabled_and_forged_look_alike(workspace: Workspace) -> None:
    hook = await create_hook(workspace)
    body = hook.encode({})
    forged = await hook.deliver(body=body, headers=hook.sign(body, "whsec_" + "B" * 43 + "="))
    patched = await workspace.client.patch(hook.path, json={"enabled": False})
    assert patched.status_code == 200
    disabled = await hook.deliver({})
    hook.path = f"/hooks/{uuid4()}"
    unknown = await hook.deliver({})
    documents = [
        {key: value for key, value in answer.json().items() if key != "request_id"}
        for answer in (forged, disabled, unknown)
    ]
    assert documents[0] == documents[1] == documents[2]
    assert [answer.status_code for answer in (forged, disabled, unknown)] == [401] * 3


async def test_the_log_of_forgeries_is_bounded(workspace: Workspace) -> None:
    hook = await create_hook(workspace)
    await asyncio.gather(*(hook.deliver(body=b"{}", headers={}) for _ in range(3 * MOST_LOGGED)))
    await wait_for_log(hook, "rejected")
    assert len(await hook.list_log(limit=200)) <= MOST_LOGGED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"{",
        b"\xff\xfe{}",
        b'{"a": 1e400}',
        b'"\\ud800"',
        b"[" * 200 + b"]" * 200,
        b"[" * 5_000 + b"]" * 5_000,
        b"NaN",
        b"\x00",
    ],
)
async def test_odd_bodies_are_refused_clearly(workspace: Workspace, body: bytes) -> None:
    hook = await create_hook(workspace, "github")
    answer = await hook.deliver(body=body)
    assert read_answer(answer) == (422, "hook_payload_invalid"), answer.text
    [entry] = await hook.list_log()
    assert (entry["outcome"], entry["payload_bytes"]) == ("failed", len(body))


@pytest.mark.parametrize(
    "body",
    [b"1", b"null", b'"text"', b'{"\\u0000": "\\u0000"}', b'{"a": 123456789012345678901234567890}'],
)
async def test_any_json_is_a_payload(workspace: Workspace, body: bytes) -> None:
    hook = await create_hook(workspace, "github")
    assert read_answer(await hook.deliver(body=body)) == (202, "accepted")
    [entry] = await hook.list_log()
    assert (await workspace.get(f"/hook-deliveries/{entry['id']}"))["payload_bytes"] == len(body)


async def test_supabase_sends_rows_and_nothing_else(workspace: Workspace) -> None:
    hook = await create_hook(workspace, "supabase")
    for name, value in (("type", "TRUNCATE"), ("table", 1), ("schema", None), ("record", "x")):
        answer = await hook.deliver({**INSERTED, name: value})
        assert read_answer(answer) == (422, "hook_payload_invalid")
        assert answer.json()["field"] == name


async def test_a_body_that_is_too_large_is_refused(workspace: Workspace) -> None:
    hook = await create_hook(workspace)
    answer = await hook.deliver(body=b'"' + b"x" * 2_000_000 + b'"')
    assert read_answer(answer) == (413, "body_too_large")


async def test_a_large_payload_is_kept_cut(workspace: Workspace) -> None:
    hook = await create_hook(workspace)
    payload = {"items": [{"name": "\U0001f600" * 500, "at": at} for at in range(800)]}
    answer = await hook.deliver(payload)
    assert read_answer(answer) == (202, "accepted"), answer.text
    entry = await workspace.get(f"/hook-deliveries/{answer.json()['delivery_id']}")
    assert len(json.dumps(entry["payload"], ensure_ascii=False).encode()) < 50_000


async def test_secrets_are_masked_wherever_they_come_in(workspace: Workspace) -> None:
    hook = await create_hook(workspace, "supabase", redacted_paths=["$.record.card", "$..email"])
    record = {
        "card": {"number": "4111"},
        "users": [{"email": "ada@example.org", "password": "hunter2hunter2"}],
        "credentials": {"user": "ada", "key": ["within-credentials"]},
        "token": 98765432,
        "note": f"sent with {hook.secret}",
    }
    more = {"Cookie": "session=abc", "X-Api-Key": "key-of-somebody", "X-Copy": hook.secret}
    answer = await hook.deliver({**INSERTED, "record": record}, more=more)
    assert read_answer(answer) == (202, "accepted"), answer.text
    entry = await workspace.get(f"/hook-deliveries/{answer.json()['delivery_id']}")
    kept = json.dumps(entry)
    for secret in (
        hook.secret,
        "4111",
        "ada@example.org",
        "hunter2",
        "within-credentials",
        "98765432",
        "session=abc",
        "key-of-somebody",
    ):
        assert secret not in kept
    assert entry["headers"]["content-type"] == "application/json"
    assert entry["payload"]["table"] == "releases"


@pytest.mark.parametrize(
    "header",
    [
        b"X-GitHub-Delivery: one\r\nX-Injected: 1",
        b"X-GitHub-Delivery: one\nX-Injected: 1",
        b"X-GitHub-Delivery: one\x00two",
        b"X-GitHub-Delivery: \xf0\x9f\x98\x80",
        b"X-GitHub-Delivery: one\r\n folded",
        b"X-GitHub-Event: \x1b[31mred",
    ],
)
async def test_injected_headers_reach_nothing(workspace: Workspace, header: bytes) -> None:
    hook = await create_hook(workspace, "github")
    body = b"{}"
    signature = hook.sign(body)["X-Hub-Signature-256"].encode()
    address = urlsplit(str(workspace.client.base_url))
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        b"POST /api/v1/hooks/" + hook.id.encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"X-Hub-Signature-256: " + signature + b"\r\n" + header + b"\r\n"
        b"Content-Length: 2\r\n\r\n" + body
    )
    answer = await reader.read()
    writer.close()
    status = int(answer.split(b" ", 2)[1])
    assert status in (202, 400, 401), answer
    assert b"x-injected" not in answer.lower()


async def test_nobody_starts_the_run_of_a_hook_past_the_service(
    workspace: Workspace, supabase: SupabaseDetails
) -> None:
    hook = await create_hook(workspace)
    run = {"project_id": workspace.project_id, "environment_id": workspace.environment_id}
    request = {"hook_id": hook.id, "delivery": {"run": run}, "replay_window_seconds": 0}
    headers: Headers = {"apikey": supabase.publishable_key, **workspace.user.headers}
    async with httpx.AsyncClient(headers=headers, verify=TLS) as client:
        url = f"{supabase.supabase_url}/rest/v1/rpc/start_hook_run"
        answer = await client.post(url, json={"request": request})
    assert answer.status_code == 403, answer.text
    assert await hook.list_log() == []
