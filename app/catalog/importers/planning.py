"""Works out what an import does to the cases that a project has."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from app.catalog.cases.documents import CaseDocument, from_stored, rename_keys, to_document
from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.cases.validation import check_case
from app.catalog.importers.case_documents import from_mergeable, to_mergeable
from app.catalog.importers.keys import KeyMaker
from app.catalog.importers.merging import Merge
from app.catalog.importers.model import Imported, ImportedCase, ImportedSuite
from app.catalog.importers.schemas import (
    ImportReport,
    ImportState,
    ReportedCase,
    ReportedNotice,
    ReportedVariable,
)
from app.web.errors import RequestInvalidError

MAXIMUM_NOTICES = 2_000
LONGEST_NAME = 200
DELETED = "Somebody has deleted it; it is not imported again."
EDITED = "Somebody has changed it, and so has the document; the person's change stays."


@dataclass(slots=True)
class ImportPlan:
    """What is written, as `apply_import` takes it, and what is reported."""

    report: ImportReport
    suites: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    created: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    updated: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    kept: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


class ImportPlanner:
    """Compares a document with the present cases; writes nothing."""

    def __init__(self, imported: Imported, state: ImportState) -> None:
        self._imported = imported
        self._known = {case["origin"]: case for case in state.cases}
        self._names: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for taken in state.taken:
            self._names[taken["suite"]][taken["name"]] = taken["key"]
        self._suites = {taken["key"]: taken["suite"] for taken in state.taken}
        self._keys = self._assign_keys()
        self._plan = ImportPlan(_begin_report(imported))

    def plan(self) -> ImportPlan:
        """Return what has to be done."""
        for suite in self._imported.suites:
            for case in suite.cases:
                self._plan_case(suite, case)
            if any(entry["suite"] == suite.name for entry in self._plan.created):
                self._plan.suites.append({"name": suite.name, "description": suite.description})
        self._report_missing()
        return self._plan

    def _assign_keys(self) -> Mapping[str, str]:
        """The key of each imported case: the one that it has, or a free one."""
        maker = KeyMaker(self._suites)
        keys: dict[str, str] = {}
        for item in self._imported.cases:
            known = self._known.get(item.origin)
            if known is None:
                keys[item.case.key] = maker.make(item.case.key)
            elif known["present"]:
                keys[item.case.key] = known["present"]["key"]
        return {wanted: key for wanted, key in keys.items() if wanted != key}

    def _plan_case(self, suite: ImportedSuite, item: ImportedCase) -> None:
        document = rename_keys(to_document(item.case), self._keys)
        known = self._known.get(item.origin)
        if known is None:
            self._create(suite.name, item.origin, document)
        elif known["present"] is None:
            key = known["imported"]["key"]
            kept = ReportedCase(origin=item.origin, key=key, reason=DELETED)
            self._plan.report.kept.append(kept)
        else:
            self._update(item.origin, document, known)

    def _create(self, suite: str, origin: str, document: CaseDocument) -> None:
        names = self._names[suite]
        if document["name"] in names:
            document["name"] = _find_free_name(document["name"], names)
        names[document["name"]] = document["key"]
        self._plan.created.append({"suite": suite, "origin": origin, "document": document})
        reported = ReportedCase(origin=origin, key=document["key"], suite=suite)
        self._plan.report.created.append(reported)

    def _update(self, origin: str, theirs: CaseDocument, known: Mapping[str, Any]) -> None:
        # A case that is not in the document any more may still use what this one captures.
        captures = theirs["response"]["capture_vars"]
        theirs["response"]["capture_vars"] = {
            **known["imported"]["response"]["capture_vars"],
            **captures,
        }
        present = from_stored(known["present"])
        base, mine = to_mergeable(known["imported"]), to_mergeable(present)
        merge = Merge()
        merged = merge.merge(base, mine, to_mergeable(theirs))
        document = from_mergeable(merged, present)
        problem = self._find_problem(document) if merge.updated else None
        key = present["key"]
        if problem is not None:
            reason = f"What changed in the document does not fit: {problem}"
            self._plan.report.kept.append(ReportedCase(origin=origin, key=key, reason=reason))
            return
        entry = {"origin": origin, "imported": theirs}
        if merge.updated:
            self._write_update(entry, known, document)
            reported = ReportedCase(origin=origin, key=key, fields=merge.updated)
            self._plan.report.updated.append(reported)
        elif theirs != known["imported"]:
            self._plan.kept.append({**entry, "document": {"key": key}})
        if merge.kept:
            kept = ReportedCase(origin=origin, key=key, fields=merge.kept, reason=EDITED)
            self._plan.report.kept.append(kept)
        self._plan.report.unchanged += not (merge.updated or merge.kept)

    def _write_update(
        self, entry: dict[str, Any], known: Mapping[str, Any], document: CaseDocument
    ) -> None:
        self._names[self._suites[document["key"]]][document["name"]] = document["key"]
        self._plan.updated.append(
            {
                **entry,
                "test_case_id": known["test_case_id"],
                "read_at": known["present"]["updated_at"],
                "document": document,
            }
        )

    def _find_problem(self, document: CaseDocument) -> str | None:
        """Why a merged case cannot be stored."""
        owner = self._names[self._suites[document["key"]]].get(document["name"])
        if owner not in (None, document["key"]):
            return f"its suite has another case named {document['name']}"
        try:
            check_case(CaseCreate.model_validate(document))
        except (ValidationError, RequestInvalidError) as error:
            return str(error)[:500]
        return None

    def _report_missing(self) -> None:
        origins = {item.origin for item in self._imported.cases}
        for origin, known in self._known.items():
            if origin not in origins and known["present"]:
                missing = ReportedCase(origin=origin, key=known["present"]["key"])
                self._plan.report.missing.append(missing)


def _begin_report(imported: Imported) -> ImportReport:
    notices = imported.notices[:MAXIMUM_NOTICES]
    return ImportReport(
        notices=[
            ReportedNotice(kind=notice.kind, place=notice.place[:2_000], text=notice.text[:1_000])
            for notice in notices
        ],
        omitted_notices=len(imported.notices) - len(notices),
        variables=[
            ReportedVariable(
                key=variable.key,
                value=None if variable.is_secret else variable.value,
                is_secret=variable.is_secret,
                description=variable.description,
            )
            for variable in imported.variables
        ],
        base_url=imported.base_url,
    )


def _find_free_name(name: str, taken: Mapping[str, str]) -> str:
    number = 2
    while (candidate := f"{name[: LONGEST_NAME - 10]} {number}") in taken:
        number += 1
    return candidate
