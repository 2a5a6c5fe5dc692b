"""Changes of a resource, with merge semantics: what is absent stays as it is."""

from typing import Any

from pydantic import GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from app.web.fields import RequestModel


class Changes(RequestModel):
    """
    The base of bodies of PATCH requests.

    A field that is sent is written, null included where its type allows it; the defaults of
    fields only make them optional: they are never written and not described.
    """

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema without the defaults."""
        described = handler(core_schema)
        for field in handler.resolve_ref_schema(described).get("properties", {}).values():
            field.pop("default", None)
        return described

    def to_row(self) -> dict[str, Any]:
        """Return what was sent, as the database takes it."""
        return self.model_dump(mode="json", exclude_unset=True)
