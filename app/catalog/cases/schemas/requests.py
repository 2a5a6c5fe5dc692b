"""What a test sends, and how it travels."""

from typing import Annotated, Literal

from pydantic import Field, SerializeAsAny, StringConstraints, ValidationInfo, field_validator

from app.catalog.cases.schemas.authentication import SETTINGS, AuthSettings, NoSettings
from app.catalog.fields import JsonContent, SparseModel, Template
from app.catalog.models import AuthType, BodyType
from app.engine.transfer import HIGHEST_REDIRECTS
from app.web.fields import RequestModel

Pem = Annotated[str, StringConstraints(max_length=131_072)]
LARGEST_RESPONSE_BYTES = 100 * 1024 * 1024


class Redirects(SparseModel):
    """Credentials are not sent along to another origin."""

    follow: bool = False
    maximum: int = Field(default=10, ge=1, le=HIGHEST_REDIRECTS)


class Tls(SparseModel):
    """Certificates and keys are PEM; they may be templates, and a key should be."""

    verify: bool = True
    ca: Pem | None = Field(default=None, description="Trusted beside the usual authorities.")
    certificate: Pem | None = Field(default=None, examples=["{{env.CLIENT_CERTIFICATE}}"])
    key: Pem | None = Field(default=None, examples=["{{env.CLIENT_KEY}}"])


class Timeouts(SparseModel):
    """Beside `timeout_ms` of the test, which is the total."""

    connect_ms: int | None = Field(default=None, ge=1, le=600_000)
    read_ms: int | None = Field(default=None, ge=1, le=600_000)


class Transfer(SparseModel):
    """How the request travels."""

    redirects: Redirects | None = None
    cookies: Literal["run", "off"] = Field(
        default="run", description="Whether cookies are kept for the tests of the run."
    )
    proxy: Template | None = Field(default=None, examples=["http://proxy.example:3128"])
    tls: Tls | None = None
    http_version: Literal["1.1", "2"] = "1.1"
    timeouts: Timeouts | None = None
    maximum_body_bytes: int | None = Field(
        default=None,
        ge=1,
        le=LARGEST_RESPONSE_BYTES,
        description="A longer answer is cut; default: 10 MiB.",
    )
    compression: bool = True


class RequestConfig(RequestModel):
    """What is sent; every text may contain `{{templates}}`."""

    headers: dict[str, str] = Field(default_factory=dict)
    query_params: dict[str, JsonContent] = Field(default_factory=dict)
    path_params: dict[str, JsonContent] = Field(default_factory=dict)
    cookies: dict[str, Template] = Field(
        default_factory=dict, max_length=100, examples=[{"theme": "dark"}]
    )
    body: JsonContent = Field(
        default=None,
        examples=[{"email": "{{env.EMAIL}}"}],
        description="For form-data a file is `{filename, content_type, content | content_base64 | "
        "fixture}`; for graphql a text or `{query, variables, operationName}`.",
    )
    body_type: BodyType = "json"
    auth_type: AuthType = "none"
    auth_token_ref: str | None = Field(
        default=None, max_length=2_048, examples=["shared_auth_tokens.access_token"]
    )
    auth: SerializeAsAny[AuthSettings] = Field(
        default_factory=NoSettings, description="Settings of `auth_type`."
    )
    transfer: Transfer = Transfer()

    @field_validator("auth", mode="plain", json_schema_input_type=AuthSettings)
    @classmethod
    def _choose_settings(cls, value: object, information: ValidationInfo) -> AuthSettings:
        # Without a valid type there is nothing to hold the settings against.
        auth_type: AuthType = information.data.get("auth_type", "none")
        return SETTINGS[auth_type].model_validate(value)
