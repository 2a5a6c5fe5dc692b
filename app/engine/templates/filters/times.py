"""Filters of instants: ISO texts, and numbers of seconds since 1970."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.engine.json_values import JsonValue, get_type_name
from app.engine.templates.functions import (
    Filter,
    Function,
    InvalidArgumentError,
    read_number,
    read_text,
)

UNITS: Final[Mapping[str, timedelta]] = {
    "milliseconds": timedelta(milliseconds=1),
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
MAXIMUM_FORMAT_CHARACTERS = 100

_FORMAT = re.compile(r"(?:[^%]|%[aAbBdeHIjmMpSfuVGyYzZ%])*")
_ISO_CHARACTERS = 40


def read_instant(value: JsonValue) -> datetime:
    """An ISO 8601 text (UTC unless it says otherwise), or seconds since 1970."""
    try:
        if isinstance(value, str):
            return _parse_iso(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        raise InvalidArgumentError("wants a time such as 2026-01-31T12:00:00Z") from None
    raise InvalidArgumentError(f"wants a time, not {get_type_name(value)}")


def write_instant(instant: datetime) -> str:
    """ISO 8601, in UTC as `Z`; with fractions only where there are any."""
    return instant.isoformat().replace("+00:00", "Z")


def _parse_iso(text: str) -> datetime:
    if len(text) > _ISO_CHARACTERS:
        raise ValueError("too long")
    instant = datetime.fromisoformat(text.strip())
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _add(instant: datetime, amount: int | float, unit: str) -> str:
    step = UNITS.get(unit) or UNITS.get(f"{unit}s")
    if step is None:
        raise InvalidArgumentError(f"knows {', '.join(UNITS)}, and not this unit")
    try:
        return write_instant(instant + amount * step)
    except OverflowError:
        raise InvalidArgumentError("leaves the calendar") from None


def _subtract(instant: datetime, amount: int | float, unit: str) -> str:
    return _add(instant, -amount, unit)


def _format(instant: datetime, pattern: str, zone: str = "UTC") -> str:
    if len(pattern) > MAXIMUM_FORMAT_CHARACTERS or not _FORMAT.fullmatch(pattern):
        raise InvalidArgumentError("wants a pattern such as %Y-%m-%d %H:%M:%S")
    try:
        return instant.astimezone(ZoneInfo(zone)).strftime(pattern)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise InvalidArgumentError("wants a time zone such as Europe/Berlin") from None
    except OverflowError:
        raise InvalidArgumentError("leaves the calendar") from None


def _to_seconds(instant: datetime) -> int:
    return int(instant.timestamp() // 1)


def _to_milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000 // 1)


TIME_FILTERS: Final[Mapping[str, Filter]] = {
    "plus": Filter(read_instant, Function('plus(2, "days")', _add, (read_number, read_text), 2)),
    "minus": Filter(
        read_instant, Function('minus(2, "days")', _subtract, (read_number, read_text), 2)
    ),
    "date": Filter(
        read_instant, Function('date("%Y-%m-%d", "UTC")', _format, (read_text, read_text), 1)
    ),
    "seconds": Filter(read_instant, Function("seconds", _to_seconds)),
    "milliseconds": Filter(read_instant, Function("milliseconds", _to_milliseconds)),
}
