"""Refusals of the relay."""

from app.core.errors import UnavailableError


class RealtimeUnavailableError(UnavailableError):
    """There is no connection to Supabase Realtime; streams continue from the database."""

    code = "realtime_unavailable"
    title = "The connection to Realtime is interrupted."


class RelayClosedError(UnavailableError):
    """The process is about to end; another one serves the next attempt."""

    code = "relay_closed"
    title = "The service is shutting down; connect again."
