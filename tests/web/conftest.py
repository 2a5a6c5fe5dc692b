from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

from app.core.errors import ConflictError, InternalError, UnavailableError
from app.web.body_limit import BodyLimitMiddleware
from app.web.health import Probe
from app.web.health import router as health_router
from app.web.pagination import PageRequest
from app.web.problems import install_problem_handlers
from app.web.requests import RequestMiddleware

BODY_LIMIT = 1_000
SECRET = "hunter2-of-the-caller"


class Address(BaseModel):
    street: str = Field(min_length=3)


class Order(BaseModel):
    name: str
    addresses: list[Address]


def create_app() -> FastAPI:
    app = FastAPI()

    @app.post("/orders")
    async def create_order(order: Order) -> Order:
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
    app.add_middleware(BodyLimitMiddleware, limit=BODY_LIMIT)
    app.add_middleware(RequestMiddleware)
    return app


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
