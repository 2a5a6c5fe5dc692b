"""Settings of each kind of authentication; all of them are templates, so that secrets stay in variables."""

from pydantic import ConfigDict, Field

from app.catalog.fields import JsonContent, SparseModel, Template
from app.catalog.models import AuthType


class NoSettings(SparseModel):
    """Bearer sends what `auth_token_ref` names, mTLS the certificate of `transfer.tls`."""


class ApiKeySettings(SparseModel):
    """The key is what `auth_token_ref` names."""

    model_config = ConfigDict(populate_by_name=True)

    place: Template = Field(
        default="header", alias="in", description="header, query or cookie.", examples=["header"]
    )
    name: Template = Field(default="X-API-Key", examples=["X-API-Key"])


class UserSettings(SparseModel):
    """Basic and digest; without settings `auth_token_ref` names `user:password`."""

    username: Template = Field(default="", examples=["{{env.USERNAME}}"])
    password: Template = Field(default="", examples=["{{env.PASSWORD}}"])


class OAuth2Settings(SparseModel):
    """A token is fetched once, shared by the tests of a run, and renewed before it expires."""

    grant: Template = Field(
        default="client_credentials", description="client_credentials or refresh_token."
    )
    token_url: Template = Field(min_length=1, examples=["https://auth.example.com/oauth/token"])
    client_id: Template = Field(min_length=1, examples=["{{env.CLIENT_ID}}"])
    client_secret: Template = Field(default="", examples=["{{env.CLIENT_SECRET}}"])
    scope: Template = Field(default="", examples=["orders:read orders:write"])
    audience: Template = Field(default="", examples=["https://api.example.com"])
    refresh_token: Template = Field(default="", examples=["{{env.REFRESH_TOKEN}}"])
    client_authentication: Template = Field(
        default="basic", description="How the client proves itself: basic or body."
    )


class JwtSettings(SparseModel):
    """A JWT signed with HS256, `iss` being the API key unless `issuer` says otherwise."""

    api_key: Template = Field(default="", examples=["{{env.API_KEY}}"])
    api_secret: Template = Field(min_length=1, examples=["{{env.API_SECRET}}"])
    issuer: Template = Field(default="", examples=["https://shop.example"])
    lifetime_seconds: int | Template = Field(default=300, examples=[300])
    claims: dict[str, JsonContent] = Field(
        default_factory=dict, max_length=100, examples=[{"sub": "ci"}]
    )


class SigV4Settings(SparseModel):
    """AWS Signature Version 4."""

    access_key_id: Template = Field(min_length=1, examples=["{{env.AWS_ACCESS_KEY_ID}}"])
    secret_access_key: Template = Field(min_length=1, examples=["{{env.AWS_SECRET_ACCESS_KEY}}"])
    session_token: Template = Field(default="", examples=["{{env.AWS_SESSION_TOKEN}}"])
    region: Template = Field(min_length=1, examples=["eu-central-1"])
    service: Template = Field(min_length=1, examples=["execute-api"])


AuthSettings = (
    OAuth2Settings | SigV4Settings | JwtSettings | UserSettings | ApiKeySettings | NoSettings
)

SETTINGS: dict[AuthType, type[AuthSettings]] = {
    "none": NoSettings,
    "bearer": NoSettings,
    "basic": UserSettings,
    "digest": UserSettings,
    "api-key": ApiKeySettings,
    "oauth2": OAuth2Settings,
    "jwt-hs256": JwtSettings,
    "aws-sigv4": SigV4Settings,
    "mtls": NoSettings,
}
