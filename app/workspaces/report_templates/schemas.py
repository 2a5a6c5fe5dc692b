"""Report templates as the API shows them."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.core.identifiers import OrganizationId, ReportTemplateId, UserId
from app.web.changes import Changes
from app.web.described import ALL_SHOWN
from app.web.fields import Name, RequestModel
from app.web.resources import DatedModel

Days = Annotated[int, Field(ge=1, le=730, description="How far back the report looks.")]
EnvironmentNames = Annotated[
    list[Name], Field(max_length=100, description="Empty for all environments.")
]


class ReportContents(BaseModel):
    """What a report contains."""

    includes_performance: bool = True
    includes_failures: bool = True
    includes_flaky_tests: bool = True
    includes_trends: bool = True
    date_range_days: Days = 7
    environments: EnvironmentNames = []


class ReportTemplateCreate(ReportContents, RequestModel):
    """A new template."""

    name: Name = Field(examples=["Weekly report"])


class ReportTemplateUpdate(ReportContents, Changes):
    """What editors change of a template; absent fields stay."""

    name: Name = Field(default="", examples=["Monthly report"])


class ReportTemplate(ReportContents, DatedModel):
    """What a report of an organization contains."""

    model_config = ALL_SHOWN

    id: ReportTemplateId
    organization_id: OrganizationId
    user_id: UserId | None
    name: str = Field(examples=["Weekly report"])
