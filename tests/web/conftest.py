from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

import httpx
import pytest
from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel, Field
from starlette.types import Scope

from app.core.errors import ConflictError, InternalError, UnavailableError
from app.core.settings import Settings
from app.main import create_app as create_service
from app.web.health import Probe
from app.web.health import router as health_router
from app.web.idempotency import IdempotencyMiddleware, KeptAnswer
from app.web.json_bodies import check_json_body
from app.web.pagination import PageRequest
from app.web.problems import install_problem_handlers
from app.web.request_bodies import BodyLimits, RequestBodyMiddleware
from app.web.requests import CrashMiddleware, RequestMiddleware
from tests.core.test_settings import COMPLETE

BODY_LIMIT = 1_000
LIMITS = BodyLimits(BODY_LIMIT, timedelta(seconds=30))
ORIGIN = "https://studio.example"
SECRET = "hunter2-of-the-caller"


class Address(BaseModel):
    street: str = Field(min_length=3)


class Order(BaseModel):
    name: str
    addresses: list[Address]
    note: str | Address | None = None


class Keys:
    """Keys that nobody has used."""

    async def claim(self, key: str, fingerprint: str) -> KeptAnswer | None:
        del key, fingerprint

    async def keep(self, key: str, fingerprint: str, answer: KeptAnswer) -> None: ...

    async def release(self, key: str, fingerprint: str) -> None: ...


async def open_keys(scope: Scope) -> Keys | None:
    return Keys() if scope["path"] == "/keyed" else None


def create_app(limits: BodyLimits = LIMITS) -> FastAPI:
    app = FastAPI(dependencies=[Depends(check_json_body)])

    @app.post("/orders")
    async def create_order(order: Order) -> Order:
        return order

    @app.post("/keyed")
    async def create_keyed(order: Order) -> Order:
        return order

    @app.get("/orders")
    async def list_orders(page: Annotated[PageRequest, Query()]) -> int:
        return page.limit

    @app.get("/crash")
    async def crash() -> None:
        message = f"cannot divide {SECRET}"
        raise ZeroDivisionError(message)

    @app.get("/conflict")
    async def conflict() -> None:
        raise ConflictError("It is taken.", field="name")

    @app.get("/mistake")
    async def mistake() -> None:
        raise InternalError

    @app.get("/unavailable")
    async def unavailable() -> None:
        raise UnavailableError

    app.include_router(health_router)
    install_problem_handlers(app)
    app.add_middleware(IdempotencyMiddleware, open_store=open_keys)
    app.add_middleware(RequestBodyMiddleware, limits=limits)
    app.add_middleware(CrashMiddleware)
    app.add_middleware(RequestMiddleware)
    return app


@pytest.fixture(scope="session")
def whole_app() -> FastAPI:
    """The service as it is put together, with nothing opened that it needs."""
    values = {name.lower(): value for name, value in COMPLETE.items()}
    return create_service(Settings.model_validate({**values, "cors_origins": ORIGIN}))


@pytest.fixture
async def whole(whole_app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it: without a network, and without the database."""
    transport = httpx.ASGITransport(whole_app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client


@pytest.fixture
def probes() -> dict[str, Probe]:
    return {}


@pytest.fixture
async def web(probes: dict[str, Probe]) -> AsyncIterator[httpx.AsyncClient]:
    """The web layer around a few routes, without a network."""
    app = create_app()
    app.state.probes = probes
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client
