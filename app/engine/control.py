"""How the owner of a run stops it."""

from collections.abc import Callable


class RunControl:
    """Stops one run from the same event loop; the run then ends with a result for every test."""

    def __init__(self) -> None:
        self._is_cancelled = False
        self._listeners: list[Callable[[], None]] = []

    def cancel(self) -> None:
        """Abort the requests in flight and skip everything that has no result; idempotent."""
        if self._is_cancelled:
            return
        self._is_cancelled = True
        for listener in self._listeners:
            listener()

    def on_cancel(self, listener: Callable[[], None]) -> None:
        """Call `listener` at cancellation, or now if it has already happened."""
        self._listeners.append(listener)
        if self._is_cancelled:
            listener()
