"""API tokens as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import Field

from app.core.identifiers import ApiTokenId, OrganizationId, ProjectId, UserId
from app.web.changes import Changes
from app.web.fields import Name, RequestModel
from app.web.pagination import PageRequest
from app.web.resources import DatedModel

Scope = Literal["read", "run", "write"]
Sort = Literal["created_at", "-created_at", "name", "-name", "expires_at", "-expires_at"]


class ApiTokenCreate(RequestModel):
    """A new token of the caller; it never may do more than they may themselves."""

    name: Name = Field(examples=["Nightly build"])
    scope: Scope = Field(
        examples=["run"],
        description="`read`; `run` may also start and cancel runs; `write` may also change tests.",
    )
    project_id: ProjectId | None = Field(
        default=None,
        examples=[None],
        description="The one project that it reaches; null for all of the organization.",
    )
    expires_in_days: int = Field(default=90, ge=1, le=365, examples=[90])


class ApiTokenUpdate(Changes):
    """Another name; whoever needs other rights makes another token."""

    name: Name = Field(default="", examples=["Nightly build"])


class ApiToken(DatedModel):
    """What a machine acts with for a member; of its secret only the end is shown."""

    id: ApiTokenId
    organization_id: OrganizationId
    project_id: ProjectId | None = Field(examples=[None])
    user_id: UserId = Field(description="For whom it acts.")
    name: str = Field(examples=["Nightly build"])
    scope: Scope
    last_four: str | None = Field(examples=["x7Qk"])
    expires_at: datetime
    revoked_at: datetime | None = Field(examples=[None])
    last_used_at: datetime | None = Field(
        examples=[None], description="When it was last exchanged, to within a minute."
    )


class ApiTokenWithSecret(ApiToken):
    """A new token with its secret, which is never shown again."""

    api_token: str = Field(examples=["atp_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE"])


class ApiTokenPageRequest(PageRequest):
    """Which tokens, in which order."""

    user_id: Annotated[UserId | None, Query()] = None
    project_id: Annotated[ProjectId | None, Query()] = None
    scope: Annotated[list[Scope], Query()] = []
    sort: Annotated[Sort, Query()] = "created_at"
