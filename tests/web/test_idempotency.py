import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from scripts.demonstration.components import Service, SupabaseDetails
from tests.fixtures.database import Connect
from tests.fixtures.service import StartService
from tests.fixtures.users import SignUp

PATH = "/api/v1/organizations"


def describe() -> dict[str, str]:
    return {"name": "Acme", "slug": f"idempotent-{uuid4().hex[:12]}"}


async def count(client: httpx.AsyncClient) -> int:
    return len((await client.get(PATH)).json()["items"])


async def post(
    client: httpx.AsyncClient, document: dict[str, Any], key: str, path: str = PATH
) -> httpx.Response:
    return await client.post(path, json=document, headers={"Idempotency-Key": key})


async def test_a_repeated_request_is_answered_alike_and_done_once(
    service: Service, sign_up: SignUp
) -> None:
    user, document, key = await sign_up(), describe(), uuid4().hex
    async with httpx.AsyncClient(base_url=service.url, headers=user.headers) as client:
        first = await post(client, document, key)
        again = await post(client, document, key)
        assert await count(client) == 1
    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.content, again.headers["Location"]) == (first.content, first.headers["Location"])
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]


async def test_of_many_at_once_one_is_carried_out(service: Service, sign_up: SignUp) -> None:
    user, document, key = await sign_up(), describe(), uuid4().hex
    async with httpx.AsyncClient(base_url=service.url, headers=user.headers, timeout=30) as client:
        answers = await asyncio.gather(*(post(client, document, key) for _ in range(10)))
        assert await count(client) == 1
    outcomes = {(answer.status_code, answer.json().get("code")) for answer in answers}
    assert (201, None) in outcomes
    assert outcomes <= {(201, None), (409, "idempotency_key_in_use")}


async def test_a_key_is_for_one_request_of_one_person(service: Service, sign_up: SignUp) -> None:
    key, document = uuid4().hex, describe()
    one, other = await sign_up(), await sign_up()
    async with httpx.AsyncClient(base_url=service.url) as client:
        client.headers.update(one.headers)
        await post(client, document, key)
        reused = await post(client, describe(), key)
        elsewhere = await post(client, document, key, f"{PATH}?other=1")
        client.headers.update(other.headers)
        foreign = await post(client, describe(), key)
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")
    assert elsewhere.json()["code"] == "idempotency_key_reused"
    assert foreign.status_code == 201


async def test_a_key_is_free_again_when_its_request_must_have_died(
    service: Service, supabase: SupabaseDetails, sign_up: SignUp, database: Connect
) -> None:
    """Not while it may wait for a run; and who was thought to be dead does not answer for others."""
    user, key, connection = await sign_up(), uuid4().hex, await database()
    rpc = f"{supabase.supabase_url}/rest/v1/rpc"
    headers = {**user.headers, "apikey": supabase.publishable_key}
    dead = {"key": key, "fingerprint": "of the dead"}
    age = (
        "update private.idempotency_keys set claimed_at = clock_timestamp() - %s::interval"
        " where key = %s"
    )

    async def settle(client: httpx.AsyncClient) -> None:
        late = {"request": {**dead, "answer": "of the dead"}}
        await client.post(f"{rpc}/settle_idempotency_key", json=late, headers=headers)

    async with httpx.AsyncClient(base_url=service.url, headers=user.headers) as client:
        await client.post(f"{rpc}/claim_idempotency_key", json={"request": dead}, headers=headers)
        await connection.execute(age, ["2 minutes", key])
        early = await post(client, describe(), key)
        assert early.json()["code"] == "idempotency_key_reused"
        await connection.execute(age, ["4 minutes", key])
        document = describe()
        assert (await post(client, document, key)).status_code == 201
        await connection.execute(
            "update private.idempotency_keys set answer = null where key = %s", [key]
        )
        await settle(client)
        waiting = await post(client, document, key)
        assert waiting.json()["code"] == "idempotency_key_in_use"


async def test_what_failed_may_be_corrected_under_the_same_key(
    service: Service, sign_up: SignUp
) -> None:
    user, document, key = await sign_up(), describe(), uuid4().hex
    async with httpx.AsyncClient(base_url=service.url, headers=user.headers) as client:
        refused = await post(client, {**document, "slug": "Not a slug"}, key)
        corrected = await post(client, document, key)
    assert (refused.status_code, corrected.status_code) == (422, 201)


@pytest.mark.parametrize("key", ["", "x" * 256, b"bell\x07"])
async def test_a_key_that_is_none_is_named(
    service: Service, sign_up: SignUp, key: str | bytes
) -> None:
    user = await sign_up()
    headers = [(b"Idempotency-Key", key if isinstance(key, bytes) else key.encode())]
    async with httpx.AsyncClient(base_url=service.url, headers=user.headers) as client:
        answer = await client.post(PATH, json=describe(), headers=headers)
        assert await count(client) == 0
    assert answer.status_code in {400, 422}  # control characters do not pass the server itself
    if answer.status_code == 422:
        assert answer.json()["field"] == "Idempotency-Key"


async def test_strangers_and_giants_are_refused_as_without_a_key(
    start_service: StartService, sign_up: SignUp
) -> None:
    service = await asyncio.to_thread(start_service, REQUEST_BODY_LIMIT="1000")
    user = await sign_up()

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 500

    async with httpx.AsyncClient(base_url=service.url) as client:
        unknown = await post(client, describe(), uuid4().hex)
        headers = {**user.headers, "Idempotency-Key": uuid4().hex}
        giant = await client.post(PATH, content=chunks(), headers=headers)
    assert (unknown.status_code, unknown.json()["code"]) == (401, "missing_token")
    assert (giant.status_code, giant.json()["code"]) == (413, "body_too_large")
