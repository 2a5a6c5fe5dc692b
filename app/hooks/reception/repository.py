"""What a delivery asks of the database: at most three requests."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from pydantic import SecretStr, ValidationError

from app.core.identifiers import HookId
from app.core.logging import get_logger
from app.db.session import Session
from app.hooks.reception.schemas import OpenedHook, Receipt

logger = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HookKeys:
    """What reads the secrets of hooks."""

    present: SecretStr
    previous: SecretStr | None = None


@dataclass(slots=True)
class LogEntry:
    """What the log keeps of a delivery, secrets already masked."""

    headers: dict[str, str]
    payload_bytes: int
    payload: Any = None
    delivery_id: str | None = None
    fingerprint: str | None = None
    problem_code: str | None = None
    problem_detail: str | None = None
    run: dict[str, Any] | None = field(default=None, repr=False)

    def to_document(self) -> dict[str, Any]:
        """Return it as the database takes it."""
        return {name: getattr(self, name) for name in self.__slots__}


async def open_hook(session: Session, hook_id: HookId, keys: HookKeys) -> OpenedHook | None:
    """Return the hook with its valid secrets; none when there is none, or its settings are broken."""
    previous = keys.previous
    request = {
        "hook_id": str(hook_id),
        "encryption_key": keys.present.get_secret_value(),
        "previous_encryption_key": None if previous is None else previous.get_secret_value(),
    }
    answer = await session.call("open_hook", request, idempotent=True)
    if answer is None:
        return None
    try:
        return OpenedHook.model_validate(answer)
    except ValidationError as error:
        # Its owner wrote it past our API; the error would quote the secrets.
        logger.warning("hook_unusable", hook_id=str(hook_id), faults=error.error_count())
        return None


async def start_run(
    session: Session, hook_id: HookId, entry: LogEntry, replay_window: timedelta
) -> Receipt:
    """Start the run of a delivery and log it in one transaction, or find what it started before."""
    request = {
        "hook_id": str(hook_id),
        "delivery": entry.to_document(),
        "replay_window_seconds": int(replay_window.total_seconds()),
    }
    # Whoever has an id may be asked twice: the second time it is a duplicate.
    answer = await session.call("start_hook_run", request, idempotent=entry.delivery_id is not None)
    return Receipt.model_validate(answer)


async def record(
    session: Session,
    hook_id: HookId,
    entry: LogEntry,
    outcome: Literal["ignored", "rejected", "failed"],
) -> dict[str, Any] | None:
    """Log a delivery that starts nothing; none when the hook is gone."""
    request = {"hook_id": str(hook_id), "delivery": entry.to_document(), "outcome": outcome}
    return await session.call("record_hook_delivery", request)
