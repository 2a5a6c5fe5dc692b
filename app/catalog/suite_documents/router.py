"""Routes of suite documents."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response, status

from app.auth.dependencies import AUTHENTICATION_PROBLEMS, UserSession
from app.catalog.suite_documents import service
from app.catalog.suite_documents.errors import SuiteDocumentInvalidError, SuiteNotExportableError
from app.catalog.suite_documents.schemas import (
    MAXIMUM_CASES,
    StoreOptions,
    SuiteDocumentReport,
)
from app.catalog.suite_documents.service import DocumentStore
from app.core.errors import AlreadyExistsError, ForbiddenError, NotFoundError
from app.core.identifiers import ProjectId, SuiteId
from app.db.errors import (
    CaseInUseError,
    ChangedMeanwhileError,
    DependencyCycleError,
    FixtureNotFoundError,
    HasResultsError,
    RequiredTestNotFoundError,
    UsersChangedError,
)
from app.web.entity_tags import IfMatch, is_listed
from app.web.errors import BodyTooLargeError, PreconditionFailedError, RequestInvalidError
from app.web.problems import problem_responses

YAML: Final = "application/yaml"
JSON: Final = "application/json"
EXAMPLE: Final = """\
version: 1
name: Checkout
cases:
  - key: login
    name: Login
    endpoint: POST /login
    request:
      body:
        email: "{{env.EMAIL}}"
    response:
      capture_vars:
        access_token: $.access_token
"""
STORING = problem_responses(
    NotFoundError,
    ForbiddenError,
    AlreadyExistsError,
    CaseInUseError,
    ChangedMeanwhileError,
    HasResultsError,
    UsersChangedError,
    PreconditionFailedError,
    BodyTooLargeError,
    RequestInvalidError,
    SuiteDocumentInvalidError,
    DependencyCycleError,
    RequiredTestNotFoundError,
    FixtureNotFoundError,
)
READING = problem_responses(NotFoundError, SuiteNotExportableError, RequestInvalidError)
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "As `docs/suite.schema.json` says.",
    "properties": {
        "version": {"const": 1},
        "name": {"type": "string", "minLength": 1, "maxLength": 200},
        "cases": {"type": "array", "items": {"type": "object"}, "maxItems": MAXIMUM_CASES},
    },
    "required": ["version", "name"],
}
FILE: Final[dict[str, Any]] = {
    "description": "The document.",
    "content": {YAML: {"schema": SCHEMA, "example": EXAMPLE}, JSON: {"schema": SCHEMA}},
}
BODY: Final[dict[str, Any]] = {
    "required": True,
    "description": "YAML 1.2, unless the Content-Type says JSON; `docs/format.md` has all of it.",
    "content": {
        YAML: {"schema": SCHEMA, "example": EXAMPLE},
        JSON: {
            "schema": SCHEMA,
            "example": {
                "version": 1,
                "name": "Operations",
                "cases": [{"key": "is-up", "name": "It is up", "endpoint": "GET /health"}],
            },
        },
    },
}

router = APIRouter(tags=["suite documents"], responses=AUTHENTICATION_PROBLEMS)


@router.get(
    "/suites/{suite_id}/document",
    response_class=Response,
    responses={
        **READING,
        status.HTTP_200_OK: FILE,
        status.HTTP_304_NOT_MODIFIED: {"description": "It is the one that `If-None-Match` names."},
    },
)
async def get_suite_document(
    suite_id: SuiteId,
    request: Request,
    session: UserSession,
    fixtures: Annotated[
        bool, Query(description="Whether the test data that the cases use is in the document.")
    ] = True,
) -> Response:
    """Return a suite as a document for Git: YAML, or JSON if that is what you accept."""
    as_json = prefers_json(request.headers.get("accept", "*/*"))
    exported = await service.export_suite(
        session, suite_id, as_json=as_json, with_fixtures=fixtures
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{exported.file_name}"',
        "Vary": "Accept",
    }
    if as_json:
        # Its tag is made where those of all JSON answers are.
        return Response(exported.content, headers=headers, media_type=JSON)
    headers["ETag"] = service.make_content_tag(exported.content)
    if is_listed(headers["ETag"], request.headers.get("if-none-match", "")):
        return Response(status_code=status.HTTP_304_NOT_MODIFIED, headers=headers)
    return Response(exported.content, headers=headers | {"Content-Type": YAML})


@router.put(
    "/projects/{project_id}/suites/document",
    responses={
        **STORING,
        status.HTTP_201_CREATED: {
            "model": SuiteDocumentReport,
            "description": "The project had no suite of this name.",
        },
    },
    openapi_extra={"requestBody": BODY},
)
async def put_suite_document(
    project_id: ProjectId,
    request: Request,
    response: Response,
    session: UserSession,
    options: Annotated[StoreOptions, Query()],
    precondition: IfMatch,
) -> SuiteDocumentReport:
    """
    Make the suite with the document's name be as the document says; needs the role editor.

    All or nothing, in one transaction. A case is known by its key: one that does not change keeps
    its id and revision, and one that does keeps its results.
    """
    store: DocumentStore = request.app.state.document_store
    report = await store.store(
        session,
        project_id,
        await request.body(),
        is_json=is_json(request.headers.get("content-type", "")),
        options=options,
        precondition=precondition,
    )
    if report.suite_id is not None and report.suite.change == "created":
        response.headers["Location"] = f"/api/v1/suites/{report.suite_id}"
        response.status_code = status.HTTP_201_CREATED
    return report


def prefers_json(accept: str) -> bool:
    """Say whether an `Accept` header wants JSON rather than YAML, which is sent otherwise."""
    qualities: dict[str, float] = {}
    for entry in accept.split(","):
        name, _, parameters = entry.partition(";")
        qualities[name.strip().lower()] = _read_quality(parameters)
    others = max(qualities.get("application/*", 0), qualities.get("*/*", 0))
    return qualities.get(JSON, 0) > qualities.get(YAML, others)


def is_json(content_type: str) -> bool:
    """Say whether a `Content-Type` is one of JSON."""
    name = content_type.partition(";")[0].strip().lower()
    return name == JSON or name.endswith("+json")


def _read_quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
