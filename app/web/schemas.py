"""The schemas of the description, in the way that generators of clients understand best."""

import json
from typing import Any, Final, cast

from app.web.described import DESCRIBED_AS

_PREFIX: Final = "#/components/schemas/"


def finish_schemas(document: dict[str, Any]) -> None:
    """Give generic models names, resolve what is described as another model, say what is there."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    # `Page_Run_` is all that the library makes of the title `RunPage`.
    names = {name: schema["title"] for name, schema in schemas.items() if name.endswith("_")}
    document |= _rewrite(document, names)
    document["components"]["schemas"] = {
        names.get(name, name): schema for name, schema in document["components"]["schemas"].items()
    }
    for schema in document["components"]["schemas"].values():
        _describe_presence(schema)


def _rewrite(value: Any, names: dict[str, str]) -> Any:
    """Return it with references to the names that schemas have now."""
    if isinstance(value, list):
        return [_rewrite(item, names) for item in cast("list[Any]", value)]
    if not isinstance(value, dict):
        return value
    fields = cast("dict[str, Any]", value)
    if DESCRIBED_AS in fields:
        return {"$ref": _PREFIX + fields[DESCRIBED_AS]}
    rewritten = {name: _rewrite(item, names) for name, item in fields.items()}
    match rewritten.get("$ref"):
        case str(reference):
            name = reference.removeprefix(_PREFIX)
            rewritten["$ref"] = _PREFIX + names[name] if name in names else reference
        case _:
            pass
    return rewritten


def _describe_presence(schema: dict[str, Any]) -> None:
    """
    Say of each field whether it is there.

    Some generators take a field with a default for one that has to be sent, or that every answer
    has. So defaults stand in the text, and what tells members of a union apart is required.
    """
    required = set(schema.get("required", []))
    for name, field in schema.get("properties", {}).items():
        default = field.pop("default", None)
        if "const" in field:
            required.add(name)
        elif name not in required and default not in (None, [], {}):
            told = f"Default: `{json.dumps(default)}`."
            field["description"] = " ".join(filter(None, (field.get("description"), told)))
    if required:
        schema["required"] = [name for name in schema["properties"] if name in required]
