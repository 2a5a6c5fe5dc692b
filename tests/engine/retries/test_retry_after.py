"""When a target says to come back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.retries.retry_after import read_retry_after

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 3 ", 3),
        ("0", 0),
        ("Fri, 02 Jan 2026 12:00:30 GMT", 30),
        ("Fri, 02 Jan 2026 13:00:30 +0100", 30),
        ("Fri, 02 Jan 2026 12:00:30", 30),
        ("Fri, 02 Jan 2026 11:00:00 GMT", 0),
        ("1.5", None),
        ("-1", None),
        ("٣", None),
        ("", None),
        ("tomorrow", None),
        ("Fri, 99 Jan 2026 12:00:30 GMT", None),
    ],
)
def test_reads_seconds_and_dates(value: str | None, seconds: float | None) -> None:
    assert read_retry_after(value, NOON) == seconds


@given(st.text(max_size=60))
def test_never_raises_and_never_turns_back(value: str) -> None:
    seconds = read_retry_after(value, NOON)
    assert seconds is None or seconds >= 0
