"""From what a document says to cases as the API takes them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar, cast

from pydantic import BaseModel, ValidationError

from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.endpoints.schemas import CaseEndpoint
from app.catalog.fixtures.schemas import FixtureCreate
from app.catalog.suite_documents.errors import SuiteDocumentInvalidError
from app.catalog.suite_documents.reading import Path, Source
from app.catalog.suite_documents.rendering import PLACE, name_endpoint
from app.catalog.suite_documents.schemas import Suite, SuiteDocument

MAXIMUM_PROBLEMS: Final = 50
NO_PLACE: Final = "Leave it out: the place in the list is the order."
NO_ENDPOINT: Final = "Write a method and a path, as in `GET /users/{id}`."
ANY_ENDPOINT: Final = {"method": "GET", "path": "/"}
MORE_UNDER_ENDPOINTS: Final = "Only method and path; all else belongs under `endpoints`."

_Model = TypeVar("_Model", bound=BaseModel)
_Fields = dict[str, Any]


class Problems:
    """Everything that is wrong with a document, with its places."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._found: list[tuple[Path, str]] = []

    def add(self, path: Path, detail: str) -> None:
        """Note what is wrong at a place."""
        self._found.append((path, detail))

    def refuse(self) -> None:
        """Raise `SuiteDocumentInvalidError` if anything is wrong."""
        if not self._found:
            return
        shown = self._found[:MAXIMUM_PROBLEMS]
        fields = [".".join(map(str, path)) for path, _ in shown]
        lines = self._source.find_lines([path for path, _ in shown])
        details = [
            detail if line is None else f"{detail} (line {line})"
            for (_, detail), line in zip(shown, lines, strict=True)
        ]
        more = len(self._found) - 1
        ending = f" ({more} more)" if more else ""
        raise SuiteDocumentInvalidError(
            f"{fields[0] or 'document'}: {details[0]}{ending}",
            field=fields[0] or None,
            errors=[
                {"field": field, "detail": detail}
                for field, detail in zip(fields, details, strict=True)
            ],
        )


def parse_suite(source: Source) -> Suite:
    """Return what a document says; raises `SuiteDocumentInvalidError` naming all that is wrong."""
    problems = Problems(source)
    if not isinstance(source.value, dict):
        problems.add((), "It is not an object with names and values.")
        problems.refuse()
    document = _validate(SuiteDocument, source.value, (), problems)
    if document is None:
        problems.refuse()
        raise SuiteDocumentInvalidError
    suite = Suite(
        name=document.name,
        description=document.description,
        enabled=document.enabled,
        cases=list(_parse_cases(document, problems)),
        endpoints=dict(_parse_endpoints(document, problems)),
        fixtures=dict(_parse_fixtures(document, problems)),
    )
    _refuse_repetitions(suite, problems)
    _refuse_unused_endpoints(suite, problems)
    problems.refuse()
    return suite


def find_place(suite: Suite, key: str) -> int:
    """Return the position of a case in its document."""
    return next(index for index, case in enumerate(suite.cases) if case.key == key)


def _parse_cases(document: SuiteDocument, problems: Problems) -> Iterator[CaseCreate]:
    for position, raw in enumerate(document.cases):
        path = ("cases", position)
        if PLACE in raw:
            problems.add((*path, PLACE), NO_PLACE)
        if "endpoint" not in raw:
            problems.add(path, "endpoint: Field required")
        endpoint = _expand_endpoint(raw.get("endpoint", ""), (*path, "endpoint"), problems)
        fields = {
            **raw,
            PLACE: position,
            # What is wrong with the rest is told, too.
            "endpoint": endpoint or ANY_ENDPOINT,
            "dependencies": _expand_dependencies(raw.get("dependencies", [])),
        }
        case = _validate(CaseCreate, fields, path, problems)
        if case is not None:
            yield case


def _expand_endpoint(value: object, path: Path, problems: Problems) -> _Fields | None:
    if isinstance(value, str):
        method, _, rest = value.strip().partition(" ")
        if method and rest:
            return {"method": method, "path": rest}
    if isinstance(value, dict):
        fields = cast("_Fields", value)
        if fields.keys() <= {"method", "path"}:
            return fields
        problems.add(path, MORE_UNDER_ENDPOINTS)
    elif value != "":
        problems.add(path, NO_ENDPOINT)
    return None


def _expand_dependencies(value: object) -> object:
    if not isinstance(value, list):
        return value
    items = cast("list[object]", value)
    return [{"required_test_key": item} if isinstance(item, str) else item for item in items]


def _parse_endpoints(
    document: SuiteDocument, problems: Problems
) -> Iterator[tuple[str, CaseEndpoint]]:
    for name, details in document.endpoints.items():
        path = ("endpoints", name)
        fields = _expand_endpoint(name, path, problems)
        if fields is None:
            continue
        if {"method", "path"} & details.keys():
            problems.add(path, "method and path: Leave them out, they are the name.")
            continue
        endpoint = _validate(CaseEndpoint, fields | details, path, problems)
        if endpoint is not None:
            yield name_endpoint(endpoint), endpoint


def _parse_fixtures(
    document: SuiteDocument, problems: Problems
) -> Iterator[tuple[str, FixtureCreate]]:
    for name, details in document.fixtures.items():
        path = ("fixtures", name)
        if "name" in details:
            problems.add((*path, "name"), "Leave it out: it is the name under `fixtures`.")
            continue
        fixture = _validate(FixtureCreate, {"name": name, **details}, path, problems)
        if fixture is not None:
            yield fixture.name, fixture


def _validate(model: type[_Model], value: object, path: Path, problems: Problems) -> _Model | None:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        # What was sent may be secret, so only the place and the rule are repeated.
        for fault in error.errors(include_url=False, include_context=False, include_input=False):
            location = fault["loc"] if fault["type"] == "missing" else (*fault["loc"], "")
            problems.add(_locate(path, location, value), fault["msg"])
        return None


def _locate(path: Path, location: Path, value: object) -> Path:
    """
    The place in the document.

    Short forms have no parts, and validators name alternatives that the document does not; the
    last part is one that is missing, or empty.
    """
    place = list(path)
    for part in location:
        if place[:1] == ["cases"] and place[2:] == ["endpoint"]:
            break
        if isinstance(value, Mapping):
            fields = cast("Mapping[str | int, object]", value)
            if part not in fields and (part is not location[-1] or part == ""):
                continue
            value = fields.get(part)
        elif isinstance(value, list):
            items = cast("list[object]", value)
            if not isinstance(part, int):
                continue
            value = items[part] if part < len(items) else None
        else:
            break
        place.append(part)
    return place


def _refuse_repetitions(suite: Suite, problems: Problems) -> None:
    for name in ("key", "name"):
        counts = Counter(cast("str", getattr(case, name)) for case in suite.cases)
        for case in suite.cases:
            value: str = getattr(case, name)
            if counts[value] > 1:
                place = ("cases", case.order_index, name)
                problems.add(place, f"{counts[value]} cases of the document have this {name}.")


def _refuse_unused_endpoints(suite: Suite, problems: Problems) -> None:
    used = {name_endpoint(case.endpoint) for case in suite.cases}
    for name in suite.endpoints.keys() - used:
        problems.add(("endpoints", name), "No case of the document calls this endpoint.")
