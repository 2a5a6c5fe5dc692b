"""What all trials of a process are made with."""

from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from app.core.settings import Settings
from app.engine import RunOptions, Transport
from app.engine.transports.http_transport import HttpTransport
from app.trials.limits import TryLimits


@dataclass(frozen=True, slots=True)
class Laboratory:
    """The way to targets, what is allowed on it, and how long and how many tries may take."""

    transport: Transport
    options: RunOptions
    limits: TryLimits
    longest_try: timedelta


@asynccontextmanager
async def trying(settings: Settings) -> AsyncGenerator[Laboratory]:
    """Provide for trials; connections close at the end."""
    options = RunOptions(
        guards_network=settings.guards_network, honours_allow_lists=settings.network_allow_lists
    )
    limits = TryLimits(settings.concurrent_tries, settings.concurrent_tries_per_user)
    async with aclosing(HttpTransport()) as transport:
        yield Laboratory(transport, options, limits, settings.try_timeout)
