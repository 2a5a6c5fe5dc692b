"""Deliveries as the API shows them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from app.core.identifiers import DeliveryId, HookId, OrganizationId, ProjectId, RunId
from app.web.pagination import PageRequest

Outcome = Literal["accepted", "duplicate", "ignored", "rejected", "failed"]


class DeliverySummary(BaseModel):
    """
    What came in at a hook, and what came of it.

    `accepted` started a run; `duplicate` was accepted before; `ignored` did not fulfil the
    conditions; `rejected` was not signed; `failed` was, and could not start its run.
    """

    id: DeliveryId
    organization_id: OrganizationId
    project_id: ProjectId
    hook_id: HookId
    delivery_id: Annotated[str | None, Field(description="What the sender calls it.")]
    outcome: Outcome
    problem_code: Annotated[str | None, Field(examples=["hook_mapping_failed"])]
    problem_detail: str | None
    run_id: RunId | None
    payload_bytes: int
    received_at: datetime


class Delivery(DeliverySummary):
    """A delivery with its content: secrets masked, cut to size."""

    fingerprint: Annotated[str | None, Field(description="SHA-256 of what was signed.")]
    headers: dict[str, str]
    payload: Any
    run_request: Annotated[
        dict[str, Any] | None, Field(description="The run as the mapping made it.")
    ]


class DeliveryPageRequest(PageRequest):
    """Which deliveries of a hook, the newest first."""

    outcome: Annotated[list[Outcome], Query()] = []
    received_since: Annotated[
        AwareDatetime | None, Query(description="Received then or later.")
    ] = None
    received_before: Annotated[AwareDatetime | None, Query(description="Received before.")] = None
    sort: Annotated[Literal["received_at", "-received_at"], Query()] = "-received_at"
