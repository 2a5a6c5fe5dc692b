"""What analyses of results tell the followers of a project."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.core.identifiers import ProjectId
from app.db.session import Session
from app.realtime.models import JsonObject


class _Notification(BaseModel):
    """`run_id` names the run that showed it, if there is one; it occurs now unless told otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    test_case_id: UUID
    run_id: UUID | None = None
    occurred_at: datetime | None = None


class FlakyTest(_Notification):
    """A test passed and failed without a reason: a share of its runs within so many days failed."""

    type: Literal["flaky_test_detected"] = "flaky_test_detected"
    failure_rate: float = Field(ge=0, le=1)
    total_runs: int = Field(ge=1)
    window_days: int = Field(ge=1)


class SlowerTest(_Notification):
    """A test takes longer than it used to."""

    type: Literal["performance_degradation"] = "performance_degradation"
    baseline_ms: float = Field(ge=0)
    current_ms: float = Field(ge=0)
    change_percent: float


Notification = FlakyTest | SlowerTest


async def publish_notifications(
    service: Session,
    project_id: ProjectId,
    notifications: Sequence[Notification],
    request_id: UUID,
) -> int:
    """
    Tell everybody who follows the project, and return how many were news.

    At most 20 at a time; a `request_id` that was seen before publishes nothing, so that it may be
    repeated. Raises `NotFoundError` and `InvalidError` for unknown projects and tests.
    """
    request = {
        "project_id": str(project_id),
        "request_id": str(request_id),
        "notifications": [_to_document(notification) for notification in notifications],
    }
    answer = await service.call("publish_notifications", request, idempotent=True)
    return answer["published"]


def _to_document(notification: Notification) -> JsonObject:
    outside = {"type", "run_id", "occurred_at"}
    data = notification.model_dump(mode="json", exclude=outside)
    return {**notification.model_dump(mode="json", include=outside), "data": data}
