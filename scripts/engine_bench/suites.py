"""The plans that are measured, as the service gets them from the database."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

SECRET = "a secret that every report must be free of"  # noqa: S105


def build_independent(count: int, base_url: str) -> dict[str, Any]:
    """Suite A: GETs that need nothing of each other, each with a status and a JSONPath assertion."""
    return _build_plan((_build_item(number) for number in range(count)), (), base_url)


def build_chains(count: int, base_url: str) -> dict[str, Any]:
    """Suite B: log in, list products, fill the cart, show the profile; token and ids captured."""
    tests = (test for number in range(count) for test in _iter_chain(number))
    links = (link for number in range(count) for link in _iter_links(number))
    return _build_plan(tests, links, base_url)


def _build_plan(
    tests: Iterator[dict[str, Any]], dependencies: Any, base_url: str
) -> dict[str, Any]:
    return {
        "run": {"id": "bench"},
        "environment": {"base_url": base_url, "variables": {"REGION": "eu"}},
        "tests": list(tests),
        "dependencies": list(dependencies),
    }


def _build_item(number: int) -> dict[str, Any]:
    return _build_test(
        f"item-{number}",
        f"/items/{number}",
        assertions=[{"type": "jsonpath", "path": "$.id", "operator": "eq", "expected": number}],
    )


def _build_test(key: str, path: str, **fields: Any) -> dict[str, Any]:
    return {
        "test_case_id": f"id-{key}",
        "key": key,
        "name": key,
        "method": "GET",
        "path": path,
        "headers": {"X-Region": "{{env.REGION}}"},
        "expected_status_code": 200,
    } | fields


def _iter_chain(number: int) -> Iterator[dict[str, Any]]:
    login, products = f"login-{number}", f"products-{number}"
    token = {"auth_type": "bearer", "auth_token_ref": f"token_{number}"}
    yield _build_test(
        login,
        f"/login/{number}",
        method="POST",
        body={"user": f"user-{number}", "password": "{{env.SECRET}}"},
        capture_vars={
            f"token_{number}": {"path": "$.token", "into": "shared_auth_tokens"},
            "user_id": "$.user.id",
        },
        assertions=[{"type": "jsonpath", "path": "$.user.id", "expected": number}],
    )
    yield _build_test(
        products,
        f"/products/{number}",
        **token,
        capture_vars={"product_id": "$.products[0].id"},
        assertions=[{"type": "jsonpath", "path": "$.products[0].price", "expected": 9.5}],
    )
    yield _build_test(
        f"cart-{number}",
        f"/cart/{number}",
        **token,
        method="POST",
        expected_status_code=201,
        body={"product_id": f"{{{{captured_data.{products}.product_id}}}}"},
        capture_vars={"cart_id": "$.cart_id"},
        assertions=[{"type": "jsonpath", "path": "$.items", "expected": 1}],
    )
    yield _build_test(
        f"profile-{number}",
        f"/profile/{{{{captured_data.{login}.user_id}}}}",
        **token,
        assertions=[
            {
                "type": "jsonpath",
                "path": "$.cart",
                "expected": f"{{{{captured_data.cart-{number}.cart_id}}}}",
            }
        ],
    )


def _iter_links(number: int) -> Iterator[dict[str, Any]]:
    names = ("login", "products", "cart", "profile")
    for required, dependent in pairwise(names):
        yield {
            "dependent_test_id": f"id-{dependent}-{number}",
            "required_test_id": f"id-{required}-{number}",
            "dependency_type": "order",
        }
