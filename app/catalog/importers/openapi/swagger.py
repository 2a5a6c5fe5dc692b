"""Swagger 2.0 said in the words of OpenAPI 3."""

from collections.abc import Iterable

from app.catalog.importers.model import Notice
from app.catalog.importers.openapi.errors import UnusablePartError
from app.catalog.importers.openapi.references import (
    References,
    find_text,
    get_list,
    get_object,
    join_pointer,
)
from app.engine.json_values import JsonObject, JsonValue

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")
_FLOWS = {
    "implicit": "implicit",
    "password": "password",
    "application": "clientCredentials",
    "accessCode": "authorizationCode",
}
_STYLES = {"ssv": "spaceDelimited", "pipes": "pipeDelimited"}


class SwaggerConverter:
    """Rewrites paths and security; definitions stay where references find them."""

    def __init__(self, document: JsonObject, notices: list[Notice]) -> None:
        self._document = document
        self._notices = notices
        self._references = References(document)

    def convert(self) -> JsonObject:
        """Return an OpenAPI 3 document; what cannot be used becomes a notice."""
        paths: JsonObject = {}
        for path, item in get_object(self._document, "paths").items():
            try:
                paths[path] = self._convert_path(item, join_pointer("/paths", path))
            except UnusablePartError as error:
                self._notices.append(Notice("not_imported", error.place, error.text))
        schemes: JsonObject = {
            name: _convert_scheme(scheme)
            for name, scheme in get_object(self._document, "securityDefinitions").items()
        }
        return {
            **self._document,
            "servers": self._convert_servers(),
            "paths": paths,
            "components": {"securitySchemes": schemes},
        }

    def _convert_servers(self) -> list[JsonValue]:
        host = find_text(self._document, "host")
        base_path = find_text(self._document, "basePath") or ""
        if host is None:
            return [{"url": base_path}] if base_path else []
        schemes = get_list(self._document, "schemes") or ["https"]
        scheme = "https" if "https" in schemes else schemes[0]
        return [{"url": f"{scheme}://{host}{base_path}"}]

    def _convert_path(self, item: JsonValue, place: str) -> JsonObject:
        path = self._references.resolve(item, place)
        shared = get_list(path, "parameters")
        converted: JsonObject = {}
        for method in _METHODS:
            if method in path:
                operation = self._references.resolve(path[method], join_pointer(place, method))
                converted[method] = self._convert_operation(operation, shared, place)
        return converted

    def _convert_operation(
        self, operation: JsonObject, shared: list[JsonValue], place: str
    ) -> JsonObject:
        resolved = self._resolve_all((*shared, *get_list(operation, "parameters")), place)
        parameters: list[JsonValue] = [
            _convert_parameter(entry) for entry in resolved if entry.get("in") not in _IN_BODY
        ]
        converted: JsonObject = {**operation, "parameters": parameters}
        if body := self._convert_body(operation, resolved):
            converted["requestBody"] = body
        produced = self._list_types(operation, "produces")
        converted["responses"] = {
            status: self._convert_response(value, produced)
            for status, value in get_object(operation, "responses").items()
        }
        return converted

    def _resolve_all(self, entries: Iterable[JsonValue], place: str) -> list[JsonObject]:
        """The parameters; those that cannot be found are told."""
        resolved: list[JsonObject] = []
        for entry in entries:
            try:
                resolved.append(self._references.resolve(entry, join_pointer(place, "parameters")))
            except UnusablePartError as error:
                self._notices.append(Notice("not_imported", error.place, error.text))
        return resolved

    def _list_types(self, operation: JsonObject, name: str) -> list[str]:
        types = get_list(operation, name) or get_list(self._document, name) or ["application/json"]
        return [str(media_type) for media_type in types]

    def _convert_body(
        self, operation: JsonObject, parameters: list[JsonObject]
    ) -> JsonObject | None:
        for parameter in parameters:
            if parameter.get("in") == "body":
                media: JsonObject = {"schema": parameter.get("schema")}
                types = self._list_types(operation, "consumes")
                return {"content": dict.fromkeys(types, media)}
        fields = [entry for entry in parameters if entry.get("in") == "formData"]
        return _build_form(fields, self._list_types(operation, "consumes")) if fields else None

    def _convert_response(self, value: JsonValue, produced: list[str]) -> JsonValue:
        """What cannot be found stays a reference, which is told when it is used."""
        try:
            response = self._references.resolve(value, "")
        except UnusablePartError:
            return value
        examples = get_object(response, "examples")
        content: JsonObject = {}
        for media_type in produced if "schema" in response else ():
            media: JsonObject = {"schema": response["schema"]}
            if media_type in examples:
                media["example"] = examples[media_type]
            content[media_type] = media
        return {"description": response.get("description"), "content": content}


_IN_BODY = ("body", "formData")


def _convert_parameter(parameter: JsonObject) -> JsonObject:
    collection = parameter.get("collectionFormat")
    style: JsonObject = {"explode": collection == "multi"}
    if isinstance(collection, str) and collection in _STYLES:
        style["style"] = _STYLES[collection]
    return {**parameter, **style} if parameter.get("type") == "array" else parameter


def _build_form(fields: list[JsonObject], consumed: list[str]) -> JsonObject:
    properties: JsonObject = {
        str(entry.get("name")): {**entry, "type": "string", "format": "binary"}
        if entry.get("type") == "file"
        else {name: value for name, value in entry.items() if name != "required"}
        for entry in fields
    }
    required: list[JsonValue] = [
        str(entry.get("name")) for entry in fields if entry.get("required") is True
    ]
    has_file = any(entry.get("type") == "file" for entry in fields)
    is_multipart = has_file or "multipart/form-data" in consumed
    media_type = "multipart/form-data" if is_multipart else "application/x-www-form-urlencoded"
    schema: JsonObject = {"type": "object", "properties": properties, "required": required}
    return {"content": {media_type: {"schema": schema}}}


def _convert_scheme(value: JsonValue) -> JsonValue:
    if not isinstance(value, dict):
        return value
    if value.get("type") == "basic":
        return {"type": "http", "scheme": "basic"}
    if value.get("type") != "oauth2":
        return value
    flow: JsonObject = {
        "tokenUrl": value.get("tokenUrl"),
        "scopes": value.get("scopes"),
    }
    name = _FLOWS.get(str(value.get("flow")), "implicit")
    return {"type": "oauth2", "flows": {name: flow}}
