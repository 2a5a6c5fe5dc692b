"""Batches as the API shows them."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field

from app.core.identifiers import BatchId, EnvironmentId, OrganizationId, ProjectId
from app.runs.schemas import Run, RunCounts, RunStatus, TestsToRun
from app.web.resources import DatedModel


def _refuse_repetition(environment_ids: list[EnvironmentId]) -> list[EnvironmentId]:
    if len(set(environment_ids)) < len(environment_ids):
        message = "name each environment once"
        raise ValueError(message)
    return environment_ids


class BatchStart(TestsToRun):
    """The same tests in several environments; everything else is as for one run."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "project_id": "8f14e45f-ceea-4e7a-9d5b-0a1f2b3c4d5e",
                "environment_ids": [
                    "c9f0f895-fb98-4b91-8a3c-1f2e3d4c5b6a",
                    "d3d94468-02a4-4259-b55d-38e6d163e820",
                ],
                "selection": {"suite_ids": ["45c48cce-2e2d-4fbd-8a1a-9f8e7d6c5b4a"]},
            }
        },
    )

    environment_ids: Annotated[
        list[EnvironmentId],
        Field(min_length=1, max_length=20),
        AfterValidator(_refuse_repetition),
    ]


class Batch(DatedModel):
    """
    Runs that were started together.

    It is unfinished while one of its runs is; then `failed` if one failed, else `cancelled` if one
    was cancelled.
    """

    id: BatchId
    organization_id: OrganizationId
    project_id: ProjectId
    status: RunStatus
    counts: Annotated[RunCounts, Field(description="Of all runs together.")]
    completed_at: datetime | None
    runs: Annotated[list[Run], Field(description="In the order of their environments.")]
