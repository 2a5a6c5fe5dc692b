"""
The types of assertions, each with the module that builds its checks.

Those that few tests use, or whose libraries start slowly, are imported when first declared.
"""

from collections.abc import Mapping

from app.engine.assertions import (
    body,
    certificate,
    cookie,
    header,
    json_path,
    response_time,
    size,
    status,
)
from app.engine.assertions.declaration import Family
from app.engine.deferred import Deferred

FAMILIES: Mapping[str, Family] = {
    "status-code": status.declare,
    "header": header.declare,
    "cookie": cookie.declare,
    "body": body.declare,
    "schema": Deferred("app.engine.assertions.schema", "declare"),
    "jsonpath": json_path.declare,
    "custom": json_path.declare,
    "xpath": Deferred("app.engine.assertions.xpath", "declare"),
    "response-time": response_time.declare,
    "size": size.declare,
    "certificate": certificate.declare,
    "snapshot": Deferred("app.engine.assertions.snapshot", "declare"),
    "openapi": Deferred("app.engine.assertions.openapi", "declare"),
}
