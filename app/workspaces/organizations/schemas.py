"""Organizations as the API shows them."""

from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator

from app.core.identifiers import OrganizationId
from app.engine.errors import InvalidPlanError
from app.engine.network.policy import MAXIMUM_ENTRIES
from app.engine.network.policy import NetworkPolicy as EnginePolicy
from app.web.changes import Changes
from app.web.described import DescribedAs
from app.web.fields import Description, Name, RequestModel
from app.web.resources import DatedModel

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+$", min_length=2, max_length=63)]
NetworkEntry = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=253)
]


class NetworkPolicy(RequestModel):
    """
    Which hosts and networks the tests of an organization may reach.

    `deny` refuses, `allow` opens private networks that are closed otherwise; `*` in `deny` refuses
    everything that `allow` does not name.
    """

    allow: list[NetworkEntry] = Field(
        default_factory=list,
        max_length=MAXIMUM_ENTRIES,
        examples=[["shop.internal", "10.1.0.0/16"]],
    )
    deny: list[NetworkEntry] = Field(
        default_factory=list, max_length=MAXIMUM_ENTRIES, examples=[["*.payments.example.com"]]
    )

    @model_validator(mode="after")
    def _check_entries(self) -> Self:
        try:
            EnginePolicy.from_document({"allow": [*self.allow], "deny": [*self.deny]})
        except InvalidPlanError as error:
            message = f"{error.field.removeprefix('network_policy.')}: {error.message}"
            raise ValueError(message) from error
        return self


class OrganizationCreate(RequestModel):
    """A new organization; its creator becomes the owner."""

    name: Name = Field(examples=["Acme"])
    slug: Slug = Field(examples=["acme"], description="Unique among all organizations.")
    description: Description | None = Field(default=None, examples=["Shop and payments"])


class OrganizationUpdate(Changes):
    """What admins change of an organization; absent fields stay."""

    name: Name = Field(default="", examples=["Acme"])
    slug: Slug = Field(default="", examples=["acme"])
    description: Description | None = None
    network_policy: NetworkPolicy = NetworkPolicy()

    def to_row(self) -> dict[str, Any]:
        """Return what was sent, as the database takes it; empty lists are left out."""
        row = super().to_row()
        if "network_policy" in row:
            row["network_policy"] = self.network_policy.model_dump(exclude_defaults=True)
        return row


class Organization(DatedModel):
    """A tenant."""

    id: OrganizationId
    name: str = Field(examples=["Acme"])
    slug: str = Field(examples=["acme"])
    description: str | None = Field(examples=["Shop and payments"])
    network_policy: Annotated[dict[str, list[str]], DescribedAs(NetworkPolicy)]
