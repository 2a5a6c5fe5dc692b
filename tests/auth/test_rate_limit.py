import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from app.auth.rate_limit import RateLimiter
from app.core.clock import SystemClock
from app.core.errors import TooManyRequestsError
from tests.auth.conftest import ManualClock
from tests.fixtures.service import StartService
from tests.fixtures.users import SignUp


def test_every_caller_has_a_limit_of_their_own() -> None:
    limiter = RateLimiter(3, SystemClock())
    one, other = "one", "other"
    for _ in range(3):
        limiter.take(one)
    with pytest.raises(TooManyRequestsError) as refusal:
        limiter.take(one)
    assert refusal.value.retry_after is not None
    assert 1 <= refusal.value.retry_after.total_seconds() <= 120
    limiter.take(other)


def test_the_minute_slides_and_a_refusal_tells_how_far(clock: ManualClock) -> None:
    clock.pass_time(seconds=60.001 - clock.now().timestamp() % 60)
    limiter = RateLimiter(4, clock)
    for _ in range(4):
        limiter.take("one")
    assert limiter.refuse("one").retry_after == timedelta(minutes=1)
    clock.pass_time(seconds=70)
    # A sixth of the minute before is out of sight: room for one, and 5 seconds later for another.
    limiter.take("one")
    with pytest.raises(TooManyRequestsError) as refusal:
        limiter.take("one")
    assert refusal.value.retry_after == timedelta(seconds=5)
    clock.pass_time(seconds=5)
    limiter.take("one")
    clock.pass_time(minutes=2)
    for _ in range(4):
        limiter.take("one")


def test_names_that_somebody_makes_up_take_no_more_room_than_there_is(
    clock: ManualClock,
) -> None:
    limiter = RateLimiter(1, clock, most_callers=3)
    for name in "abcd":
        limiter.take(name)
    assert [limiter.is_exhausted(name) for name in "abcd"] == [False, True, True, True]


async def test_who_asks_too_often_hears_when_to_come_back(
    start_service: StartService, sign_up: SignUp
) -> None:
    service = await asyncio.to_thread(start_service, REQUESTS_PER_MINUTE="5")
    user, other = await sign_up(), await sign_up()
    async with httpx.AsyncClient(base_url=service.url) as client:
        answers = [
            await client.get("/api/v1/organizations", headers=user.headers) for _ in range(12)
        ]
        others = await client.get("/api/v1/organizations", headers=other.headers)
        version = await client.get("/version")
        headers = {**(await sign_up()).headers, "Idempotency-Key": uuid4().hex}
        document = {"name": "Acme", "slug": f"limited-{uuid4().hex[:12]}"}
        repeated = [
            await client.post("/api/v1/organizations", json=document, headers=headers)
            for _ in range(12)
        ]
    # A window may turn while they are sent, but not twice.
    assert 5 <= sum(answer.status_code == 200 for answer in answers) <= 10
    assert 5 <= sum(answer.status_code == 201 for answer in repeated) <= 10
    for sent in (answers, repeated):
        refused = next(answer for answer in sent if answer.status_code == 429)
        assert refused.json()["code"] == "too_many_requests"
        assert int(refused.headers["Retry-After"]) >= 1
    assert others.status_code == 200
    assert version.json()["version"]
