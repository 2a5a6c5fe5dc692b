"""Where imports are kept."""

from collections.abc import Mapping
from typing import Any

from app.catalog.importers.schemas import Import, ImportState, ImportSummary
from app.core.identifiers import ImportId, ProjectId
from app.db.session import Session
from app.web.pagination import Listing, Page, PageRequest

_IMPORTS = Listing("api_imports", ImportSummary, order=("created_at", "id"))
_IMPORT_COLUMNS = ",".join(Import.model_fields)


async def find_network_policy(session: Session, project_id: ProjectId) -> Mapping[str, Any] | None:
    """Return what tests of the project may reach; None when the caller may not see the project."""
    row = await session.find("projects", "id,organizations(network_policy)", id=project_id)
    return row["organizations"]["network_policy"] if row else None


async def get_import_state(session: Session, project_id: ProjectId, source: str) -> ImportState:
    """Return the cases of the project, those from this document in full."""
    request = {"project_id": str(project_id), "source": source}
    document = await session.call("get_import_state", request, idempotent=True)
    return ImportState.model_validate(document)


async def apply_import(session: Session, request: Mapping[str, Any]) -> Import:
    """Write all of an import, or nothing."""
    return Import.model_validate(await session.call("apply_import", request))


async def find_import(session: Session, import_id: ImportId) -> Import | None:
    """Return the import if the caller may see it."""
    row = await session.find("api_imports", _IMPORT_COLUMNS, id=import_id)
    return Import.model_validate(row) if row else None


async def list_imports(
    session: Session, project_id: ProjectId, page: PageRequest
) -> Page[ImportSummary]:
    """Return the imports of a project, newest first."""
    return await _IMPORTS.select_page(session, page, sort="-created_at", project_id=project_id)
