"""Hooks as the API shows them."""

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from app.core.identifiers import (
    ApiTokenId,
    EnvironmentId,
    HookId,
    OrganizationId,
    ProjectId,
    UserId,
)
from app.hooks.filters import Condition
from app.hooks.mapping import MappedValue, RunMapping
from app.hooks.paths import Path, check_query_count
from app.hooks.signatures import Signature
from app.hooks.signatures.standard import StandardScheme
from app.runs.schemas import RunOptions, RunSelection, Variables
from app.web.changes import Changes
from app.web.fields import Name, RequestModel
from app.web.resources import DatedModel

LONGEST_OVERLAP = 2_592_000
USUAL_OVERLAP = 86_400


def _check_conditions(conditions: list[Condition]) -> list[Condition]:
    check_query_count(item.path for item in conditions if item.path is not None)
    return conditions


def _check_mapping(mapping: RunMapping) -> RunMapping:
    check_query_count(
        entry.path if isinstance(entry, MappedValue) else entry for entry in mapping.values()
    )
    return mapping


def _check_paths(paths: list[str]) -> list[str]:
    check_query_count(paths)
    return paths


When = Annotated[
    list[Condition],
    Field(
        max_length=20,
        description="All of it must be so for a run to start; other deliveries are `ignored`.",
        examples=[[{"header": "X-GitHub-Event", "any_of": ["release"]}]],
    ),
    AfterValidator(_check_conditions),
]
CheckedMapping = Annotated[RunMapping, AfterValidator(_check_mapping)]
RedactedPaths = Annotated[
    list[Path],
    Field(
        max_length=50,
        description="What is masked in logged payloads, besides what is named like a secret.",
        examples=[["$.pusher.email"]],
    ),
    AfterValidator(_check_paths),
]
ReplayWindow = Annotated[
    int | None,
    Field(
        ge=0,
        le=2_592_000,
        description="Seconds in which equal content is the same delivery where the sender signs "
        "neither id nor time; null: what suits the scheme.",
    ),
]
GivenSecret = Annotated[
    str | None,
    Field(
        max_length=500,
        description="What the sender signs with, if it chooses; otherwise one is generated.",
        examples=[None],
    ),
]


class HookSettings(RequestModel):
    """What a hook does."""

    enabled: bool = True
    when: When = []
    mapping: CheckedMapping = {}
    selection: RunSelection = RunSelection()
    options: RunOptions = RunOptions()
    variables: Variables = {}
    redacted_paths: RedactedPaths = []
    replay_window_seconds: ReplayWindow = None


class HookCreate(HookSettings):
    """A new hook of a project."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "name": "Releases of the shop",
                "environment_id": "c9f0f895-fb98-4b91-8a3c-1f2e3d4c5b6a",
                "signature": {"scheme": "github"},
                "when": [{"path": "$.action", "any_of": ["published"]}],
                "mapping": {"target_version": "$.release.tag_name"},
                "selection": {"tags": ["smoke"]},
            }
        }
    )

    name: Name
    environment_id: EnvironmentId
    signature: Signature
    secret: GivenSecret = None

    @model_validator(mode="after")
    def _check_secret(self) -> Self:
        if self.secret is not None:
            self.signature.check_secret(self.secret)
        return self

    def to_row(self) -> dict[str, Any]:
        """Return what the database keeps of it, the secret excepted."""
        return rename_conditions(
            self.model_dump(mode="json", exclude_unset=True, exclude={"secret"})
        )


class HookUpdate(Changes):
    """What admins change of a hook; absent fields stay. Another scheme wants another secret, too."""

    name: Name = ""
    environment_id: EnvironmentId = EnvironmentId(UUID(int=0))
    signature: Signature = StandardScheme()
    enabled: bool = True
    when: When = []
    mapping: CheckedMapping = {}
    selection: RunSelection = RunSelection()
    options: RunOptions = RunOptions()
    variables: Variables = {}
    redacted_paths: RedactedPaths = []
    replay_window_seconds: ReplayWindow = None

    def to_row(self) -> dict[str, Any]:
        """Return what was sent, as the database takes it."""
        return rename_conditions(super().to_row())


def rename_conditions(document: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a document: `when` is a word of SQL."""
    return {"conditions" if name == "when" else name: value for name, value in document.items()}


class Hook(DatedModel):
    """What lets another service start a run; deliveries are POSTed to the path of the hook."""

    id: HookId
    organization_id: OrganizationId
    project_id: ProjectId
    environment_id: EnvironmentId
    name: str = Field(examples=["Releases of the shop"])
    enabled: bool
    signature: Signature
    when: list[Condition]
    mapping: dict[str, MappedValue | str]
    selection: RunSelection
    options: RunOptions
    variables: dict[str, str]
    redacted_paths: list[str]
    replay_window_seconds: int | None
    api_token_id: Annotated[
        ApiTokenId | None,
        Field(description="What it acts with; null once the member has left: take the hook over."),
    ]
    secret_last_four: str | None
    secret_set_at: datetime | None
    previous_secret_expires_at: Annotated[
        datetime | None, Field(description="Until then the secret before is accepted, too.")
    ]
    created_by: UserId | None


class HookWithSecret(Hook):
    """A hook and the secret that was generated for it, which is never shown again."""

    secret: Annotated[
        str | None,
        Field(
            description="Null when you chose it yourself.",
            examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        ),
    ]


class SecretRotation(RequestModel):
    """A new secret for a hook."""

    secret: GivenSecret = None
    overlap_seconds: Annotated[
        int,
        Field(
            ge=0,
            le=LONGEST_OVERLAP,
            description="How long the present secret is still accepted.",
            examples=[86_400],
        ),
    ] = USUAL_OVERLAP
