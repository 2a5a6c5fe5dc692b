"""Parameters and bodies of requests, from examples or made to fit the schema."""

import re
from typing import Any, Final

from app.catalog.importers.model import Notice
from app.catalog.importers.openapi.drafts import Operation
from app.catalog.importers.openapi.errors import UnusablePartError
from app.catalog.importers.openapi.references import References, get_list, get_object
from app.catalog.importers.openapi.samples import Sampler, find_given
from app.catalog.importers.placeholders import escape
from app.catalog.importers.sensitive import is_secret_value
from app.catalog.importers.variables import VariableBook
from app.engine.json_values import JsonObject, JsonValue, render_json

# The document may not set these as parameters (OpenAPI 3.1, 4.8.12.2.1).
_HEADERS_OF_OTHERS = frozenset(("accept", "content-type", "authorization"))
_FIELDS = {
    "path": "path_params",
    "query": "query_params",
    "header": "headers",
    "cookie": "cookies",
}
_PATH_PARAMETER: Final = re.compile(r"\{([^{}/]{1,200})\}")
_UNDESCRIBED: Final = "example"
_DELIMITERS = {"form": ",", "spaceDelimited": " ", "pipeDelimited": "|", "simple": ","}


class RequestWriter:
    """Fills in what an operation must be sent; optional parameters stay away."""

    def __init__(
        self,
        references: References,
        sampler: Sampler,
        book: VariableBook,
        notices: list[Notice],
    ) -> None:
        self._references = references
        self._sampler = sampler
        self._book = book
        self._notices = notices

    def write(self, operation: Operation) -> dict[str, Any]:
        """Return the request config; raises `UnusablePartError`."""
        config: dict[str, Any] = {}
        for parameter in operation.parameters:
            self._write_parameter(config, parameter, operation)
        self._write_undescribed(config, operation)
        body = operation.document.get("requestBody")
        if body is not None and operation.method not in ("GET", "HEAD"):
            try:
                self._write_body(config, body, operation)
            except UnusablePartError as error:
                self._notices.append(Notice("not_imported", error.place, error.text))
        return config

    def _write_undescribed(self, config: dict[str, Any], operation: Operation) -> None:
        """A path cannot be sent with a parameter that has no value."""
        for name in _PATH_PARAMETER.findall(operation.path):
            values: dict[str, Any] = config.setdefault("path_params", {})
            if name not in values:
                values[name] = _UNDESCRIBED
                text = f"The path parameter {name} is not described; it has no value that fits."
                self._notices.append(Notice("changed", operation.place, text))

    def _write_parameter(
        self, config: dict[str, Any], parameter: JsonObject, operation: Operation
    ) -> None:
        name, place = str(parameter.get("name")), str(parameter.get("in"))
        if place not in _FIELDS or (place != "path" and parameter.get("required") is not True):
            return
        if place == "header" and name.lower() in _HEADERS_OF_OTHERS:
            return
        value = self._sample_parameter(parameter, operation)
        target: dict[str, Any] = config.setdefault(_FIELDS[place], {})
        if place == "query":
            target |= _spread(name, value, parameter)
        else:
            target[name] = _join(value)

    def _sample_parameter(self, parameter: JsonObject, operation: Operation) -> JsonValue:
        place = operation.locate("parameters", str(parameter.get("name")))
        name = str(parameter.get("name"))
        given = self._find_example(parameter, place)
        if given:
            return self._escape(given[0], name)
        for media in get_object(parameter, "content").values():
            value = self._sample_media(media, place, name)
            return _to_text(value)
        # Swagger 2.0 has the schema of a parameter in the parameter itself.
        schema = parameter.get("schema", parameter)
        value = self._sampler.sample(schema, place)
        return self._escape("example" if value is None else value, name)

    def _write_body(self, config: dict[str, Any], body: JsonValue, operation: Operation) -> None:
        place = operation.locate("requestBody")
        content = get_object(self._references.resolve(body, place), "content")
        for chosen, body_type in _rank_media_types(content):
            value = self._sample_media(content[chosen], place)
            if body_type in ("text", "xml") and not isinstance(value, str):
                continue
            config["body_type"] = body_type
            config["body"] = self._shape(value, content[chosen], body_type, place)
            if chosen not in _USUAL_TYPES and "*" not in chosen:
                config.setdefault("headers", {})["Content-Type"] = chosen
            return
        if content:
            text = f"No body can be made for {', '.join(content)} without an example."
            self._notices.append(Notice("not_imported", place, text))

    def _sample_media(self, media: JsonValue, place: str, name: str = "body") -> JsonValue:
        document = media if isinstance(media, dict) else {}
        given = self._find_example(document, place)
        value = given[0] if given else self._sampler.sample(document.get("schema"), place)
        return self._escape(value, name)

    def _escape(self, value: JsonValue, name: str) -> JsonValue:
        """Texts that would be templates are none; what looks like a secret is a variable."""
        if isinstance(value, str):
            is_secret = is_secret_value(value)
            return f"{{{{{self._book.hide(value, name)}}}}}" if is_secret else escape(value)
        if isinstance(value, list):
            return [self._escape(item, name) for item in value]
        if isinstance(value, dict):
            return {key: self._escape(item, key) for key, item in value.items()}
        return value

    def _find_example(self, parent: JsonObject, place: str) -> tuple[JsonValue, ...]:
        if "example" in parent:
            return (parent["example"],)
        for example in get_object(parent, "examples").values():
            resolved = self._references.resolve(example, place)
            if "value" in resolved:
                return (resolved["value"],)
        return find_given({"examples": get_list(parent, "examples")})

    def _shape(self, value: JsonValue, media: JsonValue, body_type: str, place: str) -> JsonValue:
        """Fields of forms are texts, lists of texts, and files."""
        if body_type not in ("form-data", "x-www-form-urlencoded") or not isinstance(value, dict):
            return value
        schema = self._sampler.flatten(
            media.get("schema") if isinstance(media, dict) else None, place
        )
        properties = get_object(schema, "properties")
        return {
            name: _to_field(
                name, item, self._sampler.flatten(properties.get(name), place), body_type
            )
            for name, item in value.items()
        }


