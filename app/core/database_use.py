"""How much one request of a caller asks of the database."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class DatabaseUse:
    """Requests sent so far, repeated ones included, and the milliseconds until their answers began."""

    requests: int = 0
    milliseconds: float = 0.0


_current: ContextVar[DatabaseUse | None] = ContextVar("database_use", default=None)


def begin_database_use() -> DatabaseUse:
    """Return what everything that is sent from here on, in this task and its children, adds to."""
    use = DatabaseUse()
    _current.set(use)
    return use


def add_database_request(milliseconds: float) -> None:
    """Count one request; nothing happens where nobody began to count."""
    use = _current.get()
    if use is not None:
        use.requests += 1
        use.milliseconds += milliseconds
