"""The routes of the shop."""

import asyncio
import secrets
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from tests.targets import back_office
from tests.targets.traffic import Traffic, TrafficMiddleware

USERNAME = "ada@shop.example"
PASSWORD = "correct horse battery staple"
PRODUCTS = [
    {"id": "prod-1", "name": "Pour-over kettle", "price": 49.5, "stock": 12},
    {"id": "prod-2", "name": "Hand grinder", "price": 89.0, "stock": 3},
    {"id": "prod-3", "name": "Paper filters", "price": 6.25, "stock": 400},
]
DESCRIPTION = Path(__file__).with_name("openapi.yaml")
EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass
class ShopState:
    """Who is logged in and what they have: one user, any number of tokens."""

    tokens: set[str] = field(default_factory=set[str])
    carts: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    profile: dict[str, Any] = field(
        default_factory=lambda: {"id": "user-123", "name": "Ada", "email": USERNAME}
    )
    failures: Counter[str] = field(default_factory=Counter[str])


def state_of(request: Request) -> ShopState:
    state: ShopState = request.app.state.shop
    return state


def require_token(request: Request) -> str:
    """The bearer token of a logged-in user; raises 401."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer" or token not in state_of(request).tokens:
        raise HTTPException(401, "Log in first.")
    return token


async def show_health(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "ok"})


async def log_in(request: Request) -> JSONResponse:
    credentials = await request.json()
    if credentials != {"username": USERNAME, "password": PASSWORD}:
        raise HTTPException(401, "Unknown user or wrong password.")
    token = f"shop-{secrets.token_urlsafe(24)}"
    state_of(request).tokens.add(token)
    return JSONResponse({"access_token": token, "token_type": "bearer", "user_id": "user-123"})


async def list_products(request: Request) -> JSONResponse:
    require_token(request)
    return JSONResponse({"products": PRODUCTS, "total": len(PRODUCTS)})


async def add_to_cart(request: Request) -> JSONResponse:
    token = require_token(request)
    wanted = await request.json()
    product = next((item for item in PRODUCTS if item["id"] == wanted.get("product_id")), None)
    if product is None:
        raise HTTPException(404, "No such product.")
    cart = state_of(request).carts.setdefault(token, [])
    cart.append({"product_id": product["id"], "quantity": wanted.get("quantity", 1)})
    return JSONResponse(
        {"cart_id": f"cart-{len(state_of(request).carts)}", "items": cart}, status_code=201
    )


async def show_profile(request: Request) -> JSONResponse:
    require_token(request)
    return JSONResponse(state_of(request).profile)


async def update_profile(request: Request) -> JSONResponse:
    require_token(request)
    changes = await request.json()
    if changes.pop("id", None) != state_of(request).profile["id"]:
        raise HTTPException(403, "Only your own profile.")
    state_of(request).profile |= changes
    return JSONResponse(state_of(request).profile)


async def check_out(request: Request) -> JSONResponse:
    """Never works: the shop has no payment provider."""
    require_token(request)
    return JSONResponse({"error": "payment_provider_missing"}, status_code=503)


async def show_receipt(request: Request) -> JSONResponse:
    require_token(request)
    return JSONResponse({"order_id": request.path_params["order_id"], "total": 49.5})


async def echo(request: Request) -> JSONResponse:
    """Answer with the request itself."""
    body = (await request.body()).decode(errors="replace")
    seen = {"headers": dict(request.headers), "query": dict(request.query_params)}
    return JSONResponse({"method": request.method, **seen, "body": body})


async def answer_status(request: Request) -> JSONResponse:
    code: int = request.path_params["code"]
    return JSONResponse({"status": code}, status_code=code)


async def answer_slowly(request: Request) -> JSONResponse:
    milliseconds: int = request.path_params["milliseconds"]
    await asyncio.sleep(milliseconds / 1000)
    return JSONResponse({"milliseconds": milliseconds})


async def fail_at_first(request: Request) -> JSONResponse:
    """Answer 503 so many times for each key, then 200."""
    key, times = request.path_params["key"], request.path_params["times"]
    failures = state_of(request).failures
    if failures[key] < times:
        failures[key] += 1
        return JSONResponse({"failure": failures[key]}, status_code=503)
    return JSONResponse({"failures": failures[key]})


async def show_item(request: Request) -> JSONResponse:
    return JSONResponse({"id": request.path_params["number"]})


async def describe_itself(_request: Request) -> PlainTextResponse:
    return PlainTextResponse(DESCRIPTION.read_text(), media_type="application/yaml")


async def render_error(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = error.detail if isinstance(error, HTTPException) else str(error)
    return JSONResponse({"error": detail}, status_code=status)


ROUTES = [
    Route("/health", show_health),
    Route("/openapi.yaml", describe_itself),
    Route("/auth/login", log_in, methods=["POST"]),
    Route("/catalog", list_products),
    Route("/cart", add_to_cart, methods=["POST"]),
    Route("/profile", show_profile),
    Route("/profile", update_profile, methods=["PUT"]),
    Route("/checkout", check_out, methods=["POST"]),
    Route("/orders/{order_id}/receipt", show_receipt),
    Route("/echo", echo, methods=EVERY_METHOD),
    Route("/status/{code:int}", answer_status, methods=EVERY_METHOD),
    Route("/slow/{milliseconds:int}", answer_slowly),
    Route("/flaky/{key}/{times:int}", fail_at_first),
    Route("/items/{number:int}", show_item),
    *back_office.ROUTES,
]


def create_shop(traffic: Traffic | None = None, delay_seconds: float = 0.0) -> Starlette:
    """A shop of its own, nobody logged in and nothing seen, that answers after a delay."""
    seen = traffic or Traffic()
    middleware = [Middleware(TrafficMiddleware, traffic=seen, delay_seconds=delay_seconds)]
    shop = Starlette(
        routes=ROUTES, middleware=middleware, exception_handlers={HTTPException: render_error}
    )
    shop.state.shop = ShopState()
    shop.state.jobs = {}
    return shop
