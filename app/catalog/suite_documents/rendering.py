"""The shortest document that says the same as a model: defaults left out, names in a stable order."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from pydantic import BaseModel

from app.catalog.cases.schemas.cases import CaseCreate, CaseDependencyCreate
from app.catalog.endpoints.schemas import CaseEndpoint
from app.catalog.fields import SparseModel
from app.catalog.suite_documents.reading import LARGEST_NUMBER, MAXIMUM_DEPTH
from app.catalog.suite_documents.writing import to_json_number
from app.engine.json_values import JsonObject, JsonValue

# What a person looks for first; everything else follows in the order of the model.
FIRST_FIELDS: Final = (
    *("key", "name", "description", "enabled", "phase", "tags", "locks", "dependencies"),
    *("endpoint", "request", "response"),
)
# The place in the list tells it.
PLACE: Final = "order_index"
# So much of the depth of a document is left for what a case holds.
MAXIMUM_VALUE_DEPTH: Final = MAXIMUM_DEPTH - 8


class UnsayableError(ValueError):
    """A value is nested deeper than documents may be, or a number larger than JSON readers take."""


def render_case(case: CaseCreate) -> JsonObject:
    """Return a case as a document has it; raises `UnsayableError`."""
    fields = render_model(case)
    fields.pop(PLACE, None)
    fields["endpoint"] = name_endpoint(case.endpoint)
    if case.dependencies:
        required = sorted(case.dependencies, key=lambda item: item.required_test_key)
        fields["dependencies"] = [_render_dependency(item) for item in required]
    names = dict.fromkeys((*FIRST_FIELDS, *fields))
    return {name: fields[name] for name in names if name in fields}


def render_endpoint(endpoint: CaseEndpoint) -> JsonObject:
    """Return what a document says about an endpoint beside its name."""
    fields = render_model(endpoint)
    default = make_endpoint_name(endpoint)
    return {
        name: value
        for name, value in fields.items()
        if name not in ("method", "path") and not (name == "name" and value == default)
    }


def name_endpoint(endpoint: CaseEndpoint) -> str:
    """`GET /users/{id}`."""
    return f"{endpoint.method} {endpoint.path}"


def make_endpoint_name(endpoint: CaseEndpoint) -> str:
    """Return the name that the database gives to an endpoint without one."""
    return name_endpoint(endpoint)[:200].strip()


def render_model(model: BaseModel, depth: int = 0) -> JsonObject:
    """Return the fields that differ from their defaults, by the names that the API has for them."""
    rendered: JsonObject = {}
    is_sparse = isinstance(model, SparseModel)
    for field in _list_fields(type(model)):
        if is_sparse and field.name not in model.model_fields_set:
            continue
        value = _render(getattr(model, field.name), depth + 1)
        # To expect null differs from expecting nothing.
        is_meant = field.is_required or (is_sparse and field.takes_anything)
        if is_meant or not is_same(value, field.default):
            rendered[field.shown] = value
    return rendered


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    shown: str
    is_required: bool
    takes_anything: bool
    default: JsonValue


@cache
def _list_fields(model: type[BaseModel]) -> tuple[_Field, ...]:
    """Fields with their defaults as a document would have them; making these takes a while."""
    return tuple(
        _Field(
            name=name,
            shown=field.alias or name,
            is_required=field.is_required(),
            takes_anything=field.annotation is Any,
            default=None
            if field.is_required()
            else _render(field.get_default(call_default_factory=True), 0),
        )
        for name, field in model.model_fields.items()
    )


def is_same(one: JsonValue, other: JsonValue) -> bool:
    """Equality of documents, for which 1, 1.0 and true differ."""
    if not one or isinstance(one, str | int):
        return one == other and type(one) is type(other)
    return one == other and serialize(one) == serialize(other)


def serialize(value: JsonValue) -> str:
    """Return a text that is the same for the same documents, whatever the order of names."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def list_changes(old: JsonObject, new: JsonObject, path: str = "") -> Iterator[str]:
    """Yield the dotted paths of what differs; lists count as a whole."""
    for name in dict.fromkeys((*old, *new)):
        place = f"{path}.{name}" if path else name
        before, after = old.get(name), new.get(name)
        if isinstance(before, dict) and isinstance(after, dict):
            yield from list_changes(before, after, place)
        elif name not in old or name not in new or not is_same(before, after):
            yield place


def _render_dependency(dependency: CaseDependencyCreate) -> JsonValue:
    fields = render_model(dependency)
    return dependency.required_test_key if len(fields) == 1 else fields


def _render(value: object, depth: int) -> JsonValue:
    if depth > MAXIMUM_VALUE_DEPTH:
        message = f"it is nested deeper than {MAXIMUM_VALUE_DEPTH} levels"
        raise UnsayableError(message)
    if isinstance(value, BaseModel):
        return render_model(value, depth)
    if isinstance(value, dict):
        names = cast("dict[str, object]", value)
        return {name: _render(names[name], depth + 1) for name in sorted(names)}
    if isinstance(value, list | tuple):
        items = cast("list[object]", value)
        return [_render(item, depth + 1) for item in items]
    if isinstance(value, float):
        return to_json_number(value)
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        message = "it has a number that is too large"
        raise UnsayableError(message)
    return cast("JsonValue", value)
