import asyncio
from datetime import timedelta

import httpx

from app.web.health import Probe, find_failing


async def answer() -> None:
    await asyncio.sleep(0)


async def refuse() -> None:
    message = "connection refused"
    raise ConnectionError(message)


async def hang() -> None:
    await asyncio.Event().wait()


async def test_the_process_is_alive_whatever_fails(
    web: httpx.AsyncClient, probes: dict[str, Probe]
) -> None:
    probes["postgrest"] = refuse
    response = await web.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_ready_when_everything_answers(
    web: httpx.AsyncClient, probes: dict[str, Probe]
) -> None:
    probes.update(postgrest=answer, queue=answer)
    response = await web.get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"status": "ready", "checks": {"postgrest": "ok", "queue": "ok"}}


async def test_not_ready_names_what_fails(web: httpx.AsyncClient, probes: dict[str, Probe]) -> None:
    probes.update(postgrest=answer, queue=refuse, realtime=refuse)
    response = await web.get("/readyz")
    assert response.status_code == 503
    assert response.json()["code"] == "not_ready"
    assert response.json()["detail"] == "Not answering: queue, realtime."
    assert response.headers["Retry-After"] == "1"


async def test_a_probe_that_hangs_has_failed() -> None:
    probes: dict[str, Probe] = {"slow": hang, "quick": answer}
    assert await find_failing(probes, timedelta(milliseconds=20)) == ["slow"]
