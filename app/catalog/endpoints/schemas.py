"""Endpoints as the API shows them."""

from typing import Any

from pydantic import Field

from app.catalog.fields import Path
from app.catalog.models import Method
from app.web.fields import Description, Name, RequestModel


class Endpoint(RequestModel):
    """Where the request goes; endpoints with the same method and path are shared in a project."""

    method: Method = Field(examples=["POST"])
    path: Path = Field(examples=["/login"])
    name: Name | None = Field(default=None, examples=["Login"])
    description: Description | None = None
    response_schemas: dict[str, Any] | None = Field(
        default=None,
        max_length=100,
        description="JSON Schemas of the answers by status code, for `openapi` assertions.",
        examples=[{"200": {"type": "object", "required": ["access_token"]}}],
    )
