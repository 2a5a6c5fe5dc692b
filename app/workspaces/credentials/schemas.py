"""Credentials as the API shows them."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, ConfigDict, Field, SecretStr, field_validator, model_validator

from app.core.identifiers import CredentialId, OrganizationId
from app.web.changes import Changes
from app.web.fields import Name, RequestModel, SearchText
from app.web.pagination import PageRequest
from app.web.resources import DatedModel

SecretPart = Annotated[SecretStr, Field(min_length=1, max_length=65_536)]
CredentialType = Literal[
    "api-key", "bearer-token", "basic-auth", "oauth2", "jwt-hs256", "aws-sigv4", "mtls"
]
LastFour = Annotated[
    str | None, Field(examples=["6789"], description="Null for none or a short one.")
]


class CredentialDescription(RequestModel):
    """What anybody may know of a credential."""

    organization_id: OrganizationId
    credential_name: Name = Field(examples=["Payments, sandbox"])
    credential_type: CredentialType
    key_id: str | None = Field(default=None, max_length=500, examples=["AKIDEXAMPLE"])
    token_expires_at: AwareDatetime | None = None
    oauth_scope: str | None = Field(default=None, max_length=2_000)


class CredentialSecrets(RequestModel):
    """The secret parts of a credential: stored encrypted, never shown again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"key_secret": "of-the-sandbox"}]})

    key_secret: SecretPart | None = None
    token: SecretPart | None = None
    oauth_refresh_token: SecretPart | None = None

    @model_validator(mode="after")
    def _require_a_part(self) -> Self:
        if not self.reveal():
            message = "one of key_secret, token and oauth_refresh_token is needed"
            raise ValueError(message)
        return self

    def reveal(self) -> dict[str, str]:
        """Return the parts that are there, in plain text."""
        parts = {
            "key_secret": self.key_secret,
            "token": self.token,
            "oauth_refresh_token": self.oauth_refresh_token,
        }
        return {name: part.get_secret_value() for name, part in parts.items() if part is not None}


class CredentialCreate(CredentialDescription):
    """A new credential of the caller."""

    secrets: CredentialSecrets


class CredentialUpdate(Changes):
    """
    What its owner changes of a credential; absent fields stay.

    Of `secrets` the parts that are given replace those that are stored, and the others stay.
    """

    credential_name: Name = Field(default="", examples=["Payments, sandbox"])
    key_id: str | None = Field(default=None, max_length=500, examples=["AKIDEXAMPLE"])
    token_expires_at: AwareDatetime | None = None
    oauth_scope: str | None = Field(default=None, max_length=2_000)
    secrets: CredentialSecrets | None = None

    @field_validator("secrets")
    @classmethod
    def _refuse_null(cls, secrets: CredentialSecrets | None) -> CredentialSecrets:
        if secrets is None:
            message = "leave it out to keep the secret parts"
            raise ValueError(message)
        return secrets

    def to_row(self) -> dict[str, Any]:
        """Return what was sent, without the secret parts."""
        return self.model_dump(mode="json", exclude_unset=True, exclude={"secrets"})


class Credential(DatedModel):
    """How a person authenticates against the API under test; of secret parts only the end is shown."""

    id: CredentialId
    organization_id: OrganizationId
    credential_name: str = Field(examples=["Payments, sandbox"])
    credential_type: CredentialType
    key_id: str | None
    token_expires_at: datetime | None
    oauth_scope: str | None
    key_secret_last_four: LastFour
    token_last_four: LastFour
    oauth_refresh_token_last_four: LastFour
    secrets_set_at: datetime | None


class CredentialPageRequest(PageRequest):
    """Which piece of which credentials, and of which organization."""

    organization_id: OrganizationId
    credential_type: list[CredentialType] = Field(
        default=[], max_length=7, description="Of one of these types."
    )
    text: SearchText | None = Field(default=None, description="Their names contain this text.")
    expires_before: AwareDatetime | None = Field(
        default=None, description="Their tokens expire before this time, or have expired."
    )
    sort: (
        Literal["credential_name", "-credential_name", "created_at", "-created_at"]
        | Literal["updated_at", "-updated_at"]
        | None
    ) = None
