"""One topic as one viewer follows it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from app.core.errors import AppError
from app.core.logging import get_logger
from app.realtime.feed import TopicFeed
from app.realtime.frames import Frame
from app.realtime.models import EndReason, MalformedEventError
from app.realtime.window import Wake

MOST_SNAPSHOTS_IN_A_ROW: Final = 3

logger = get_logger(__name__)


class Subscription:
    """
    Every event of a topic that follows `cursor`, once and in order, for one viewer.

    A viewer that falls behind the window while it follows live is sent the newest snapshot in
    place of what it missed; one that resumes reads the log until it has reached the window.
    Once `is_open`, `take` has what is due; `wake` is called whenever there may be something.
    """

    def __init__(
        self,
        feed: TopicFeed,
        wake: Wake,
        on_close: Callable[[], None],
        before_retry: timedelta,
    ) -> None:
        self.feed = feed
        self._wake = wake
        self._on_close = on_close
        self._before_retry = before_retry
        self._cursor: int | None = None
        self._version = 0
        self._is_resuming = False
        self._snapshots_in_a_row = 0
        self._ending: EndReason | None = None
        self.is_open = False
        feed.window.add_viewer(wake)

    async def open(self, after_seq: int | None) -> None:
        """
        Begin with the event that follows `after_seq`, or with a snapshot when that is impossible.

        Raises what `TopicReader` raises.
        """
        await self.feed.open()
        if after_seq is not None and await self._can_resume(after_seq):
            self._cursor = after_seq
            self._is_resuming = True
        self.is_open = True

    @property
    def is_exhausted(self) -> bool:
        """The run is over and the viewer has seen all of it."""
        is_at_end = self._cursor is not None and self._cursor >= self.feed.window.position
        return self.feed.is_complete and is_at_end

    def find_end(self) -> EndReason | None:
        """Return why nothing more will come, None while something may."""
        if self.is_exhausted:
            return "completed"
        if self._snapshots_in_a_row > MOST_SNAPSHOTS_IN_A_ROW:
            return "too_slow"
        return self._ending or self.feed.interruption

    def end(self, reason: EndReason) -> None:
        """Have the viewer told that this is the end."""
        self._ending = self._ending or reason
        self._wake()

    def close(self) -> None:
        """Let go of the topic; must be called once, however the viewer leaves."""
        self.feed.window.remove_viewer(self._wake)
        self._on_close()

    async def take(self) -> Frame | None:
        """Return what is due now, None when that is nothing."""
        if self._cursor is not None and self.feed.window.keeps(self._cursor):
            return self._take_from_window(self._cursor)
        try:
            frame = await self._catch_up()
        except (AppError, MalformedEventError) as error:
            logger.warning("topic_unreadable", topic=str(self.feed.topic), reason=str(error))
            await asyncio.sleep(self._before_retry.total_seconds())
            self._wake()
            return None
        self._cursor = frame.last_seq
        return frame

    def _take_from_window(self, cursor: int) -> Frame | None:
        frame = self.feed.window.find_frame(cursor, self._version)
        if frame is not None:
            self._cursor, self._version = frame.last_seq, frame.version
            if frame.last_seq >= self.feed.window.position:
                self._is_resuming = False
                self._snapshots_in_a_row = 0
        return frame

    async def _catch_up(self) -> Frame:
        if self._is_resuming and self._cursor is not None:
            page = await self.feed.archive.find_after(self._cursor)
            if page.events and page.continues(self._cursor):
                return Frame(page.events, page.events[-1].seq)
        frame = await self.feed.snapshots.get_frame()
        self._snapshots_in_a_row += 1
        self._version = frame.version
        return frame

    async def _can_resume(self, seq: int) -> bool:
        window = self.feed.window
        if seq <= window.position and window.keeps(seq):
            return True
        page = await self.feed.archive.find_after(seq)
        return page.continues(seq)
