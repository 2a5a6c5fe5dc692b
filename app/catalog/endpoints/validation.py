"""Refuses at once what the engine would refuse of an endpoint in every test that calls it."""

from typing import Any

from app.engine import InvalidPlanError, JsonObject, PlannedTest, Scope
from app.engine.assertions.checks import build_declared_checks
from app.engine.document import Document
from app.engine.errors import StepError, TemplateError
from app.engine.templates import iter_paths, parse_template
from app.engine.templates.roots import ROOTS
from app.web.errors import RequestInvalidError


def check_endpoint(fields: dict[str, Any]) -> None:
    """Raise `RequestInvalidError` for a path or schemas that no test could use."""
    if "path" in fields:
        _check_path(fields["path"])
    if fields.get("response_schemas") is not None:
        _check_schemas(fields["response_schemas"])


def _check_path(path: str) -> None:
    try:
        parse_template(path)
        for used in iter_paths(path):
            if used.root not in ROOTS:
                Scope().resolve(used)
    except TemplateError as error:
        raise _refuse("path", error.message) from error


def _check_schemas(schemas: Any) -> None:
    document: JsonObject = {
        "test_case_id": "any",
        "key": "any",
        "method": "GET",
        "path": "/",
        "response_schemas": schemas,
        "assertions": [{"type": "openapi"}],
    }
    try:
        expectations = PlannedTest.from_document(Document(document)).expectations
        build_declared_checks(
            expectations.assertions,
            Scope().for_iteration(None),
            expectations=expectations,
            location="",
        )
    except InvalidPlanError as error:
        raise _refuse("response_schemas", error.message) from error
    except StepError as error:
        raise _refuse("response_schemas", error.problem.message) from error


def _refuse(field: str, message: str) -> RequestInvalidError:
    problems = [{"field": field, "detail": message}]
    return RequestInvalidError(f"{field}: {message}", field=field, errors=problems)
