"""What can be done with suites."""

from collections.abc import Collection
from functools import partial

from app.catalog.dependencies.users import write_unused
from app.catalog.projects.service import get_project
from app.catalog.suites.schemas import (
    Suite,
    SuiteCreate,
    SuiteOrder,
    SuitePageRequest,
    SuitePart,
    SuiteUpdate,
)
from app.core.identifiers import ProjectId, SuiteId
from app.db.conditions import containing
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.orders import Order
from app.web.pagination import Listing, Page
from app.web.removal import call_removal, read_known
from app.web.resources import Resource

SUITES = Resource(
    Listing(
        "test_suites",
        Suite,
        order=("order_index", "created_at", "id"),
        includes={"cases": "cases:test_cases(id,key,name,order_index,enabled)"},
        orders={"cases": ("order_index", "created_at", "id")},
    )
)

ORDER = Order(SuiteOrder, "project_id", reader="get_suite_order", writer="reorder_test_suites")


async def create_suite(session: Session, project_id: ProjectId, suite: SuiteCreate) -> Suite:
    """Create a suite; raises `NotFoundError`, `ForbiddenError` or `AlreadyExistsError`."""
    return await SUITES.create(session, {"project_id": str(project_id), **suite.model_dump()})


async def get_suite(
    session: Session, suite_id: SuiteId, include: Collection[SuitePart] = ()
) -> Suite:
    """Return the suite; raises `NotFoundError` when the caller may not see it."""
    return await SUITES.get(session, suite_id, include)


async def list_suites(
    session: Session, project_id: ProjectId, page: SuitePageRequest
) -> Page[Suite]:
    """Return the suites of a project; raises `NotFoundError`."""
    await get_project(session, project_id)
    where: dict[str, object] = {"project_id": project_id}
    if page.enabled is not None:
        where["enabled"] = page.enabled
    if page.text:
        where["name"] = containing(page.text)
    return await SUITES.listing.select_page(
        session, page, sort=page.sort, include=page.include, **where
    )


async def update_suite(
    session: Session, suite_id: SuiteId, changes: SuiteUpdate, precondition: Precondition
) -> Suite:
    """Change a suite; raises `ForbiddenError` to viewers, `AlreadyExistsError` for a taken name."""
    return await SUITES.change(session, suite_id, changes.to_row(), precondition)


async def get_suite_order(session: Session, project_id: ProjectId) -> SuiteOrder:
    """Return all suites of a project in their order; raises `NotFoundError`."""
    return await ORDER.read(session, project_id)


async def reorder_suites(
    session: Session, project_id: ProjectId, order: SuiteOrder, precondition: Precondition
) -> SuiteOrder:
    """Put the suites of a project into an order; raises as `Order.write`."""
    return await ORDER.write(session, project_id, order, precondition)


async def delete_suite(
    session: Session,
    suite_id: SuiteId,
    precondition: Precondition,
    *,
    cascade: bool,
    with_results: bool,
) -> None:
    """
    Delete a suite with its tests.

    Raises `CaseInUseError` when tests of other suites need one of its tests, unless `cascade`,
    `UsersChangedError` when those are changed again and again, and `HasResultsError` unless `with_results`.
    """
    read_at = await read_known(session, SUITES, suite_id, precondition)
    request = {"suite_id": str(suite_id), "cascade": cascade, "with_results": with_results}
    remove = partial(call_removal, session, "delete_test_suite", read_at, **request)
    if cascade:
        await remove()
    else:
        await write_unused(session, lambda users: remove(users_version=users), suite_id=suite_id)
