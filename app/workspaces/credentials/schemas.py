"""Credentials as the API shows them."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, BaseModel, Field, SecretStr, model_validator

from app.core.identifiers import CredentialId, OrganizationId
from app.web.fields import Name, RequestModel
from app.web.pagination import PageRequest

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


class Credential(BaseModel):
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
    created_at: datetime


class CredentialPageRequest(PageRequest):
    """Which piece of the credentials, and of which organization."""

    organization_id: OrganizationId
