"""The order of suites, which the database writes at once."""

from app.catalog.suites.schemas import SuiteOrder
from app.core.identifiers import ProjectId
from app.db.session import Session


async def reorder_suites(session: Session, project_id: ProjectId, order: SuiteOrder) -> None:
    """Put all suites of a project into this order; raises `OrderIncompleteError` for fewer or more."""
    request = {"project_id": str(project_id), **order.model_dump(mode="json")}
    # Carried out twice it comes to the same.
    await session.call("reorder_test_suites", request, idempotent=True)
