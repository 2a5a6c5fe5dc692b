"""Entries of the audit log as the API shows them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from app.core.identifiers import ApiTokenId, OrganizationId, UserId
from app.web.pagination import PageRequest

ChangeAction = Literal["create", "update", "delete", "resolve_secrets", "rotate_secrets"]


class AuditPageRequest(PageRequest):
    """Which piece of the log, and which entries."""

    entity_type: str | None = Field(default=None, max_length=100, examples=["test_cases"])
    entity_id: UUID | None = None
    actor_id: UserId | None = None
    action: ChangeAction | None = Field(default=None, examples=["update"])
    created_since: AwareDatetime | None = Field(
        default=None, description="Entries from this moment on."
    )


class AuditEntry(BaseModel):
    """One change; of values only what changed, secrets masked."""

    id: int
    organization_id: OrganizationId
    actor_id: UserId | None
    api_token_id: ApiTokenId | None = Field(
        examples=[None], description="The API token that acted for the person, if one did."
    )
    actor_role: str
    service_action: str | None
    action: ChangeAction
    entity_type: str
    entity_id: UUID | None
    old_value: dict[str, Any] | None
    new_value: dict[str, Any] | None
    created_at: datetime
