"""The description of the API, with problems under their own media type."""

from typing import Any, Final, cast

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.web.conventions import PROBLEM, describe_conventions
from app.web.problems import MEDIA_TYPE
from app.web.schemas import finish_schemas

# The framework describes its own answer to invalid requests, which we never send.
UNUSED_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")


def name_operation(route: APIRoute) -> str:
    """Return the operation id: the name of the route's function, unique in the whole API."""
    return route.name


def install_openapi(app: FastAPI) -> None:
    """Make the application describe itself; the document is made once, at the first request."""

    def describe() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _describe(app)
        return app.openapi_schema

    app.__dict__["openapi"] = describe


def _describe(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
        servers=app.servers,
        license_info=app.license_info,
    )
    operations = (
        operation
        for path in document["paths"].values()
        for operation in cast("dict[str, dict[str, Any]]", path).values()
    )
    for operation in operations:
        for status, response in operation["responses"].items():
            if status >= "400" and "content" in response:
                response["content"] = {MEDIA_TYPE: {"schema": PROBLEM}}
    for name in UNUSED_SCHEMAS:
        document["components"]["schemas"].pop(name, None)
    finish_schemas(document)
    describe_conventions(document)
    return document
