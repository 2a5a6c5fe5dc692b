"""Everything that differs between installations, read once and passed down."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.core.addresses import check_http_url, check_network_address
from app.core.signing_key import check_signing_key

PLACEHOLDER_PREFIX = "change-me"
ENCRYPTION_KEY_LENGTH = 32
CACHE_SCHEMES = ("valkey://", "valkeys://", "redis://", "rediss://", "unix://")


def _parse_seconds(value: object) -> object:
    return float(value) if isinstance(value, str) else value


def _split_list(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _check_cache_url(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(CACHE_SCHEMES):
        message = f"must begin with {' or '.join(CACHE_SCHEMES)}"
        raise ValueError(message)
    return value


HttpAddress = Annotated[str, AfterValidator(check_http_url)]
NetworkAddress = Annotated[str, AfterValidator(check_network_address)]
CacheAddress = Annotated[SecretStr, AfterValidator(_check_cache_url)]
SigningKey = Annotated[SecretStr, AfterValidator(check_signing_key)]
Seconds = Annotated[timedelta, BeforeValidator(_parse_seconds)]
CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_list)]


class Settings(BaseSettings):
    """Settings of one process; environment variables win over the `.env` file."""

    model_config = SettingsConfigDict(
        env_file=Path(".env"),
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    environment: Literal["development", "production"] = "development"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    supabase_url: HttpAddress
    supabase_publishable_key: str = Field(min_length=1)
    supabase_secret_key: SecretStr = Field(min_length=1)
    supabase_db_url: SecretStr = Field(min_length=1)
    supabase_jwt_secret: SecretStr | None = Field(default=None, min_length=32)
    access_token_signing_key: SigningKey | None = None

    secrets_encryption_key: SecretStr = Field(min_length=ENCRYPTION_KEY_LENGTH)
    secrets_encryption_key_previous: SecretStr | None = Field(
        default=None, min_length=ENCRYPTION_KEY_LENGTH
    )

    run_worker_in_api: bool = True
    run_concurrency: int = Field(default=16, ge=1, le=256)
    concurrent_runs: int = Field(default=4, ge=1, le=64)
    shutdown_grace: Seconds = timedelta(seconds=10)

    concurrent_tries: int = Field(default=16, ge=1, le=1_000)
    concurrent_tries_per_user: int = Field(default=4, ge=1)
    try_timeout: Seconds = timedelta(seconds=30)

    realtime_connections: int = Field(default=5_000, ge=1)
    realtime_connections_per_user: int = Field(default=100, ge=1)
    realtime_subscriptions: int = Field(default=100, ge=1)
    realtime_lifetime: Seconds = timedelta(hours=1)
    realtime_access_interval: Seconds = timedelta(seconds=30)
    metrics_address: NetworkAddress | None = None

    network_guard: bool | None = None
    network_allow_lists: bool = True
    context_cache_url: CacheAddress | None = None

    cors_origins: CommaSeparated = ()
    requests_per_minute: int = Field(default=6_000, ge=1)
    request_body_limit: int = Field(default=2_000_000, ge=1_000)
    import_body_limit: int = Field(default=16_000_000, ge=1_000)
    request_body_timeout: Seconds = timedelta(seconds=30)
    import_body_timeout: Seconds = timedelta(seconds=120)
    hook_body_limit: int = Field(default=2_000_000, ge=1_000)
    hook_deliveries_per_minute: int = Field(default=600, ge=1)
    database_timeout: Seconds = timedelta(seconds=10)
    database_patience: Seconds = timedelta(seconds=3)

    @model_validator(mode="after")
    def _refuse_placeholders(self) -> Self:
        if self.environment == "development":
            return self
        for secret in self.secrets:
            if secret.get_secret_value().startswith(PLACEHOLDER_PREFIX):
                message = "placeholder secrets are refused in production"
                raise ValueError(message)
        return self

    @property
    def secrets(self) -> list[SecretStr]:
        """Everything that is set and must not show, but for the password in `supabase_db_url`."""
        candidates = (
            self.supabase_secret_key,
            self.supabase_jwt_secret,
            self.access_token_signing_key,
            self.secrets_encryption_key,
            self.secrets_encryption_key_previous,
            self.context_cache_url,
        )
        return [secret for secret in candidates if secret is not None]

    @property
    def guards_network(self) -> bool:
        """Whether tests are kept from private networks: unless told otherwise, outside development."""
        return (
            self.environment != "development" if self.network_guard is None else self.network_guard
        )

    @property
    def rest_url(self) -> str:
        """Address of PostgREST."""
        return f"{self.supabase_url}/rest/v1"

    @property
    def auth_url(self) -> str:
        """Address of the auth service, which is also the issuer of its tokens."""
        return f"{self.supabase_url}/auth/v1"

    @property
    def realtime_url(self) -> str:
        """Address of Realtime as its clients want it, over HTTP(S)."""
        return f"{self.supabase_url}/realtime/v1"


class InvalidSettingsError(SystemExit):
    """Some settings cannot be used; where nobody catches it, the process ends with its message."""


def load_settings() -> Settings:
    """Read the environment and `.env`; raises `InvalidSettingsError` naming every fault."""
    try:
        return Settings.model_validate({})
    except ValidationError as error:
        faults = [f"  {_name_fault(fault['loc'])}: {fault['msg']}" for fault in error.errors()]
        message = "\n".join(["These settings cannot be used (see .env.example):", *faults])
        raise InvalidSettingsError(message) from None


def _name_fault(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)).upper() or "ENVIRONMENT"
