"""Chains that run at the same time never see what another one captured."""

import asyncio

from app.engine import (
    AuthSpec,
    CaptureSpec,
    PlannedTest,
    PreparedRequest,
    ReceivedResponse,
    RunCompleted,
    RunOptions,
    Scope,
    run,
)
from tests.engine.builders import (
    BASE_URL,
    MemoryTransport,
    build_plan,
    build_test,
    collect,
    json_response,
    select,
)

CHAINS = 100


def build_chain(index: int) -> list[PlannedTest]:
    login, profile = f"login-{index}", f"profile-{index}"
    captures = {
        name: CaptureSpec(source="body", expression=f"$.{name}", target="captured_data", name=name)
        for name in ("id", "token")
    }
    bearer = AuthSpec(type="bearer", token_ref=f"{{{{captured_data.{login}.token}}}}")
    return [
        build_test(login, captures=captures),
        build_test(profile, path=f"/users/{{{{captured_data.{login}.id}}}}", auth=bearer),
    ]


async def test_a_hundred_chains_at_once_use_their_own_captures() -> None:
    pauses = [index * 7 % 20 for index in range(2 * CHAINS)]
    profiles: list[tuple[str, str]] = []

    async def answer(request: PreparedRequest) -> ReceivedResponse:
        for _ in range(pauses.pop()):
            await asyncio.sleep(0)
        path = request.url.removeprefix(BASE_URL)
        if path.startswith("/users/"):
            profiles.append((path, dict(request.headers)["Authorization"]))
            return json_response({})
        index = path.rpartition("-")[2]
        return json_response({"id": f"user-{index}", "token": f"token-of-{index}"})

    tests = [test for index in range(CHAINS) for test in build_chain(index)]
    edges = [(f"profile-{index}", f"login-{index}") for index in range(CHAINS)]
    plan, options = build_plan(tests, edges), RunOptions(concurrency=32)
    events = await collect(run(plan, Scope(), MemoryTransport(answer), options))
    assert select(events, RunCompleted)[0].counts.passed == 2 * CHAINS
    assert sorted(profiles) == sorted(
        (f"/users/user-{index}", f"Bearer token-of-{index}") for index in range(CHAINS)
    )
