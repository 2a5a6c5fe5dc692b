"""Works out what a document does to the suite that the project has."""

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.cases.validation import check_case
from app.catalog.endpoints.schemas import CaseEndpoint
from app.catalog.suite_documents.errors import SuiteDocumentInvalidError
from app.catalog.suite_documents.parsing import Problems, find_place
from app.catalog.suite_documents.rendering import (
    UnsayableError,
    is_same,
    list_changes,
    name_endpoint,
    render_case,
    render_endpoint,
    render_model,
)
from app.catalog.suite_documents.schemas import (
    ChangedCase,
    ChangedPart,
    Missing,
    Suite,
    SuiteDocumentReport,
)
from app.catalog.suite_documents.stored import (
    StoredSuite,
    to_case,
    to_endpoint,
    to_fixture,
)
from app.core.errors import AlreadyExistsError
from app.db.errors import CaseInUseError, RequiredTestNotFoundError
from app.engine.json_values import JsonObject
from app.web.errors import RequestInvalidError

MAXIMUM_FIELDS = 100
MAXIMUM_NAMED = 20

_Model = TypeVar("_Model", bound=BaseModel)
_Rows = list[dict[str, Any]]


class DocumentState(BaseModel):
    """What a project has of a document, before it is stored."""

    may_write: bool
    present: StoredSuite | None
    elsewhere: dict[str, str]
    tested: list[str]
    dependents: list[dict[str, str]]
    fixtures: list[dict[str, Any]]
    endpoints: list[dict[str, Any]]


@dataclass(slots=True)
class SuitePlan:
    """What is written, as `apply_suite_document` takes it, and what is reported."""

    suite: ChangedPart
    cases: list[ChangedCase] = field(default_factory=list[ChangedCase])
    endpoints: list[ChangedPart] = field(default_factory=list[ChangedPart])
    fixtures: list[ChangedPart] = field(default_factory=list[ChangedPart])
    reordered: bool = False
    written: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def leaving(self) -> Set[str]:
        """The keys of cases that no run has any more."""
        return {case.key for case in self.cases if case.change in {"deleted", "disabled"}}

    @property
    def is_empty(self) -> bool:
        """Whether everything is as the document says."""
        changes = [part.change for part in (self.suite, *self.endpoints, *self.fixtures)]
        rest = {case.change for case in self.cases} - {"unchanged", "kept"}
        return not rest and not self.reordered and set(changes) <= {"unchanged"}

    def report(
        self, stored: StoredSuite | None, *, dry_run: bool, etag: str | None
    ) -> SuiteDocumentReport:
        """Return what the caller is told; `stored` is the suite as it is now."""
        return SuiteDocumentReport(
            dry_run=dry_run,
            changed=not self.is_empty,
            suite_id=stored.id if stored else None,
            suite=self.suite,
            cases=self.cases,
            reordered=self.reordered,
            endpoints=self.endpoints,
            fixtures=self.fixtures,
            document_etag=etag,
        )


