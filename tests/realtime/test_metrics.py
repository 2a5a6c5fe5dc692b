"""The numbers of the relay, as Prometheus reads them."""

import asyncio
import math
from contextlib import suppress

import httpx
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from app.realtime.frames import Frame
from app.realtime.metrics import RelayMetrics
from app.realtime.models import Envelope
from scripts.demonstration.processes import find_free_port
from tests.fixtures.service import StartService
from tests.realtime.conditions import PATIENCE_SECONDS
from tests.realtime.event_reader import EventReader
from tests.realtime.live_run import LiveRun
from tests.realtime.socket_client import open_authenticated
from tests.runs.workspace import Workspace

Samples = dict[str, float]


def parse_samples(text: str) -> Samples:
    """Values by name and labels, as in `atp_relay_viewers{kind=stream}`."""
    samples: Samples = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sample.labels.items())
            samples[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return samples


async def wait_for(url: str, expected: Samples) -> Samples:
    samples: Samples = {}
    with suppress(TimeoutError):
        async with httpx.AsyncClient() as client, asyncio.timeout(PATIENCE_SECONDS):
            while not expected.items() <= samples.items():
                await asyncio.sleep(0.05)
                samples = parse_samples((await client.get(url)).text)
    assert samples == samples | expected
    return samples


async def test_the_service_tells_its_numbers(
    start_service: StartService, workspace: Workspace, live_run: LiveRun
) -> None:
    address = f"127.0.0.1:{find_free_port()}"
    service = start_service(RUN_WORKER_IN_API="false", METRICS_ADDRESS=address)
    url = f"http://{address}/metrics"
    headers = workspace.user.headers
    async with (
        httpx.AsyncClient(base_url=service.url, headers=headers) as client,
        open_authenticated(service.url, workspace.user.access_token) as other,
    ):
        await other.say("subscribe", topic=f"project:{workspace.project_id}")
        following = asyncio.create_task(EventReader(client, live_run.run_id).follow())
        watching = {
            "atp_relay_viewers{kind=stream}": 1.0,
            "atp_relay_viewers{kind=websocket}": 1.0,
            "atp_relay_topics": 2.0,
            "atp_relay_subscriptions": 2.0,
            "atp_relay_degraded_topics": 0.0,
            "atp_realtime_connected": 1.0,
            "atp_realtime_joined_topics": 2.0,
            "atp_realtime_connects": 1.0,
        }
        await wait_for(url, watching)
        await live_run.publish(2)
        await live_run.finish()
        await following
        samples = await wait_for(url, {"atp_relay_ends_total{kind=stream,reason=completed}": 1.0})
    assert samples["atp_relay_delivered_events_total"] >= 6
    assert samples["atp_relay_lag_seconds_count"] >= 2
    assert (await get_status(f"{service.url}/metrics")) == 404


async def get_status(url: str) -> int:
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).status_code


def test_lag_is_measured_where_the_announcement_is_known() -> None:
    registry = CollectorRegistry()
    metrics = RelayMetrics(registry)
    envelope = Envelope("test_started", b"{}", 1)
    metrics.record_delivery(Frame((envelope,), 1, announced_at=10.0), now=10.2)
    metrics.record_delivery(Frame((envelope, envelope), 2), now=11.0)
    assert registry.get_sample_value("atp_relay_delivered_events_total") == 3
    assert registry.get_sample_value("atp_relay_deliveries_total") == 2
    assert registry.get_sample_value("atp_relay_lag_seconds_count") == 1
    lag = registry.get_sample_value("atp_relay_lag_seconds_sum")
    assert lag is not None
    assert math.isclose(lag, 0.2)
