"""What all operations have in common, written into the description of each of them."""

from typing import Any, Final

from app.web.problems import MEDIA_TYPE

CALLERS: Final[list[dict[str, list[str]]]] = [{"HTTPBearer": []}]
PROBLEM: Final = {"$ref": "#/components/schemas/Problem"}

PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "For a day, the same request with the same key is carried out once and answered alike.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "example": "0f8fad5b-d9cb-469f-a165-70867728950e",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "in": "header",
        "description": "The `ETag` that you have: the answer is 304 while it is still the same.",
        "schema": {"type": "string", "maxLength": 1_000},
        "example": '"kEXUPHOhy5BbIjyEOSBFlg"',
    },
}
HEADERS: Final[dict[str, dict[str, Any]]] = {
    "RequestId": {
        "description": "The `X-Request-ID` of the request, or a new one; it is in every log line.",
        "schema": {"type": "string"},
    },
    "EntityTag": {
        "description": "Names this state of the resource: for `If-None-Match` and `If-Match`.",
        "schema": {"type": "string"},
    },
    "Location": {
        "description": "Where the new resource is, relative to the service; absent if none is.",
        "schema": {"type": "string"},
    },
    "PreferenceApplied": {
        "description": "How long the answer could wait; only with `Prefer`.",
        "schema": {"type": "string"},
    },
    "IdempotentReplayed": {
        "description": "`true` if it is what was answered before under this `Idempotency-Key`.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": 'The next piece of the list, `rel="next"` (RFC 8288).',
        "schema": {"type": "string"},
    },
    "RetryAfter": {
        "description": "Seconds to wait before the next attempt.",
        "schema": {"type": "integer"},
    },
}
_HEADERS_OF_STATUS: Final = {
    "200": {"ETag": "EntityTag"},
    "201": {"ETag": "EntityTag", "Location": "Location"},
    "202": {"Location": "Location"},
    "304": {"ETag": "EntityTag"},
    "429": {"Retry-After": "RetryAfter"},
    "503": {"Retry-After": "RetryAfter"},
}


def describe_conventions(document: dict[str, Any]) -> None:
    """Add to a description what the middlewares do with every operation under `/api`."""
    document["components"] |= {"parameters": PARAMETERS, "headers": HEADERS}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.startswith("/api/"):
                _describe_requests(method, operation)
            # Said outright: nobody has to prove who they are.
            operation.setdefault("security", [])
            _describe_answers(operation)


def _describe_requests(method: str, operation: dict[str, Any]) -> None:
    parameters = operation.setdefault("parameters", [])
    if method == "get" and "application/json" in operation["responses"]["200"].get("content", {}):
        parameters.append({"$ref": "#/components/parameters/IfNoneMatch"})
        operation["responses"].setdefault("304", {"description": "It is still what you have."})
    if method == "post" and operation.get("security") == CALLERS:
        parameters.append({"$ref": "#/components/parameters/IdempotencyKey"})
        operation["responses"].setdefault("409", _describe_problem("`idempotency_key_in_use`"))
    if "requestBody" in operation:
        operation["responses"].setdefault("408", _describe_problem("`request_too_slow`"))
        operation["responses"].setdefault(
            "415", _describe_problem("`unsupported_media_type`, `unsupported_content_encoding`")
        )
    if "requestBody" in operation or method == "post":
        operation["responses"].setdefault("413", _describe_problem("`body_too_large`"))


def _describe_problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": PROBLEM}}}


def _describe_answers(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        names = {"X-Request-ID": "RequestId", **_HEADERS_OF_STATUS.get(status, {})}
        if "text/event-stream" in response.get("content", {}):
            del names["ETag"]
        headers = response.setdefault("headers", {})
        if status < "300":
            names |= _find_special_headers(operation)
        for name, component in names.items():
            headers.setdefault(name, {"$ref": f"#/components/headers/{component}"})


def _find_special_headers(operation: dict[str, Any]) -> dict[str, str]:
    """Return the headers of success that come from what a request asks for."""
    parameters = operation.get("parameters", [])
    names = {parameter.get("name", parameter.get("$ref")) for parameter in parameters}
    headers: dict[str, str] = {}
    if "cursor" in names:
        headers["Link"] = "Link"
    if "Prefer" in names:
        headers["Preference-Applied"] = "PreferenceApplied"
    if "#/components/parameters/IdempotencyKey" in names:
        headers["Idempotent-Replayed"] = "IdempotentReplayed"
    return headers
