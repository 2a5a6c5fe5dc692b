"""Refusals of the relay."""

from app.core.errors import (
    ConflictError,
    InvalidError,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
)


class RealtimeUnavailableError(UnavailableError):
    """There is no connection to Supabase Realtime; streams continue from the database."""

    code = "realtime_unavailable"
    title = "The connection to Realtime is interrupted."


class RelayClosedError(UnavailableError):
    """The process is about to end; another one serves the next attempt."""

    code = "relay_closed"
    title = "The service is shutting down; connect again."


class RelayFullError(UnavailableError):
    """The process has as many streams and sockets as REALTIME_CONNECTIONS allows."""

    code = "relay_full"
    title = "The service has as many live connections as it can take."


class TooManyConnectionsError(TooManyRequestsError):
    """The user has as many streams and sockets as REALTIME_CONNECTIONS_PER_USER allows."""

    code = "too_many_connections"
    title = "You have too many live connections; close one."


class TooManySubscriptionsError(TooManyRequestsError):
    """The socket has as many subscriptions as REALTIME_SUBSCRIPTIONS allows."""

    code = "too_many_subscriptions"
    title = "The socket follows too many topics; unsubscribe from one."


class AlreadySubscribedError(ConflictError):
    """The socket follows this topic."""

    code = "already_subscribed"
    title = "The socket follows this topic already."


class InvalidMessageError(InvalidError):
    """A message on a socket does not have the documented shape."""

    code = "invalid_message"
    title = "The message does not have the expected shape."


class InvalidTicketError(UnauthorizedError):
    """The ticket is not ours, or its minute is over."""

    code = "invalid_ticket"
    title = "The ticket is not valid, or not any more; ask for a new one."
