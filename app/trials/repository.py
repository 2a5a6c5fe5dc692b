"""Where trials get from what they need."""

from app.core.identifiers import EnvironmentId, ProjectId, TestCaseId
from app.db.session import Json, Session
from app.engine import JsonObject


async def get_plan_of_case(
    session: Session,
    test_case_id: TestCaseId,
    environment_id: EnvironmentId | None,
    *,
    sends: bool,
) -> Json:
    """Return the plan of a stored case; raises `NotFoundError`, or `ForbiddenError` to send it."""
    request = {"test_case_id": str(test_case_id), **_write(environment_id, sends)}
    return await session.call("get_trial_plan", request, idempotent=True)


async def get_plan_of_draft(
    session: Session,
    project_id: ProjectId,
    document: JsonObject,
    environment_id: EnvironmentId | None,
    *,
    sends: bool,
) -> Json:
    """Return what the plan of a draft needs; raises as `get_plan_of_case`."""
    request = {
        "project_id": str(project_id),
        "document": document,
        **_write(environment_id, sends),
    }
    return await session.call("get_trial_plan", request, idempotent=True)


def _write(environment_id: EnvironmentId | None, sends: bool) -> JsonObject:
    identifier = None if environment_id is None else str(environment_id)
    return {"environment_id": identifier, "sends": sends}
