"""What in a new description of the API would break the callers of the old one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

# Requests may ask for less and allow more, answers may promise more; never the other way round.
Direction = Literal["request", "response"]
Schema = Mapping[str, Any]

METHODS = ("get", "put", "post", "patch", "delete")
KINDS_OF_CHOICE = ("anyOf", "oneOf", "allOf")


def find_breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Return one line for each change that a caller of the old API may not survive."""
    return list(dict.fromkeys(_compare_paths(old, new)))


def _compare_paths(old: Schema, new: Schema) -> Iterator[str]:
    comparison = _Comparison(old, new)
    for path, operations in old["paths"].items():
        for method in METHODS:
            if method not in operations:
                continue
            present = new["paths"].get(path, {}).get(method)
            place = f"{method.upper()} {path}"
            if present is None:
                yield f"{place}: removed"
            else:
                yield from comparison.compare_operations(operations[method], present, place)


@dataclass(frozen=True, slots=True)
class _Comparison:
    old: Schema
    new: Schema

    def compare_operations(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        if old["operationId"] != new["operationId"]:
            yield f"{place}: operation id {old['operationId']} is now {new['operationId']}"
        before = _name_parameters(self.old, old)
        yield from _compare_parameters(before, _name_parameters(self.new, new), place)
        yield from self._compare_bodies(old, new, place)
        yield from self._compare_answers(old, new, place)

    def _compare_bodies(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        before, after = old.get("requestBody"), new.get("requestBody")
        if after is None:
            if before is not None:
                yield f"{place}: takes no body any more"
            return
        if before is None:
            if after.get("required"):
                yield f"{place}: a body is required now"
            return
        for media_type, content in before["content"].items():
            if media_type not in after["content"]:
                yield f"{place}: takes no {media_type} any more"
                continue
            schemas = content["schema"], after["content"][media_type]["schema"]
            yield from self._compare(*schemas, f"{place} body", "request", frozenset())

    def _compare_answers(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        for status, answer in old["responses"].items():
            if not status.startswith("2"):
                continue
            present = new["responses"].get(status)
            if present is None:
                yield f"{place}: answers {status} no more"
                continue
            for media_type, content in answer.get("content", {}).items():
                after = present.get("content", {}).get(media_type)
                if after is None:
                    yield f"{place}: answers {status} without {media_type}"
                elif "schema" in content and "schema" in after:
                    schemas = content["schema"], after["schema"]
                    yield from self._compare(*schemas, f"{place} {status}", "response", frozenset())

    def _compare(
        self, old: Schema, new: Schema, place: str, direction: Direction, seen: frozenset[str]
    ) -> Iterator[str]:
        name = old.get("$ref", "")
        if name in seen:
            return
        before, after = _resolve(self.old, old), _resolve(self.new, new)
        known = seen | {name} if name else seen
        yield from _compare_types(before, after, place, direction)
        yield from _compare_required(before, after, place, direction)
        for field, schema in before.get("properties", {}).items():
            present = after.get("properties", {}).get(field)
            if present is None:
                yield f"{place}: field {field} is gone"
            else:
                yield from self._compare(schema, present, f"{place}.{field}", direction, known)
        if "items" in before and "items" in after:
            items = before["items"], after["items"]
            yield from self._compare(*items, f"{place}[]", direction, known)


def _resolve(document: Schema, described: Schema) -> Schema:
    """Return what a reference such as `#/components/schemas/Run` stands for."""
    if "$ref" not in described:
        return described
    _, components, kind, name = described["$ref"].split("/")
    return document[components][kind][name]


def _name_parameters(document: Schema, operation: Schema) -> dict[tuple[str, str], Schema]:
    parameters = [_resolve(document, item) for item in operation.get("parameters", [])]
    return {(item["in"], _name_parameter(item)): item for item in parameters}


def _name_parameter(item: Schema) -> str:
    return item["name"].lower() if item["in"] == "header" else item["name"]


def _compare_parameters(
    before: Mapping[tuple[str, str], Schema], after: Mapping[tuple[str, str], Schema], place: str
) -> Iterator[str]:
    for where, name in before.keys() - after.keys():
        yield f"{place}: {where} parameter {name} is gone"
    for key, item in after.items():
        if item.get("required") and not before.get(key, {}).get("required"):
            yield f"{place}: {key[0]} parameter {key[1]} is required now"


def _compare_types(old: Schema, new: Schema, place: str, direction: Direction) -> Iterator[str]:
    before, after = _list_types(old), _list_types(new)
    lost = before - after if direction == "request" else after - before
    if before and after and lost:
        change = "no longer takes" if direction == "request" else "may now be"
        yield f"{place}: {change} {', '.join(sorted(lost))}"
    if direction == "request" and "enum" in new:
        values = set(map(str, old.get("enum", ()))) - set(map(str, new["enum"]))
        if values:
            yield f"{place}: no longer takes {', '.join(sorted(values))}"


def _list_types(schema: Schema) -> set[str]:
    kinds = [option for kind in KINDS_OF_CHOICE for option in schema.get(kind, ())]
    if kinds:
        return {name for option in kinds for name in _list_types(option)}
    if "$ref" in schema:
        return {"object"}
    return {str(schema["type"])} if "type" in schema else set()


def _compare_required(old: Schema, new: Schema, place: str, direction: Direction) -> Iterator[str]:
    before, after = set(old.get("required", ())), set(new.get("required", ()))
    if direction == "request":
        for field in sorted(after - before):
            yield f"{place}: field {field} is required now"
    else:
        for field in sorted((before - after) & new.get("properties", {}).keys()):
            yield f"{place}: field {field} may be absent now"
