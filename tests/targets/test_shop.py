import asyncio

import httpx
import pytest

from tests.targets.serving import RunningShop
from tests.targets.shop import PASSWORD, USERNAME


@pytest.fixture
def client(shop: RunningShop) -> httpx.Client:
    return httpx.Client(base_url=shop.url, timeout=10)


def log_in(client: httpx.Client) -> None:
    answer = client.post("/auth/login", json={"username": USERNAME, "password": PASSWORD})
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def test_the_catalog_is_closed_to_strangers(client: httpx.Client) -> None:
    with client:
        assert client.get("/catalog").status_code == 401


def test_a_wrong_password_is_refused(client: httpx.Client) -> None:
    with client:
        wrong = {"username": USERNAME, "password": "guess"}
        assert client.post("/auth/login", json=wrong).status_code == 401


def test_a_product_of_the_catalog_goes_into_the_cart(client: httpx.Client) -> None:
    with client:
        log_in(client)
        product = client.get("/catalog").json()["products"][0]["id"]
        cart = client.post("/cart", json={"product_id": product})
    assert (cart.status_code, cart.json()["items"][0]["product_id"]) == (201, product)


def test_a_flaky_address_fails_so_often_and_then_works(client: httpx.Client) -> None:
    with client:
        answers = [client.get("/flaky/one/2").status_code for _ in range(3)]
    assert answers == [503, 503, 200]


async def test_held_requests_wait_and_are_counted(shop: RunningShop) -> None:
    shop.traffic.hold("/health")
    async with httpx.AsyncClient(base_url=shop.url, timeout=10) as client:
        waiting = asyncio.create_task(client.get("/health"))
        await asyncio.to_thread(shop.traffic.wait_for, "GET /health")
        assert not waiting.done()
        shop.traffic.release()
        assert (await waiting).status_code == 200
    assert shop.traffic.count("GET /health") == 1


def test_a_stopped_shop_refuses_connections() -> None:
    with RunningShop() as shop:
        url = shop.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)
