"""Imports as the API shows them."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.catalog.importers.model import NoticeKind
from app.catalog.importers.readers import Format
from app.core.identifiers import EnvironmentId, ImportId, OrganizationId, ProjectId, UserId
from app.web.described import ALL_SHOWN
from app.web.fields import BaseUrl, Name, RequestModel


class ImportCreate(RequestModel):
    """A document, as `text` or at `url`, and what to do with it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"format": "curl", "text": "curl https://api.example.com/users/1", "source": "Shop"}
            ]
        }
    )

    format: Format = Field(examples=["openapi"])
    text: Annotated[str, StringConstraints(min_length=1)] | None = Field(
        default=None,
        description="Content of the file: JSON or YAML.",
        examples=["openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {}\n"],
    )
    url: BaseUrl | None = Field(default=None, examples=["https://api.example.com/openapi.json"])
    source: Name | None = Field(
        default=None,
        description="Name of the document, by which its next version is known; default: its title.",
        examples=["Shop"],
    )
    environment_id: EnvironmentId | None = Field(
        default=None,
        description="Where to make the variables that are missing; needs the role admin.",
    )
    dry_run: bool = Field(default=False, description="Only report what would be done.")

    @model_validator(mode="after")
    def _require_one_document(self) -> Self:
        if (self.text is None) == (self.url is None):
            message = "exactly one of text and url is needed"
            raise ValueError(message)
        return self


class ReportedCase(BaseModel):
    """A case and what became of it; `fields` are dotted paths."""

    model_config = ALL_SHOWN

    origin: str = Field(description="Its name in the document.", examples=["GET /users/{id}"])
    key: str = Field(examples=["get-user"])
    suite: str | None = Field(default=None, examples=["Users"])
    fields: list[str] = Field(default_factory=list[str], examples=[["request.body.email"]])
    reason: str | None = Field(default=None, examples=["Somebody has changed it, too."])


class ReportedNotice(BaseModel):
    """Something to know about a place in the document."""

    kind: NoticeKind
    place: str = Field(examples=["/paths/~1users/get"])
    text: str


class ReportedVariable(BaseModel):
    """A variable that the cases use."""

    key: str = Field(examples=["API_TOKEN"])
    value: str | None
    is_secret: bool
    description: str | None


class ImportReport(BaseModel):
    """What an import did, what it could not, and why."""

    model_config = ALL_SHOWN

    created: list[ReportedCase] = Field(default_factory=list[ReportedCase])
    updated: list[ReportedCase] = Field(default_factory=list[ReportedCase])
    kept: list[ReportedCase] = Field(
        default_factory=list[ReportedCase],
        description="As people made it, the document regardless.",
    )
    missing: list[ReportedCase] = Field(
        default_factory=list[ReportedCase],
        description="Imported before and not in the document any more; they stay.",
    )
    unchanged: int = Field(default=0, examples=[12])
    notices: list[ReportedNotice] = Field(default_factory=list[ReportedNotice])
    omitted_notices: int = Field(default=0, description="How many more there were.")
    variables: list[ReportedVariable] = Field(default_factory=list[ReportedVariable])
    base_url: str | None = Field(default=None, examples=["https://api.example.com"])


class ImportSummary(BaseModel):
    """An import in a list."""

    id: ImportId
    organization_id: OrganizationId
    project_id: ProjectId
    format: Format
    source: str = Field(examples=["Shop"])
    url: str | None
    created_by: UserId | None
    created_at: datetime


class Import(ImportSummary):
    """An import with its report."""

    report: ImportReport


class ImportPreview(BaseModel):
    """What an import would do."""

    source: str = Field(examples=["Shop"])
    report: ImportReport


class ImportState(BaseModel):
    """What a project has before an import."""

    taken: list[dict[str, str]]
    cases: list[dict[str, Any]]
