"""Refuses at once what the engine would refuse when the test runs."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from pydantic import ValidationError

from app.catalog.cases.documents import from_stored
from app.catalog.cases.schemas.cases import Case, CaseCreate
from app.catalog.cases.schemas.changes import CaseReplace, CaseUpdate
from app.catalog.cases.schemas.requests import RequestConfig
from app.catalog.cases.schemas.responses import ResponseSpec
from app.catalog.endpoints.schemas import CaseEndpoint
from app.db.errors import DependencyCycleError
from app.engine import InvalidPlanError, JsonObject, JsonValue, PlannedTest, Scope
from app.engine.assertions.checks import build_checks, build_declared_checks
from app.engine.captures import compile_captures
from app.engine.document import Document
from app.engine.errors import InvalidIterationError, StepError, TemplateError
from app.engine.expectations import AssertionSpec, Expectations
from app.engine.iterations import Iterate, expand
from app.engine.json_path import compile_paths
from app.engine.requests.build import build_request
from app.engine.scope import AttemptScope
from app.engine.templates import ValuePath, iter_paths, parse_template
from app.engine.templates.roots import ITERATION, ROOTS
from app.web.errors import RequestInvalidError

SOME_HOST: Final = "http://localhost"
_TEMPLATED: Final = (
    *("path", "headers", "query_params", "path_params", "cookies", "body", "auth_token_ref"),
    *("auth", "transfer", "expected_status_code", "expected_headers", "expected_body"),
)
_TEMPLATED_OF_ASSERTION: Final = ("path", "name", "expected", "masks")


def check_case(case: CaseCreate) -> None:
    """
    Raise `RequestInvalidError` naming the field, as far as it can be told before a run.

    A dependency on itself is a `DependencyCycleError`.
    """
    if any(dependency.required_test_key == case.key for dependency in case.dependencies):
        raise DependencyCycleError(f"{case.key} -> {case.key}", field="dependencies")
    document = Document(to_planned_test(case))
    try:
        test = PlannedTest.from_document(document)
        _check_templates(document, is_iterated=test.iterate is not None)
        _check_request(test)
        _check_expectations(test.expectations)
        if test.poll is not None:
            _check_assertions(test.poll.until, test.expectations, "poll.until")
        compile_captures(test.captures)
        if test.iterate is not None:
            _check_iterations(test.iterate)
    except InvalidPlanError as error:
        raise _refuse(error.field, error.message) from error
    except StepError as error:
        location = error.problem.location or ""
        raise _refuse(location, error.problem.message.removeprefix(f"{location}: ")) from error


def merge_case(present: Case, changes: CaseUpdate) -> CaseReplace:
    """Return the case with the changes, checked as a whole; raises `RequestInvalidError`."""
    sent = changes.model_dump(mode="json", by_alias=True, exclude_unset=True)
    try:
        case = CaseReplace.model_validate({**from_stored(present.model_dump(mode="json")), **sent})
    except ValidationError as error:
        raise _refuse_invalid(error) from error
    check_case(case)
    return case


def _know_nothing() -> AttemptScope:
    """What a test sees before any run; anew each time, since it bounds what templates may make."""
    return Scope().for_iteration(None)


def to_planned_test(case: CaseCreate) -> JsonObject:
    """Return the case as it comes back in the plan of a run."""
    document = case.model_dump(mode="json", by_alias=True)
    parts = [document.pop(name) for name in ("endpoint", "request", "response")]
    del document["dependencies"]
    for part in parts:
        document |= {name: value for name, value in part.items() if name not in document}
    return document | {"test_case_id": case.key}


def _check_templates(document: Document, *, is_iterated: bool) -> None:
    for name in _TEMPLATED:
        _check_value(document.fields.get(name), name, is_iterated=is_iterated)
    for assertion in document.iter_documents("assertions"):
        _check_assertion_templates(assertion, is_iterated=is_iterated)
    if poll := document.find_document("poll"):
        for assertion in poll.iter_documents("until"):
            _check_assertion_templates(assertion, is_iterated=is_iterated)
    if iterate := document.find_document("iterate"):
        _check_value(iterate.find_text("name"), iterate.locate("name"), is_iterated=True)


def _check_assertion_templates(assertion: Document, *, is_iterated: bool) -> None:
    for name in _TEMPLATED_OF_ASSERTION:
        value = assertion.fields.get(name)
        _check_value(value, assertion.locate(name), is_iterated=is_iterated)


def _check_value(value: JsonValue, location: str, *, is_iterated: bool) -> None:
    for place, text in _iter_texts(value, location):
        try:
            parse_template(text)
            for path in iter_paths(text):
                _check_root(path, is_iterated=is_iterated)
        except TemplateError as error:
            raise TemplateError(error.message, place) from error


def _iter_texts(value: JsonValue, location: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield location, value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _iter_texts(item, f"{location}.{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _iter_texts(item, f"{location}[{index}]")


def _check_root(path: ValuePath, *, is_iterated: bool) -> None:
    if path.root not in ROOTS or (path.root == ITERATION and not is_iterated):
        Scope().resolve(path)


def _check_request(test: PlannedTest) -> None:
    """Build it, as far as that takes no values that only a run has."""
    if test.references.credentials or test.references.others:
        return
    # A file whose content is a fixture is all that can be missing.
    with contextlib.suppress(TemplateError):
        build_request(test, SOME_HOST, _know_nothing())


def _check_expectations(expectations: Expectations) -> None:
    compile_paths(expectations.ignore_paths, "ignore_paths")
    undeclared = replace(expectations, assertions=())
    if not _uses_values(list(undeclared.iter_templates())):
        build_checks(undeclared, _know_nothing())
    _check_assertions(expectations.assertions, expectations, "assertions")


def _check_assertions(
    specs: tuple[AssertionSpec, ...], expectations: Expectations, location: str
) -> None:
    for index, spec in enumerate(specs):
        known = _leave_out_unknown(spec)
        if known is None:
            continue
        try:
            build_declared_checks((known,), _know_nothing(), expectations=expectations, location="")
        except StepError as error:
            place = error.problem.location or "[0]"
            message = error.problem.message.removeprefix(f"{place}: ")
            raise _refuse(f"{location}[{index}]{place[3:]}", message) from error


def _leave_out_unknown(spec: AssertionSpec) -> AssertionSpec | None:
    """The assertion without an expected value that only a run knows; None when more is unknown."""
    if not _uses_values(spec.templates):
        return spec
    rest = replace(spec, operator="exists", expected=None)
    return None if _uses_values(rest.templates) or spec.type in ("schema", "openapi") else rest


def _uses_values(value: JsonValue) -> bool:
    return any(True for _ in iter_paths(value))


def _check_iterations(iterate: Iterate) -> None:
    if iterate.fixture is None:
        try:
            expand(replace(iterate, name=None), {})
        except InvalidIterationError as error:
            raise _refuse(error.problem.location or "iterate", error.problem.message) from error


def _refuse_invalid(error: ValidationError) -> RequestInvalidError:
    problems = [
        {"field": ".".join(map(str, item["loc"])), "detail": item["msg"]} for item in error.errors()
    ]
    message = f"{problems[0]['field']}: {problems[0]['detail']}"
    return RequestInvalidError(message, field=problems[0]["field"], errors=problems)


def _refuse(location: str, message: str) -> RequestInvalidError:
    field = to_field(location)
    detail = message.removeprefix(f"{location}: ")
    return RequestInvalidError(
        f"{field}: {detail}", field=field, errors=[{"field": field, "detail": detail}]
    )


def to_field(location: str) -> str:
    """The place in a case: `assertions[0].path` of the plan is `response.assertions.0.path` of the case."""
    path = re.sub(r"\[(\d+)\]", r".\1", location)
    name = path.partition(".")[0]
    for part, model in (
        ("endpoint", CaseEndpoint),
        ("request", RequestConfig),
        ("response", ResponseSpec),
    ):
        if name in model.model_fields and name not in CaseCreate.model_fields:
            return f"{part}.{path}"
    return path
