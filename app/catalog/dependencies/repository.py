"""What the database knows of dependencies."""

from typing import Any
from uuid import UUID

from app.catalog.dependencies.schemas import Dependency, DependencyCreate
from app.core.identifiers import DependencyId, ProjectId
from app.db.session import Json, Session

_COLUMNS = ",".join(Dependency.model_fields)


async def get_test_graph(session: Session, project_id: ProjectId) -> Json:
    """Return the tests and dependencies of a project, or None."""
    return await session.call("get_test_graph", {"project_id": str(project_id)}, idempotent=True)


async def find_possible_users(session: Session, **subject: UUID) -> Json:
    """Return tests, others that may use them and whether the caller may change them, or None."""
    request: dict[str, Any] = {name: str(value) for name, value in subject.items()}
    return await session.call("find_possible_users", request, idempotent=True)


async def create_dependency(
    session: Session, project_id: ProjectId, dependency: DependencyCreate
) -> Dependency:
    """Declare a dependency between tests of the project."""
    request = {"project_id": str(project_id), **dependency.model_dump(mode="json")}
    return Dependency.model_validate(await session.call("create_test_dependency", request))


async def find_dependency(session: Session, dependency_id: DependencyId) -> Dependency | None:
    """Return the dependency if the caller may see it."""
    row = await session.find("test_dependencies", _COLUMNS, id=dependency_id)
    return Dependency.model_validate(row) if row else None


async def delete_dependency(
    session: Session, dependency_id: DependencyId, known: Dependency | None
) -> bool:
    """Delete a dependency, if it still is the known one; say whether the caller may and it is."""
    fields = known.model_dump(include={"dependency_type", "condition"}) if known else {}
    return await session.delete("test_dependencies", dependency_id, **fields)
