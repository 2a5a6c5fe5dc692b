"""Senders of forgeries: what they cost is limited, and what others send is not."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from app.auth.rate_limit import RateLimiter
from app.core.clock import Clock
from app.core.identifiers import HookId
from app.hooks.reception.schemas import OpenedHook

FORGERIES_PER_MINUTE: Final = 60
"""From one address to one hook, before nothing more is asked of the database for them."""
MEMORY: Final = timedelta(seconds=10)
MOST_REMEMBERED: Final = 1_000


class Suspicion:
    """
    Counts forgeries by address and hook, and remembers the hooks that they are for.

    Beyond the limit a delivery is looked at with the secrets that are remembered: only one that
    they verify goes on. So a flood costs one request to the database each `MEMORY`, and does not
    keep out what is genuine, even from the same address.
    """

    def __init__(self, clock: Clock, forgeries_per_minute: int = FORGERIES_PER_MINUTE) -> None:
        self._clock = clock
        self._forgeries = RateLimiter(forgeries_per_minute, clock)
        self._remembered: OrderedDict[HookId, tuple[datetime, OpenedHook | None]] = OrderedDict()

    def check(
        self, origin: str, hook_id: HookId, is_genuine: Callable[[OpenedHook | None], bool]
    ) -> None:
        """Raise `TooManyRequestsError` for one forgery too many."""
        since, hook = self._remembered.get(hook_id, (None, None))
        if since is None or self._clock.now() - since > MEMORY:
            return
        if self._forgeries.is_exhausted(f"{origin} {hook_id}") and not is_genuine(hook):
            raise self._forgeries.refuse(f"{origin} {hook_id}")

    def note(self, origin: str, hook_id: HookId, hook: OpenedHook | None) -> None:
        """Count a forgery for the hook, which may be none."""
        self._forgeries.count(f"{origin} {hook_id}")
        self._remembered[hook_id] = (self._clock.now(), hook)
        self._remembered.move_to_end(hook_id)
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
