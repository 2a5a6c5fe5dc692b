"""What a client asks for when it joins a channel."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

MOST_REPLAYED = 25


class JoinRefusedError(Exception):
    """The join cannot be granted; the text is the reason the client sees."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Messages to send again: the newest `limit` since an epoch time in milliseconds."""

    since_milliseconds: int
    limit: int


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """The payload of phx_join, with the defaults filled in."""

    private: bool
    acknowledges: bool
    includes_self: bool
    presence_key: str
    wants_presence: bool
    wants_replication_ready: bool
    replay: Replay | None
    access_token: str | None

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> "JoinRequest":
        """Parse leniently, as clients leave parts out or null; raise JoinRefusedError."""
        config = _get_section(payload, "config")
        broadcast = _get_section(config, "broadcast")
        presence = _get_section(config, "presence")
        private = _is_true(config.get("private"))
        if config.get("postgres_changes"):
            raise JoinRefusedError(
                "PostgresChangesNotSupported: the local Realtime does not serve postgres_changes; "
                "use broadcast from the database"
            )
        return cls(
            private=private,
            acknowledges=_is_true(broadcast.get("ack")),
            includes_self=_is_true(broadcast.get("self")),
            presence_key=str(presence.get("key") or uuid4()),
            wants_presence=_is_true(presence.get("enabled")),
            wants_replication_ready=_is_true(broadcast.get("replication_ready")),
            replay=_parse_replay(broadcast.get("replay"), private=private),
            access_token=parse_user_token(payload),
        )


def parse_user_token(payload: dict[str, Any]) -> str | None:
    """Return the JWT a client presents; None when there is none or it repeats an opaque API key."""
    token = payload.get("access_token") or payload.get("user_token")
    return token if isinstance(token, str) and not token.startswith("sb_") else None


def _get_section(parent: dict[str, Any], name: str) -> dict[str, Any]:
    section = parent.get(name)
    return cast("dict[str, Any]", section) if isinstance(section, dict) else {}


def _is_true(value: object) -> bool:
    return value is True or value == "true"


def _parse_replay(value: object, *, private: bool) -> Replay | None:
    if value is None:
        return None
    if not private:
        raise JoinRefusedError("UnableToReplayMessages: Replay is not allowed for public channels")
    fields = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    since, limit = fields.get("since"), fields.get("limit", MOST_REPLAYED)
    if not isinstance(since, int) or not isinstance(limit, int) or not 1 <= limit <= MOST_REPLAYED:
        raise JoinRefusedError(
            "UnableToReplayMessages: since must be an epoch time in milliseconds, "
            f"limit 1 to {MOST_REPLAYED}"
        )
    return Replay(since, limit)