class SuitePlanner:
    """Compares a document with the present suite; writes nothing."""

    def __init__(self, suite: Suite, state: DocumentState, problems: Problems) -> None:
        self._suite = suite
        self._state = state
        self._problems = problems
        rows = state.present.cases if state.present else []
        self._present = {row["key"]: row for row in rows}
        self._keys = {case.key for case in suite.cases}
        self._endpoints = self._merge_endpoints()
        self._missing = [row for key, row in self._present.items() if key not in self._keys]
        self._created: _Rows = []
        self._updated: _Rows = []
        self._deleted: list[str] = []
        self._disabled: list[str] = []

    def plan(self, missing: Missing) -> SuitePlan:
        """
        Return what has to be done.

        Raises `AlreadyExistsError` for keys and names of other cases, `CaseInUseError`,
        `RequiredTestNotFoundError`, or `SuiteDocumentInvalidError` for what no run could carry out.
        """
        plan = SuitePlan(self._compare_suite())
        self._refuse_taken_keys()
        gone = list(self._retire(missing))
        self._refuse_needed_elsewhere(gone)
        self._refuse_unknown_requirements(gone)
        self._refuse_taken_names()
        places = self._assign_places()
        plan.cases = [self._compare_case(case, places[case.key]) for case in self._suite.cases]
        self._problems.refuse()
        plan.cases += gone
        plan.reordered = self._is_reordered()
        plan.endpoints, endpoints = self._compare_endpoints()
        plan.fixtures, fixtures = self._compare_fixtures()
        plan.written = {
            "version": self._state.present.version if self._state.present else None,
            "suite": self._describe_suite(),
            "created": self._created,
            "updated": self._updated,
            "deleted": self._deleted,
            "disabled": self._disabled,
            "renamed": self._find_renamed(),
            "places": [
                {"id": row["id"], "order_index": places[key]}
                for key, row in self._present.items()
                if key in places
            ],
            "endpoints": endpoints,
            "fixtures": fixtures,
        }
        return plan

    def _merge_endpoints(self) -> dict[str, CaseEndpoint]:
        """What is known about endpoints once the document is stored."""
        known = {
            f"{row['method']} {row['path']}": _try(to_endpoint, row)
            for row in self._state.endpoints
        }
        merged = {name: endpoint for name, endpoint in known.items() if endpoint is not None}
        for name, endpoint in self._suite.endpoints.items():
            told = {key: value for key, value in endpoint if value is not None}
            merged[name] = merged.get(name, endpoint).model_copy(update=told)
        return merged

    def _describe_suite(self) -> dict[str, Any]:
        return {
            "id": self._state.present.id if self._state.present else None,
            "name": self._suite.name,
            "description": self._suite.description,
            "enabled": self._suite.enabled,
        }

    def _compare_suite(self) -> ChangedPart:
        present = self._state.present
        if present is None:
            return ChangedPart(name=self._suite.name, change="created")
        wanted = {"description": self._suite.description, "enabled": self._suite.enabled}
        fields = [name for name, value in wanted.items() if present.suite[name] != value]
        return _describe(self._suite.name, fields)

    def _refuse_taken_keys(self) -> None:
        taken = [
            (case.key, self._state.elsewhere[case.key])
            for case in self._suite.cases
            if case.key in self._state.elsewhere
        ]
        if not taken:
            return
        places = [f"cases.{find_place(self._suite, key)}.key" for key, _ in taken]
        details = [f"{key} is the key of a case of the suite {suite}" for key, suite in taken]
        raise AlreadyExistsError(
            f"{'; '.join(details[:MAXIMUM_NAMED])}.",
            field=places[0],
            errors=[
                {"field": place, "detail": detail}
                for place, detail in zip(places, details, strict=True)
            ],
        )

    def _retire(self, missing: Missing) -> Iterator[ChangedCase]:
        """What becomes of the cases that the document does not have."""
        for row in self._missing:
            key, has_results = row["key"], row["key"] in self._state.tested
            if missing == "keep" or (missing == "remove" and has_results and not row["enabled"]):
                yield ChangedCase(key=key, change="kept", has_results=has_results)
            elif missing == "remove" and has_results:
                self._disabled.append(row["id"])
                yield ChangedCase(key=key, change="disabled", fields=["enabled"], has_results=True)
            else:
                self._deleted.append(row["id"])
                yield ChangedCase(key=key, change="deleted", has_results=has_results)

    def _refuse_needed_elsewhere(self, gone: list[ChangedCase]) -> None:
        leaving = {case.key for case in gone if case.change != "kept"}
        needed = [item for item in self._state.dependents if item["required"] in leaving]
        if needed:
            details = [
                f"{item['required']} is required by {item['dependent']} of the suite {item['suite']}"
                for item in needed[:MAXIMUM_NAMED]
            ]
            raise CaseInUseError(f"{'; '.join(details)}.", field="cases")

    def _refuse_unknown_requirements(self, gone: list[ChangedCase]) -> None:
        kept = {case.key for case in gone if case.change == "kept"}
        known = self._keys | kept | self._state.elsewhere.keys()
        for position, case in enumerate(self._suite.cases):
            unknown = {item.required_test_key for item in case.dependencies} - known
            if unknown:
                message = f"{case.key} depends on {', '.join(sorted(unknown))}."
                raise RequiredTestNotFoundError(message, field=f"cases.{position}.dependencies")

    def _refuse_taken_names(self) -> None:
        """Cases that stay beside the document keep their names."""
        staying = {
            row["name"]: row["key"] for row in self._missing if row["id"] not in self._deleted
        }
        for position, case in enumerate(self._suite.cases):
            if case.name in staying:
                message = f"{staying[case.name]}, which the document does not have, has this name."
                raise AlreadyExistsError(message, field=f"cases.{position}.name")

    def _assign_places(self) -> dict[str, int]:
        """The places that cases have, if they are in order; otherwise those in the document."""
        cases = self._suite.cases
        places = {
            case.key: self._present[case.key]["order_index"]
            if case.key in self._present
            else case.order_index
            for case in cases
        }
        in_order = sorted(places, key=lambda key: (places[key], key))
        if in_order == [case.key for case in cases]:
            return places
        return {case.key: case.order_index for case in cases}

    def _is_reordered(self) -> bool:
        wanted = [case.key for case in self._suite.cases if case.key in self._present]
        return wanted != [key for key in self._present if key in self._keys]

    def _compare_case(self, case: CaseCreate, place: int) -> ChangedCase:
        row = self._present.get(case.key)
        wanted = self._render(case)
        if row is None:
            self._check(case)
            self._created.append({"document": _dump(case, place)})
            return ChangedCase(key=case.key, change="created")
        fields = list(list_changes(_render_stored(row), wanted))[:MAXIMUM_FIELDS]
        if not fields:
            return ChangedCase(key=case.key, change="unchanged")
        self._check(case)
        self._updated.append({"test_case_id": row["id"], "document": _dump(case, place)})
        return ChangedCase(key=case.key, change="updated", fields=fields)

    def _render(self, case: CaseCreate) -> JsonObject:
        try:
            return render_case(case)
        except UnsayableError as error:
            message = f"The case {case.key} cannot be stored: {error}."
            raise SuiteDocumentInvalidError(message, field=f"cases.{case.order_index}") from error

    def _check(self, case: CaseCreate) -> None:
        """Note what the engine would refuse."""
        endpoint = self._endpoints.get(name_endpoint(case.endpoint), case.endpoint)
        try:
            check_case(case.model_copy(update={"endpoint": endpoint}))
        except RequestInvalidError as error:
            path = (error.field or "").split(".")
            detail = error.detail.removeprefix(f"{error.field}: ")
            self._problems.add(("cases", case.order_index, *path), detail)

    def _find_renamed(self) -> list[str]:
        """Cases whose present name another case is to have."""
        wanted = {case.name: case.key for case in self._suite.cases}
        return [
            row["id"]
            for key, row in self._present.items()
            if key in self._keys and wanted.get(row["name"], key) != key
        ]

    def _compare_endpoints(self) -> tuple[list[ChangedPart], _Rows]:
        rows = {f"{row['method']} {row['path']}": row for row in self._state.endpoints}
        parts: list[ChangedPart] = []
        written: _Rows = []
        for name, endpoint in self._suite.endpoints.items():
            present = _try(to_endpoint, rows.get(name))
            wanted = render_endpoint(endpoint)
            known = render_endpoint(present) if present else {}
            # What the document does not tell stays: others use the endpoint, too.
            fields = [
                key for key in wanted if key not in known or not is_same(known[key], wanted[key])
            ]
            parts.append(_describe(name, fields, is_new=name not in rows))
            if parts[-1].change != "unchanged":
                written.append(endpoint.model_dump(mode="json"))
        return parts, written

    def _compare_fixtures(self) -> tuple[list[ChangedPart], _Rows]:
        rows = {row["name"]: row for row in self._state.fixtures}
        parts: list[ChangedPart] = []
        written: _Rows = []
        for name, fixture in self._suite.fixtures.items():
            present = _try(to_fixture, rows.get(name))
            known = render_model(present) if present else {}
            parts.append(
                _describe(name, list(list_changes(known, render_model(fixture))), name not in rows)
            )
            if parts[-1].change != "unchanged":
                written.append(fixture.model_dump(mode="json"))
        return parts, written


def _describe(name: str, fields: list[str], is_new: bool = False) -> ChangedPart:
    if is_new:
        return ChangedPart(name=name, change="created")
    change = "updated" if fields else "unchanged"
    return ChangedPart(name=name, change=change, fields=fields[:MAXIMUM_FIELDS])


def _dump(case: CaseCreate, place: int) -> dict[str, Any]:
    """The case as the database takes it; what is told of its endpoint follows by itself."""
    document = case.model_dump(mode="json", by_alias=True)
    return {**document, "order_index": place}


def _render_stored(row: Mapping[str, Any]) -> JsonObject:
    """A case that was written past the API differs in everything."""
    try:
        return render_case(to_case(row))
    except (ValidationError, UnsayableError):
        return {}


def _try(
    convert: Callable[[Mapping[str, Any]], _Model], row: Mapping[str, Any] | None
) -> _Model | None:
    try:
        return convert(row) if row is not None else None
    except ValidationError:
        return None
