"""Puts together what receives deliveries."""

from app.auth.access_tokens import AccessTokenIssuer
from app.auth.rate_limit import RateLimiter
from app.core.clock import Clock
from app.core.settings import Settings
from app.db.database import Database
from app.hooks.reception.repository import HookKeys
from app.hooks.reception.service import HookReceiver
from app.hooks.reception.suspicion import Suspicion
from app.runs.queue import RunQueue

LOGGED_REJECTIONS_PER_MINUTE = 10


def create_hook_receiver(
    settings: Settings,
    database: Database,
    queue: RunQueue,
    access_tokens: AccessTokenIssuer,
    clock: Clock,
) -> HookReceiver:
    """Return what receives the deliveries of this process."""
    return HookReceiver(
        database=database,
        queue=queue,
        access_tokens=access_tokens,
        keys=HookKeys(settings.secrets_encryption_key, settings.secrets_encryption_key_previous),
        clock=clock,
        deliveries=RateLimiter(settings.hook_deliveries_per_minute, clock),
        suspicion=Suspicion(clock),
        rejections=RateLimiter(LOGGED_REJECTIONS_PER_MINUTE, clock),
    )
