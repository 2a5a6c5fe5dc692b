"""The run that a payload asks for: what the hook says, and on top of it what the mapping found."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.engine.json_values import JsonValue
from app.hooks.errors import HookMappingError
from app.hooks.mapping import VERSION, apply_mapping
from app.hooks.reception.schemas import OpenedHook
from app.runs.schemas import RunStart


def prepare_run(
    hook: OpenedHook, payload: JsonValue, origin: Mapping[str, str | None]
) -> dict[str, Any]:
    """
    Return the request that starts the run, as the database takes it.

    `origin` says where it comes from, for the metadata. Raises `HookMappingError`.
    """
    found = apply_mapping(hook.mapping, payload)
    document: dict[str, Any] = {
        "selection": {**hook.selection, **found.get("selection", {})},
        "options": {**hook.options, **found.get("options", {})},
        "variables": {**hook.variables, **found.get("variables", {})},
        "metadata": {**found.get("metadata", {}), "hook": {"id": str(hook.id), **origin}},
    }
    return _check(hook, document, found.get("", {}).get(VERSION))


def _check(hook: OpenedHook, document: dict[str, Any], version: str | None) -> dict[str, Any]:
    place = {"project_id": hook.project_id, "environment_id": hook.environment_id}
    try:
        start = RunStart.model_validate({**place, **document, VERSION: version})
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in fault["loc"][:2])
        raise HookMappingError(f"{field}: {fault['msg']}", field=field) from error
    return start.model_dump(mode="json", exclude_none=True)
