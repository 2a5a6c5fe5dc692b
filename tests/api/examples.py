"""Requests made of nothing but the description of the API, as a generated client would."""

from collections.abc import Mapping
from typing import Any, cast

SOME_ID = "8f14e45f-ceea-4e7a-9d5b-0a1f2b3c4d5e"
METHODS = frozenset({"get", "put", "post", "patch", "delete"})


class Operation:
    """One operation of the description."""

    def __init__(self, document: Mapping[str, Any], path: str, method: str) -> None:
        self._document = document
        self._description: dict[str, Any] = document["paths"][path][method]
        self.path = path
        self.method = method
        self.name: str = self._description["operationId"]

    @property
    def parameters(self) -> list[str]:
        """Names of what stands in braces in the path."""
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    @property
    def statuses(self) -> set[str]:
        return set(self._description["responses"])

    @property
    def query_names(self) -> set[str]:
        return {parameter["name"] for parameter in self._iter_parameters("query")}

    @property
    def header_names(self) -> set[str]:
        return {parameter["name"] for parameter in self._iter_parameters("header")}

    @property
    def takes_body(self) -> bool:
        return "requestBody" in self._description

    @property
    def requires_json(self) -> bool:
        body = self._description.get("requestBody", {})
        return body.get("required", False) and list(body["content"]) == ["application/json"]

    def list_choices(self, name: str) -> list[str]:
        """Return the values that a query parameter may have."""
        for parameter in self._iter_parameters("query"):
            if parameter["name"] == name:
                schema = parameter["schema"]
                kinds = schema.get("anyOf", [schema])
                return [value for kind in kinds for value in kind.get("enum", [])]
        return []

    def _iter_parameters(self, place: str) -> list[dict[str, Any]]:
        shared = self._document["components"].get("parameters", {})
        parameters = [
            shared[parameter["$ref"].rpartition("/")[2]] if "$ref" in parameter else parameter
            for parameter in self._description.get("parameters", [])
        ]
        return [parameter for parameter in parameters if parameter["in"] == place]

    def make_body(self) -> Any:
        """Return the documented example of a body; None when the operation takes none."""
        content = self._description.get("requestBody", {}).get("content", {})
        media = content.get("application/json")
        return None if media is None else self._example_of({**media["schema"], **media})

    def make_query(self) -> dict[str, Any]:
        """Return examples of the query parameters that are required."""
        return {
            parameter["name"]: self._example_of({**parameter["schema"], **parameter})
            for parameter in self._iter_parameters("query")
            if parameter.get("required", False)
        }

    def _example_of(self, schema: Mapping[str, Any]) -> Any:
        if "example" in schema:
            return schema["example"]
        if "examples" in schema:
            return _first_of(schema["examples"])
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._example_of(self._document["components"]["schemas"][name])
        return self._compose(schema)

    def _compose(self, schema: Mapping[str, Any]) -> Any:
        """Return what is required; of changes, where nothing is, the first that has an example."""
        for word in ("const", "default"):
            if word in schema:
                return schema[word]
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("format") == "uuid":
            return SOME_ID
        if schema.get("items", {}).get("format") == "uuid":
            return [SOME_ID]
        if schema.get("type") != "object" or "properties" not in schema:
            message = f"{self.name} documents no example of {schema.get('title', schema)}"
            raise ValueError(message)
        properties = cast("dict[str, Any]", schema["properties"])
        first = next((name for name in properties if "examples" in properties[name]), None)
        wanted = schema.get("required") or ([first] if first else [])
        return {name: self._example_of(properties[name]) for name in wanted}


def _first_of(examples: list[Any] | dict[str, Any]) -> Any:
    """Schemas list their examples, parameters and bodies name them."""
    return examples[0] if isinstance(examples, list) else next(iter(examples.values()))["value"]


def list_operations(document: Mapping[str, Any]) -> dict[str, Operation]:
    """Return every operation by its name."""
    operations = [
        Operation(document, path, method)
        for path, methods in document["paths"].items()
        for method in methods
        if method in METHODS
    ]
    return {operation.name: operation for operation in operations}


def fill_in(body: Any, known: Mapping[str, str]) -> Any:
    """Return the body with the ids of things that exist: of `suite_id`, and in lists `suite_ids`."""
    if isinstance(body, dict):
        items = cast("dict[str, Any]", body)
        return {name: _fill_in_one(name, value, known) for name, value in items.items()}
    if isinstance(body, list):
        values = cast("list[Any]", body)
        return [fill_in(value, known) for value in values]
    return body


def _fill_in_one(name: str, value: Any, known: Mapping[str, str]) -> Any:
    singular = name.removesuffix("s")
    if not singular.endswith("_id") or singular not in known or not value:
        return fill_in(value, known)
    return known[singular] if name == singular else [known[singular]]
