"""Suite documents, and what storing one does, as the API shows it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.catalog.cases.schemas.cases import CaseCreate
from app.catalog.endpoints.schemas import CaseEndpoint
from app.catalog.fixtures.schemas import FixtureCreate
from app.core.identifiers import SuiteId
from app.web.described import ALL_SHOWN
from app.web.fields import Description, Name, RequestModel

VERSION = 1
MAXIMUM_CASES = 1_000
SCHEMA_FILE = "suite.schema.json"

Missing = Literal["remove", "delete", "keep"]
CaseChange = Literal["created", "updated", "unchanged", "disabled", "deleted", "kept"]
PartChange = Literal["created", "updated", "unchanged"]


class SuiteDocument(RequestModel):
    """A suite as a file; what is in `cases`, `endpoints` and `fixtures` is validated one by one."""

    model_config = ConfigDict(populate_by_name=True)

    json_schema: str | None = Field(
        default=None, alias="$schema", max_length=2_048, description="For editors; not stored."
    )
    version: Literal[1] = Field(description="Of the format.")
    name: Name = Field(
        description="By which the suite is known in its project.", examples=["Checkout"]
    )
    description: Description | None = None
    enabled: bool = True
    cases: list[dict[str, Any]] = Field(
        default_factory=list[dict[str, Any]],
        max_length=MAXIMUM_CASES,
        description="In the order in which runs take them.",
    )
    endpoints: dict[str, dict[str, Any]] = Field(
        default_factory=dict[str, dict[str, Any]],
        description="What is known about the endpoints of the cases, by method and path.",
    )
    fixtures: dict[str, dict[str, Any]] = Field(
        default_factory=dict[str, dict[str, Any]],
        max_length=1_000,
        description="Test data of the project that the cases use, by name.",
    )


@dataclass(frozen=True, slots=True)
class Suite:
    """What a document says, in terms of the API; cases have their place as `order_index`."""

    name: str
    description: str | None
    enabled: bool
    cases: list[CaseCreate]
    endpoints: dict[str, CaseEndpoint] = field(default_factory=dict[str, CaseEndpoint])
    fixtures: dict[str, FixtureCreate] = field(default_factory=dict[str, FixtureCreate])


class StoreOptions(RequestModel):
    """How a document is stored."""

    missing: Missing = Field(
        default="remove",
        description="What becomes of cases that the document does not have. `remove`: one that "
        "never ran is deleted, one with results is disabled, and its results stay; `delete`: they "
        "are deleted with their results; `keep`: they stay as they are.",
    )
    dry_run: bool = Field(default=False, description="Only report what would be done.")


class ChangedCase(BaseModel):
    """A case and what became of it."""

    model_config = ALL_SHOWN

    key: str = Field(examples=["login"])
    change: CaseChange = Field(
        description="`disabled`: the document does not have it, and its results stay; "
        "`kept`: the document does not have it, and it stays as it is."
    )
    fields: list[str] = Field(
        default_factory=list[str],
        description="Dotted paths of what differed, as in the document.",
        examples=[["request.body.email"]],
    )
    has_results: bool = Field(
        default=False, description="Whether results go with a deleted case, or stay without it."
    )


class ChangedPart(BaseModel):
    """A fixture, an endpoint or the suite itself, and what became of it."""

    model_config = ALL_SHOWN

    name: str = Field(examples=["users"])
    change: PartChange
    fields: list[str] = Field(default_factory=list[str], examples=[["data"]])


class SuiteDocumentReport(BaseModel):
    """What storing a document did, or would do."""

    dry_run: bool
    changed: bool = Field(description="False when everything was like that already.")
    suite_id: SuiteId | None = Field(description="Null when a dry run would create the suite.")
    suite: ChangedPart
    cases: list[ChangedCase]
    reordered: bool = Field(description="Whether cases that were there change places.")
    endpoints: list[ChangedPart]
    fixtures: list[ChangedPart] = Field(
        description="They belong to the project: other suites may use them, too."
    )
    document_etag: str | None = Field(
        description="`ETag` of the suite's document in YAML as it is now; null for a dry run.",
        examples=['"kZ9w1Y0cX3vUq2sPnM4LdA"'],
    )
