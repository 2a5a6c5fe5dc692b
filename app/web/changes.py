"""Changes of a resource, with merge semantics: what is absent stays as it is."""

from typing import Any

from pydantic import ConfigDict

from app.web.fields import RequestModel


def _hide_defaults(schema: dict[str, Any]) -> None:
    for field in schema.get("properties", {}).values():
        field.pop("default", None)


class Changes(RequestModel):
    """
    The base of bodies of PATCH requests.

    A field that is sent is written, null included where its type allows it; the defaults of
    fields only make them optional: they are never written and not described.
    """

    model_config = ConfigDict(json_schema_extra=_hide_defaults)

    def to_row(self) -> dict[str, Any]:
        """Return what was sent, as the database takes it."""
        return self.model_dump(mode="json", exclude_unset=True)
