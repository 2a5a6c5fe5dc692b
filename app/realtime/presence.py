"""Who watches a topic."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from app.core.clock import Clock
from app.core.identifiers import UserId
from app.realtime.events import Member, Presence, describe
from app.realtime.topics import TopicName
from app.realtime.window import Window

MEMBERS_NAMED: Final = 100

Viewers = Mapping[UserId, int]


class TopicPresence:
    """
    Counts the viewers of one topic: those of this process, and those that others report.

    Changes are only noted; `announce` tells the viewers, so that many who come at once are one
    event.
    """

    def __init__(self, topic: TopicName, window: Window, clock: Clock) -> None:
        self._topic = topic
        self._window = window
        self._clock = clock
        self._here: Counter[UserId] = Counter()
        self._elsewhere: Viewers = {}
        self._told = Presence(viewers=0, members=[])
        self._is_changed = False

    @property
    def here(self) -> Viewers:
        """The viewers of this process."""
        return self._here

    @property
    def told(self) -> Presence:
        """What the viewers know."""
        return self._told

    def join(self, user_id: UserId) -> None:
        """Count one more viewer; the first one is told at once."""
        self._here[user_id] += 1
        self._is_changed = True
        if self._here.total() == 1:
            self.announce()

    def leave(self, user_id: UserId) -> None:
        """Count one viewer less."""
        self._here[user_id] -= 1
        self._here += Counter()
        self._is_changed = True

    def report_elsewhere(self, viewers: Viewers) -> None:
        """Replace what is known of other processes."""
        self._is_changed = self._is_changed or viewers != self._elsewhere
        self._elsewhere = viewers

    def announce(self) -> None:
        """Tell the viewers if something has changed since they were told."""
        if not self._is_changed:
            return
        self._is_changed = False
        present = self._count()
        if present != self._told:
            self._told = present
            self._window.set_state(describe(self._topic, "presence", present, self._clock))

    def _count(self) -> Presence:
        everywhere = self._here + Counter(self._elsewhere)
        named = sorted(everywhere.items(), key=lambda item: str(item[0]))[:MEMBERS_NAMED]
        members = [Member(user_id=user_id, viewers=viewers) for user_id, viewers in named]
        return Presence(viewers=everywhere.total(), members=members)
