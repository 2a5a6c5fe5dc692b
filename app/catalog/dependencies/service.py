"""What can be done with the dependencies of a project."""

import asyncio

from app.catalog.dependencies import repository
from app.catalog.dependencies.graph import build_graph
from app.catalog.dependencies.schemas import Dependency, DependencyCreate, DependencyGraph
from app.core.errors import ForbiddenError, NotFoundError
from app.core.identifiers import DependencyId, ProjectId
from app.db.errors import DependencyCycleError
from app.db.session import Session
from app.web.entity_tags import Precondition
from app.web.errors import PreconditionFailedError


async def get_dependency_graph(session: Session, project_id: ProjectId) -> DependencyGraph:
    """Return what runs after what in a project; raises `NotFoundError`."""
    document = await repository.get_test_graph(session, project_id)
    if document is None:
        raise NotFoundError
    # Half a second for thousands of tests.
    return await asyncio.to_thread(build_graph, document)


async def create_dependency(
    session: Session, project_id: ProjectId, dependency: DependencyCreate
) -> Dependency:
    """
    Declare a dependency.

    Raises `NotFoundError`, `ForbiddenError`, `AlreadyExistsError`, `RequiredTestNotFoundError` for
    tests of other projects, or `DependencyCycleError`.
    """
    if dependency.dependent_test_id == dependency.required_test_id:
        message = "A test cannot depend on itself."
        raise DependencyCycleError(message, field="required_test_id")
    return await repository.create_dependency(session, project_id, dependency)


async def get_dependency(session: Session, dependency_id: DependencyId) -> Dependency:
    """Return a dependency; raises `NotFoundError`."""
    dependency = await repository.find_dependency(session, dependency_id)
    if dependency is None:
        raise NotFoundError
    return dependency


async def delete_dependency(
    session: Session, dependency_id: DependencyId, precondition: Precondition
) -> None:
    """Remove a dependency; raises `NotFoundError`, `ForbiddenError` or `PreconditionFailedError`."""
    known = await get_dependency(session, dependency_id) if precondition.is_given else None
    if known is not None:
        precondition.check(known)
    if not await repository.delete_dependency(session, dependency_id, known):
        present = await get_dependency(session, dependency_id)
        raise ForbiddenError if known in (None, present) else PreconditionFailedError