_USUAL_TYPES = frozenset(
    ("application/json", "multipart/form-data", "application/x-www-form-urlencoded", "text/plain")
)


def _rank_media_types(content: JsonObject) -> list[tuple[str, str]]:
    """Media types that can be sent, the best first, with the type of their body."""
    ranked: list[tuple[int, str, str]] = []
    for media_type in content:
        plain = media_type.partition(";")[0].strip().lower()
        for rank, (body_type, fits) in enumerate(
            (
                ("json", plain == "application/json"),
                ("json", plain.endswith("+json") or plain == "*/*"),
                ("x-www-form-urlencoded", plain == "application/x-www-form-urlencoded"),
                ("form-data", plain == "multipart/form-data"),
                ("xml", plain.endswith("xml")),
                ("text", plain.startswith("text/") or plain == "application/octet-stream"),
            )
        ):
            if fits:
                ranked.append((rank, media_type, body_type))
                break
    return [(media_type, body_type) for _, media_type, body_type in sorted(ranked)]


def _to_field(name: str, value: JsonValue, schema: JsonObject, body_type: str) -> JsonValue:
    if body_type == "form-data" and _is_file(schema):
        return _build_file(name)
    if isinstance(value, list):
        items = schema.get("items")
        are_files = body_type == "form-data" and isinstance(items, dict) and _is_file(items)
        return [_build_file(name) if are_files else _to_text(item) for item in value]
    return _to_text(value)


def _is_file(schema: JsonObject) -> bool:
    return schema.get("format") in ("binary", "byte") or "contentMediaType" in schema


def _build_file(name: str) -> JsonObject:
    return {
        "filename": f"{name}.txt",
        "content_type": "application/octet-stream",
        "content": "example",
    }


def _spread(name: str, value: JsonValue, parameter: JsonObject) -> dict[str, JsonValue]:
    """A query parameter as its `style` and `explode` say."""
    style = str(parameter.get("style", "form"))
    explode = parameter.get("explode", style == "form")
    if isinstance(value, dict):
        if style == "deepObject":
            return {f"{name}[{key}]": _to_text(item) for key, item in value.items()}
        if explode is True:
            return {key: _to_text(item) for key, item in value.items()}
    if isinstance(value, list) and explode is not True:
        return {name: _DELIMITERS.get(style, ",").join(map(_to_text, value))}
    return {name: value}


def _join(value: JsonValue) -> str | int | float:
    """A value of the style `simple`, which paths and headers have."""
    if isinstance(value, list):
        return ",".join(map(_to_text, value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return _to_text(value)


def _to_text(value: JsonValue) -> str:
    return value if isinstance(value, str) else render_json(value)
