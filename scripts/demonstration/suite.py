"""The shop's test suite, as documents for the service's HTTP API."""

from typing import Any

Document = dict[str, Any]

ENVIRONMENT_VARIABLES = {"SHOP_USERNAME": False, "SHOP_PASSWORD": True}
"""The names the suite uses, and whether each is secret."""

PASSING = ["login", "get-catalog", "add-to-cart", "get-profile", "update-profile"]
FAILING = "check-out"
SKIPPED = "get-receipt"

BEARER = {"auth_type": "bearer", "auth_token_ref": "{{shared_auth_tokens.access_token}}"}
JSON_ANSWER = {
    "type": "header",
    "name": "content-type",
    "operator": "contains",
    "expected": "application/json",
}


def body_assertion(path: str, operator: str, expected: object) -> Document:
    return {"type": "body", "path": path, "operator": operator, "expected": expected}


def dependency(required: str, dependency_type: str) -> Document:
    return {"required_test_key": required, "dependency_type": dependency_type}


LOGIN: Document = {
    "key": "login",
    "name": "Login",
    "endpoint": {"method": "POST", "path": "/auth/login", "name": "Log in"},
    "request": {
        "body_type": "json",
        "body": {"username": "{{env.SHOP_USERNAME}}", "password": "{{env.SHOP_PASSWORD}}"},
    },
    "response": {
        "expected_status_code": 200,
        "assertions": [JSON_ANSWER, body_assertion("$.token_type", "eq", "bearer")],
        "capture_vars": {
            "access_token": {"path": "$.access_token", "into": "shared_auth_tokens"},
            "user_id": {"path": "$.user_id", "into": "shared_variables"},
        },
    },
}

GET_CATALOG: Document = {
    "key": "get-catalog",
    "name": "Get Catalog",
    "endpoint": {"method": "GET", "path": "/catalog", "name": "Catalog"},
    "request": BEARER,
    "response": {
        "expected_status_code": 200,
        "response_time_max_ms": 5_000,
        "assertions": [body_assertion("$.products", "length", 3)],
        "capture_vars": {"product_ids": "$.products[*].id"},
    },
    "dependencies": [dependency("login", "token")],
}

ADD_TO_CART: Document = {
    "key": "add-to-cart",
    "name": "Add to Cart",
    "endpoint": {"method": "POST", "path": "/cart", "name": "Cart"},
    "request": {
        **BEARER,
        "body_type": "json",
        "body": {"product_id": "{{captured_data.get-catalog.product_ids[0]}}", "quantity": 2},
    },
    "response": {
        "expected_status_code": 201,
        "assertions": [
            body_assertion(
                "$.items[0].product_id", "eq", "{{captured_data.get-catalog.product_ids[0]}}"
            )
        ],
        "capture_vars": {"cart_id": "$.cart_id"},
    },
    "dependencies": [dependency("login", "token"), dependency("get-catalog", "data")],
}

GET_PROFILE: Document = {
    "key": "get-profile",
    "name": "Get Profile",
    "endpoint": {"method": "GET", "path": "/profile", "name": "Profile"},
    "request": BEARER,
    "response": {
        "expected_status_code": 200,
        "assertions": [body_assertion("$.email", "eq", "{{env.SHOP_USERNAME}}")],
        "capture_vars": {"profile_email": "$.email"},
    },
    "dependencies": [dependency("login", "token")],
}

UPDATE_PROFILE: Document = {
    "key": "update-profile",
    "name": "Update Profile",
    "endpoint": {"method": "PUT", "path": "/profile", "name": "Profile"},
    "request": {
        **BEARER,
        "body_type": "json",
        "body": {"id": "{{shared_variables.user_id}}", "name": "Ada Lovelace"},
    },
    "response": {
        "expected_status_code": 200,
        "assertions": [body_assertion("$.name", "eq", "Ada Lovelace")],
    },
    "dependencies": [dependency("login", "token")],
}

CHECK_OUT: Document = {
    "key": FAILING,
    "name": "Check Out (fails on purpose)",
    "endpoint": {"method": "POST", "path": "/checkout", "name": "Checkout"},
    "request": {
        **BEARER,
        "body_type": "json",
        "body": {"cart_id": "{{captured_data.add-to-cart.cart_id}}"},
    },
    "response": {"expected_status_code": 200, "capture_vars": {"order_id": "$.order_id"}},
    "dependencies": [dependency("login", "token"), dependency("add-to-cart", "data")],
}

GET_RECEIPT: Document = {
    "key": SKIPPED,
    "name": "Get Receipt",
    "endpoint": {"method": "GET", "path": "/orders/{order_id}/receipt", "name": "Receipt"},
    "request": {
        **BEARER,
        "path_params": {"order_id": "{{captured_data.check-out.order_id}}"},
    },
    "response": {"expected_status_code": 200},
    "dependencies": [dependency(FAILING, "data")],
}

CASES = [LOGIN, GET_CATALOG, ADD_TO_CART, GET_PROFILE, UPDATE_PROFILE, CHECK_OUT, GET_RECEIPT]
