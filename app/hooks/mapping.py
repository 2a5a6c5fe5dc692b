"""What a payload says about the run: JSONPaths by the field that they fill."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, Field, JsonValue, StringConstraints

from app.engine.json_values import JsonValue as EngineValue
from app.engine.json_values import get_type_name, render_json, render_text
from app.hooks.errors import HookMappingError
from app.hooks.paths import Path, select_values
from app.runs.schemas import RunOptions
from app.web.fields import RequestModel

LISTS: Final = frozenset({"selection.tags", "selection.suite_ids", "selection.test_case_ids"})
VERSION: Final = "target_version"
LONGEST_METADATA: Final = 4_000
"""Characters of one value as JSON."""

_VARIABLE = re.compile(r"variables\.[A-Za-z_][A-Za-z0-9_]{0,127}")
_METADATA = re.compile(r"metadata\.[A-Za-z0-9_-]{1,100}")


def _check_field(name: str) -> str:
    options = {f"options.{option}" for option in RunOptions.model_fields}
    is_known = name in LISTS or name in options or name == VERSION
    if not is_known and not _VARIABLE.fullmatch(name) and not _METADATA.fullmatch(name):
        message = (
            f"{VERSION}, {', '.join(sorted(LISTS))}, options.<option>, variables.<NAME> "
            "or metadata.<name> is needed"
        )
        raise ValueError(message)
    return name


RunField = Annotated[str, StringConstraints(max_length=200), AfterValidator(_check_field)]


class MappedValue(RequestModel):
    """Where a value is, and what to take when it is not there."""

    path: Path
    default: Annotated[
        JsonValue, Field(description="For payloads without it; absent: such a delivery fails.")
    ] = None

    @property
    def has_default(self) -> bool:
        """Say whether a payload may do without the value; `null` leaves the field as the hook has it."""
        return "default" in self.model_fields_set


RunMapping: TypeAlias = Annotated[
    dict[RunField, MappedValue | Path],
    Field(
        max_length=50,
        examples=[{"target_version": "$.after", "variables.BRANCH": "$.ref"}],
    ),
]


def apply_mapping(
    mapping: Mapping[str, MappedValue | str], payload: EngineValue
) -> dict[str, dict[str, Any]]:
    """Return what the payload says, by the part of the run; raises `HookMappingError`."""
    parts: dict[str, dict[str, Any]] = {}
    for field, entry in mapping.items():
        mapped = MappedValue(path=entry) if isinstance(entry, str) else entry
        value = _find_value(field, mapped, payload)
        if value is None and mapped.has_default:
            continue
        part, _, name = field.rpartition(".")
        parts.setdefault(part, {})[name] = _shape(field, value)
    return parts


def _find_value(field: str, mapped: MappedValue, payload: EngineValue) -> EngineValue:
    found = select_values(mapped.path, payload, field)
    if not found and mapped.has_default:
        return mapped.default
    if not found:
        raise HookMappingError(f"{field}: {mapped.path} finds nothing in the payload.", field=field)
    if field in LISTS:
        return found[0] if len(found) == 1 and isinstance(found[0], list) else found
    if len(found) > 1:
        raise HookMappingError(f"{field}: {mapped.path} finds {len(found)} values.", field=field)
    return found[0]


def _shape(field: str, value: EngineValue) -> EngineValue:
    """Return the value as the field wants it; texts stay, other scalars become texts where needed."""
    if _holds_nul(value):
        raise HookMappingError(f"{field}: the value holds a NUL character.", field=field)
    if field == VERSION or _VARIABLE.fullmatch(field):
        if (isinstance(value, dict | list) and field == VERSION) or value is None:
            kind = get_type_name(value)
            raise HookMappingError(f"{field}: a text is needed, not {kind}.", field=field)
        return render_text(value)
    if len(render_json(value)) > LONGEST_METADATA and _METADATA.fullmatch(field):
        raise HookMappingError(f"{field}: the value is too large.", field=field)
    return [value] if field in LISTS and not isinstance(value, list) else value


def _holds_nul(value: EngineValue) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(map(_holds_nul, value)) or any(map(_holds_nul, value.values()))
    return isinstance(value, list) and any(map(_holds_nul, value))
