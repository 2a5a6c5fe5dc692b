"""How suites and test cases are copied."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.catalog.cases.documents import CaseDocument, from_stored, rename_keys
from app.catalog.cases.schemas.cases import Case, CaseCreate
from app.catalog.cases.service import create_case
from app.catalog.cases.validation import to_planned_test
from app.catalog.duplicates import repository
from app.catalog.duplicates.naming import key_copy, name_copy
from app.catalog.duplicates.schemas import CaseDuplicate, SuiteDuplicate
from app.catalog.suites.schemas import Suite
from app.core.errors import NotFoundError
from app.core.identifiers import SuiteId, TestCaseId
from app.db.session import Session
from app.engine import PlannedTest
from app.engine.dependencies import Dependency, derive_dependencies
from app.engine.document import Document
from app.web.errors import RequestInvalidError

# What is certainly written within the time that a statement has.
MAXIMUM_CASES: Final = 2_000


async def duplicate_suite(session: Session, suite_id: SuiteId, wanted: SuiteDuplicate) -> Suite:
    """
    Copy a suite with its cases, which need each other as the originals do.

    Raises `NotFoundError`, `ForbiddenError`, `AlreadyExistsError` for a taken name, or
    `RequestInvalidError` for a suite of too many cases.
    """
    original = await repository.find_suite_to_copy(session, suite_id=suite_id)
    if original is None:
        raise NotFoundError
    count = len(original["cases"])
    if count > MAXIMUM_CASES:
        message = f"The suite has {count} cases; at most {MAXIMUM_CASES} are copied at a time."
        raise RequestInvalidError(message)
    name = wanted.name or name_copy(original["suite"]["name"], original["suite_names"])
    copies = await asyncio.to_thread(_copy_cases, original["cases"], set(original["keys"]))
    return await repository.copy_suite(session, suite_id, name, copies)


async def duplicate_case(session: Session, case_id: TestCaseId, wanted: CaseDuplicate) -> Case:
    """
    Copy a case within its suite; it depends on what the original depends on.

    Raises `NotFoundError`, `ForbiddenError`, or `AlreadyExistsError` for a taken key or name.
    """
    original = await repository.find_suite_to_copy(session, test_case_id=case_id)
    if original is None:
        raise NotFoundError
    document = from_stored(original["cases"][0])
    key = wanted.key or key_copy(document["key"], original["keys"])
    copy = rename_keys(document, {document["key"]: key})
    copy["name"] = wanted.name or name_copy(document["name"], original["case_names"])
    return await create_case(session, original["suite"]["id"], CaseCreate.model_validate(copy))


def _copy_cases(cases: Sequence[Mapping[str, Any]], taken: set[str]) -> list[CaseDocument]:
    """Return the documents of copies, under keys that nobody has taken."""
    documents = declare_derived([from_stored(case) for case in cases])
    keys: dict[str, str] = {}
    for document in documents:
        keys[document["key"]] = key_copy(document["key"], taken)
        taken.add(keys[document["key"]])
    return [rename_keys(document, keys) for document in documents]


def declare_derived(documents: Sequence[CaseDocument]) -> list[CaseDocument]:
    """
    Return the documents with the dependencies among them that so far only templates imply.

    What a test shares under a name of its own (a token, a variable) has a second maker in the
    copy, and then nobody can derive which of them is meant.
    """
    tests = [
        PlannedTest.from_document(Document(to_planned_test(CaseCreate.model_validate(document))))
        for document in documents
    ]
    keys = {document["key"] for document in documents}
    declared = [
        Dependency(dependent_key=document["key"], required_key=entry["required_test_key"])
        for document in documents
        for entry in document["dependencies"]
        if entry["required_test_key"] in keys
    ]
    derived = defaultdict[str, list[dict[str, str]]](list)
    for entry in derive_dependencies(tests, declared):
        derived[entry.dependent_key].append(_declare(entry))
    return [
        {**document, "dependencies": [*document["dependencies"], *derived[document["key"]]]}
        for document in documents
    ]


def _declare(dependency: Dependency) -> dict[str, str]:
    return {
        "required_test_key": dependency.required_key,
        "dependency_type": dependency.type,
        "condition": dependency.condition,
    }
