"""Where hooks are kept."""

from typing import Any

from app.auth.secret_writer import SecretWriter
from app.core.identifiers import HookId
from app.db.session import Session
from app.hooks.management.schemas import Hook
from app.web.pagination import Listing
from app.web.resources import Resource

_COLUMNS = ",".join("when:conditions" if name == "when" else name for name in Hook.model_fields)

HOOKS = Resource(Listing("hooks", Hook, order=("name", "id"), columns=_COLUMNS))


async def store_secret(
    secrets: SecretWriter, hook_id: HookId, value: str, overlap_seconds: int
) -> Hook:
    """Encrypt and store a secret; return the hook as it is now."""
    request = {"hook_id": str(hook_id), "value": value, "overlap_seconds": overlap_seconds}
    return _to_hook(await secrets.call("store_hook_secret", request))


async def take_over(session: Session, hook_id: HookId) -> Hook:
    """Make the hook act for the caller; raises `NotFoundError` or `ForbiddenError`."""
    return _to_hook(await session.call("take_over_hook", {"hook_id": str(hook_id)}))


def _to_hook(row: dict[str, Any]) -> Hook:
    return Hook.model_validate({**row, "when": row["conditions"]})
