"""Makes cases of an OpenAPI document."""

from collections import defaultdict
from collections.abc import Sequence

from pydantic import ValidationError

from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.cases.validation import check_case
from app.catalog.importers.documents import parse_document
from app.catalog.importers.errors import DocumentInvalidError
from app.catalog.importers.keys import KeyMaker
from app.catalog.importers.model import (
    Imported,
    ImportedCase,
    ImportedSuite,
    ImportedVariable,
    Notice,
)
from app.catalog.importers.openapi.drafts import LONGEST_NAME, Draft, Operation
from app.catalog.importers.openapi.errors import UnusablePartError
from app.catalog.importers.openapi.graph import Graph
from app.catalog.importers.openapi.links import Linker
from app.catalog.importers.openapi.operations import OperationFinder
from app.catalog.importers.openapi.references import (
    References,
    find_text,
    get_list,
    get_object,
)
from app.catalog.importers.openapi.requests import RequestWriter
from app.catalog.importers.openapi.responses import ResponseWriter
from app.catalog.importers.openapi.samples import Sampler
from app.catalog.importers.openapi.security import SecurityWriter
from app.catalog.importers.openapi.servers import find_server, is_whole
from app.catalog.importers.openapi.swagger import SwaggerConverter
from app.catalog.importers.openapi.tokens import share_token
from app.catalog.importers.variables import VariableBook
from app.engine.json_values import JsonObject
from app.web.errors import RequestInvalidError

LONGEST_DESCRIPTION = 5_000


class OpenApiReader:
    """OpenAPI 3.0 to 3.2 and Swagger 2.0, as JSON or YAML."""

    def read(self, text: str) -> Imported:
        """Return a case per operation; raises `DocumentInvalidError`."""
        notices: list[Notice] = []
        document = _understand(parse_document(text), notices)
        return _DocumentReader(document, notices).read()


def _understand(document: JsonObject, notices: list[Notice]) -> JsonObject:
    """The document in the words of OpenAPI 3."""
    version = str(document.get("openapi", document.get("swagger", "")))
    if not version.startswith(("3.0", "3.1", "3.2", "2.")):
        message = f"It is neither OpenAPI 3.0 to 3.2 nor Swagger 2.0, but '{version[:50]}'."
        raise DocumentInvalidError(message, field="/openapi")
    # From 3.1 on, a document may describe nothing but webhooks.
    may_lack_paths = version.startswith(("3.1", "3.2")) and "webhooks" in document
    if not isinstance(document.get("paths"), dict) and not may_lack_paths:
        message = "It has no paths."
        raise DocumentInvalidError(message, field="/paths")
    if version.startswith("2."):
        return SwaggerConverter(document, notices).convert()
    return document


class _DocumentReader:
    """Goes through one document; what cannot be imported becomes a notice."""

    def __init__(self, document: JsonObject, notices: list[Notice]) -> None:
        self._document = document
        self._notices = notices
        self._references = References(document)
        self._sampler = Sampler(self._references)
        self._keys = KeyMaker()
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        self._book = VariableBook()
        self._security = SecurityWriter(document, self._references, self._book, notices)
        self._requests = RequestWriter(self._references, self._sampler, self._book, notices)
        self._responses = ResponseWriter(self._references, notices)

    def read(self) -> Imported:
        finder = OperationFinder(self._document, self._references, self._notices)
        drafts = [
            draft for operation in finder.iter_operations() if (draft := self._draft(operation))
        ]
        graph = Graph()
        share_token(drafts, graph, self._responses, self._sampler, self._notices)
        Linker(drafts, graph, self._responses, self._sampler, self._notices).link()
        title = find_text(get_object(self._document, "info"), "title") or "API"
        return Imported(
            title=title[:LONGEST_NAME],
            suites=self._build_suites(drafts),
            base_url=self._find_base_url(),
            variables=self._list_used_variables(drafts),
            notices=tuple(self._notices),
        )

    def _draft(self, operation: Operation) -> Draft | None:
        """The case of an operation as it stands alone; None when it cannot be imported."""
        try:
            draft = self._write(operation)
            self._check(draft)
        except UnusablePartError as error:
            self._notices.append(Notice("not_imported", error.place, error.text))
        except (ValidationError, RequestInvalidError) as error:
            self._notices.append(Notice("not_imported", operation.place, _explain(error)))
        else:
            return draft
        return None

    def _write(self, operation: Operation) -> Draft:
        request = self._security.write(operation)
        for name, value in self._requests.write(operation).items():
            known = request.get(name)
            request[name] = {**known, **value} if isinstance(known, dict) else value
        schemas = self._responses.write_schemas(operation)
        return Draft(
            operation=operation,
            key=self._keys.make(find_text(operation.document, "operationId") or operation.origin),
            name=self._make_name(operation),
            order_index=len(self._names),
            endpoint={
                "method": operation.method,
                "path": operation.address,
                "name": operation.name,
                "response_schemas": schemas,
            },
            request=request,
            response=self._responses.write_expectations(operation, has_schemas=bool(schemas)),
        )

    def _check(self, draft: Draft) -> None:
        """Give up the schemas of a case rather than the case, when they are what is wrong."""
        try:
            check_case(CaseCreate.model_validate(draft.to_document()))
        except RequestInvalidError as error:
            if not draft.response.pop("assertions", None):
                raise
            draft.endpoint["response_schemas"] = None
            place = draft.operation.locate("responses")
            self._notices.append(Notice("not_imported", place, f"Schemas: {error.detail}"))
            check_case(CaseCreate.model_validate(draft.to_document()))

    def _make_name(self, operation: Operation) -> str:
        taken = self._names[operation.suite]
        name = operation.name
        if name in taken:
            name = f"{name[: LONGEST_NAME // 2]} ({operation.origin})"[:LONGEST_NAME]
        taken.add(name)
        return name

    def _build_suites(self, drafts: Sequence[Draft]) -> tuple[ImportedSuite, ...]:
        """One suite per tag, in the order of their first operations."""
        cases: defaultdict[str, list[ImportedCase]] = defaultdict(list)
        for index, draft in enumerate(drafts):
            draft.order_index = index
            case = CaseCreate.model_validate(draft.to_document())
            cases[draft.operation.suite].append(ImportedCase(draft.operation.origin, case))
        descriptions = {
            tag.get("name"): find_text(tag, "description")
            for tag in get_list(self._document, "tags")
            if isinstance(tag, dict)
        }
        return tuple(
            ImportedSuite(
                name, tuple(members), (descriptions.get(name) or "")[:LONGEST_DESCRIPTION] or None
            )
            for name, members in cases.items()
        )

    def _find_base_url(self) -> str:
        """Where the API is, perhaps relative to where the document is, as it is by default."""
        url = find_server(self._document) or "/"
        if not is_whole(url) and url != "/":
            text = f"{url} is relative to the address of the document: the base URL ends with it."
            self._notices.append(Notice("changed", "/servers/0/url", text))
        return url

    def _list_used_variables(self, drafts: Sequence[Draft]) -> tuple[ImportedVariable, ...]:
        requests = [str(draft.request) for draft in drafts]
        return tuple(
            variable
            for variable in self._book.variables
            if any(f"env.{variable.key}" in request for request in requests)
        )


def _explain(error: ValidationError | RequestInvalidError) -> str:
    if isinstance(error, RequestInvalidError):
        return error.detail
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
