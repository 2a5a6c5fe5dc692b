"""A hook as deliveries meet it, and what they are answered with."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.core.identifiers import ApiTokenId, DeliveryId, HookId, RunId, UserId
from app.hooks.filters import Condition
from app.hooks.mapping import MappedValue
from app.hooks.signatures import Signature


class OpenedHook(BaseModel):
    """A hook with its secrets in plain text."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: HookId
    project_id: str
    environment_id: str
    enabled: bool
    signature: Signature
    conditions: list[Condition]
    mapping: dict[str, MappedValue | str]
    selection: dict[str, Any]
    options: dict[str, Any]
    variables: dict[str, str]
    redacted_paths: list[str]
    replay_window_seconds: int | None
    api_token_id: ApiTokenId | None
    user_id: UserId | None
    secrets: list[str] = Field(repr=False)


class Receipt(BaseModel):
    """What became of a delivery; `run_id` is null when it started nothing."""

    delivery_id: Annotated[DeliveryId, Field(description="Of our log.")]
    outcome: Literal["accepted", "duplicate", "ignored"]
    run_id: RunId | None
