"""What can be done with documents of other tools."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urljoin

from app.catalog.importers import repository
from app.catalog.importers.building import check_count
from app.catalog.importers.intake import Intake
from app.catalog.importers.model import Imported, ImportedVariable
from app.catalog.importers.planning import ImportPlan, ImportPlanner
from app.catalog.importers.schemas import (
    Import,
    ImportCreate,
    ImportPreview,
    ImportState,
    ImportSummary,
)
from app.catalog.projects.service import get_project
from app.core.errors import NotFoundError
from app.core.identifiers import ImportId, ProjectId
from app.db.session import Session
from app.web.pagination import Page, PageRequest


async def import_document(
    session: Session, intake: Intake, project_id: ProjectId, wanted: ImportCreate
) -> Import | ImportPreview:
    """
    Create and update the cases that a document describes, all or nothing.

    Raises `NotFoundError`, `ForbiddenError`, `DocumentInvalidError`, `DocumentUnreachableError`, or
    `ConflictError` when somebody changes a case meanwhile.
    """
    policy = await repository.find_network_policy(session, project_id)
    if policy is None:
        raise NotFoundError
    text = wanted.text
    if text is None:
        text = await intake.fetch(wanted.url or "", policy)
    imported = _locate(await intake.read(wanted.format, text), wanted.url)
    check_count(sum(1 for _ in imported.cases))
    source = wanted.source or imported.title
    state = await repository.get_import_state(session, project_id, source)
    plan = await asyncio.to_thread(_plan, imported, state)
    if wanted.dry_run:
        return ImportPreview(source=source, report=plan.report)
    request = {
        "project_id": str(project_id),
        "format": wanted.format,
        "source": source,
        "url": wanted.url,
        "environment_id": wanted.environment_id and str(wanted.environment_id),
        "variables": _to_rows(imported.variables),
        "suites": plan.suites,
        "created": plan.created,
        "updated": plan.updated,
        "kept": plan.kept,
        "report": plan.report.model_dump(mode="json"),
    }
    return await repository.apply_import(session, request)


async def get_import(session: Session, import_id: ImportId) -> Import:
    """Return the import; raises `NotFoundError` when the caller may not see it."""
    found = await repository.find_import(session, import_id)
    if found is None:
        raise NotFoundError
    return found


async def list_imports(
    session: Session, project_id: ProjectId, page: PageRequest
) -> Page[ImportSummary]:
    """Return the imports of a project, newest first; raises `NotFoundError`."""
    await get_project(session, project_id)
    return await repository.list_imports(session, project_id, page)


def _locate(imported: Imported, url: str | None) -> Imported:
    """Where the API is may be said relative to where the document was found."""
    base_url = imported.base_url
    if base_url is None or base_url.startswith(("http://", "https://")):
        return imported
    return replace(imported, base_url=urljoin(url, base_url).rstrip("/") if url else None)


def _plan(imported: Imported, state: ImportState) -> ImportPlan:
    return ImportPlanner(imported, state).plan()


def _to_rows(variables: Sequence[ImportedVariable]) -> list[dict[str, object]]:
    """Secrets come without a value, others need one."""
    return [
        {
            "key": variable.key,
            "value": None if variable.is_secret else variable.value or "",
            "is_secret": variable.is_secret,
        }
        for variable in variables
    ]
