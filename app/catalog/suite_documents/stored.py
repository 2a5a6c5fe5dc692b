"""Suites as the database tells them."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from app.catalog.cases.schemas.cases import CaseCreate, CaseDependencyCreate
from app.catalog.cases.schemas.requests import RequestConfig
from app.catalog.cases.schemas.responses import ResponseSpec
from app.catalog.endpoints.schemas import CaseEndpoint
from app.catalog.fixtures.schemas import FixtureCreate
from app.catalog.suite_documents.errors import SuiteNotExportableError
from app.catalog.suite_documents.rendering import (
    UnsayableError,
    name_endpoint,
    render_case,
    render_endpoint,
    render_model,
)
from app.catalog.suite_documents.schemas import SCHEMA_FILE, VERSION
from app.catalog.suite_documents.writing import write_yaml
from app.core.identifiers import SuiteId
from app.engine.json_values import JsonObject

HEADER = f"# yaml-language-server: $schema={SCHEMA_FILE}\n"


class StoredSuite(BaseModel):
    """A suite with its cases in the order of a run, and the fixtures that they use."""

    suite: dict[str, Any]
    version: str
    cases: list[dict[str, Any]]
    fixtures: list[dict[str, Any]]

    @property
    def id(self) -> SuiteId:
        return self.suite["id"]


def to_case(stored: Mapping[str, Any]) -> CaseCreate:
    """Return a stored case as the API takes it; raises `ValidationError`."""
    fields = _pick(CaseCreate, stored)
    fields["endpoint"] = to_endpoint(stored["endpoint"])
    fields["request"] = _pick(RequestConfig, stored["request"] or {})
    fields["response"] = _pick(ResponseSpec, stored["response"] or {})
    fields["dependencies"] = [_pick(CaseDependencyCreate, item) for item in stored["dependencies"]]
    return CaseCreate.model_validate(fields)


def to_endpoint(stored: Mapping[str, Any]) -> CaseEndpoint:
    """Return a stored endpoint as the API takes it; raises `ValidationError`."""
    return CaseEndpoint.model_validate(_pick(CaseEndpoint, stored))


def to_fixture(stored: Mapping[str, Any]) -> FixtureCreate:
    """Return a stored fixture as the API takes it; raises `ValidationError`."""
    return FixtureCreate.model_validate(_pick(FixtureCreate, stored))


def render_suite(stored: StoredSuite, *, with_fixtures: bool) -> JsonObject:
    """Return the document of a suite; raises `SuiteNotExportableError` naming what is no API's."""
    document: JsonObject = {"version": VERSION, "name": stored.suite["name"]}
    if stored.suite["description"] is not None:
        document["description"] = stored.suite["description"]
    if not stored.suite["enabled"]:
        document["enabled"] = False
    cases: list[JsonObject] = []
    endpoints: dict[str, JsonObject] = {}
    for row in stored.cases:
        case = _convert_case(row)
        cases.append(case[1])
        if details := render_endpoint(case[0].endpoint):
            endpoints[name_endpoint(case[0].endpoint)] = details
    document["cases"] = [*cases]
    if endpoints:
        document["endpoints"] = {name: endpoints[name] for name in sorted(endpoints)}
    if with_fixtures and stored.fixtures:
        document["fixtures"] = {row["name"]: _render_fixture(row) for row in stored.fixtures}
    return document


def write_document(document: JsonObject) -> bytes:
    """Return the file of a document."""
    return f"{HEADER}{write_yaml(document)}".encode()


def _convert_case(row: Mapping[str, Any]) -> tuple[CaseCreate, JsonObject]:
    try:
        case = to_case(row)
        return case, render_case(case)
    except ValidationError as error:
        raise _refuse(f"case {row['key']}", error) from error
    except UnsayableError as error:
        message = f"case {row['key']}: {error}."
        raise SuiteNotExportableError(message) from error


def _render_fixture(row: Mapping[str, Any]) -> JsonObject:
    try:
        fields = render_model(to_fixture(row))
    except ValidationError as error:
        raise _refuse(f"fixture {row['name']}", error) from error
    except UnsayableError as error:
        message = f"fixture {row['name']}: {error}."
        raise SuiteNotExportableError(message) from error
    # What is short comes before what may be long.
    del fields["name"]
    fields["data"] = fields.pop("data")
    return fields


def _refuse(what: str, error: ValidationError) -> SuiteNotExportableError:
    fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, fault["loc"]))
    return SuiteNotExportableError(f"{what}: {place}: {fault['msg']}")


def _pick(model: type[BaseModel], stored: Mapping[str, Any]) -> dict[str, Any]:
    return {name: stored[name] for name in model.model_fields if name in stored}
