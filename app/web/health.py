"""Tells whether the process is alive and whether everything that it needs answers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from app.core.logging import get_logger
from app.web.errors import NotReadyError
from app.web.problems import problem_responses

Probe = Callable[[], Awaitable[None]]

PROBE_TIMEOUT: Final = timedelta(seconds=3)
RETRY_AFTER: Final = timedelta(seconds=1)

logger = get_logger(__name__)


class Health(BaseModel):
    """The process serves requests."""

    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """Everything that the service needs answers."""

    status: Literal["ready"] = "ready"
    checks: dict[str, Literal["ok"]]


class Version(BaseModel):
    """Which release of the service answers."""

    version: str = Field(examples=["1.2.0"])


router = APIRouter(tags=["health"])


@router.get("/version")
async def get_version(request: Request) -> Version:
    """Tell which release of the service answers."""
    return Version(version=request.app.version)


@router.get("/healthz")
async def get_health() -> Health:
    """Tell that the process serves requests."""
    return Health()


@router.get("/readyz", responses=problem_responses(NotReadyError))
async def get_readiness(request: Request) -> Readiness:
    """Tell whether everything that the service needs answers."""
    probes: Mapping[str, Probe] = request.app.state.probes
    failing = await find_failing(probes)
    if failing:
        detail = f"Not answering: {', '.join(failing)}."
        raise NotReadyError(detail, retry_after=RETRY_AFTER)
    return Readiness(checks=dict.fromkeys(probes, "ok"))


async def find_failing(
    probes: Mapping[str, Probe], timeout: timedelta = PROBE_TIMEOUT
) -> list[str]:
    """Run all probes at once and return the names of those that failed or took too long."""
    seconds = timeout.total_seconds()
    answers = await asyncio.gather(
        *(asyncio.wait_for(probe(), seconds) for probe in probes.values()),
        return_exceptions=True,
    )
    failing: list[str] = []
    for name, answer in zip(probes, answers, strict=True):
        if isinstance(answer, BaseException):
            logger.warning("probe_failed", probe=name, error=repr(answer))
            failing.append(name)
    return failing
