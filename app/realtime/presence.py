"""Who watches a topic, in this process and in the others."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from pydantic import SecretStr, ValidationError

from app.core.clock import Clock
from app.core.identifiers import UserId
from app.core.logging import get_logger
from app.realtime.events import Member, Presence, describe
from app.realtime.sealing import BrokenSealError, Seal
from app.realtime.topics import TopicName, TopicSource
from app.realtime.window import Window

MEMBERS_NAMED: Final = 100
REPORT_LIFETIME: Final = timedelta(minutes=10)
REPORT_INTERVAL: Final = timedelta(minutes=4)
"""A report of another process is believed for as long as one of them may be late."""

logger = get_logger(__name__)


class TopicPresence:
    """
    Counts the viewers of one topic.

    Changes are only noted; `announce` tells the viewers, so that many who come at once are one
    event.
    """

    def __init__(self, topic: TopicName, window: Window, clock: Clock) -> None:
        self.topic = topic
        self._window = window
        self._clock = clock
        self._here: Counter[UserId] = Counter()
        self._elsewhere: Sequence[Presence] = ()
        self._told = Presence(viewers=0, members=[])
        self._is_changed = False
        self._report_due_at = 0.0

    @property
    def told(self) -> Presence:
        """What the viewers know."""
        return self._told

    def join(self, user_id: UserId) -> None:
        """Count one more viewer; the first one is told at once."""
        self._here[user_id] += 1
        self._note_change()
        if self._here.total() == 1:
            self.announce()

    def leave(self, user_id: UserId) -> None:
        """Count one viewer less."""
        self._here[user_id] -= 1
        if not self._here[user_id]:
            del self._here[user_id]
        self._note_change()

    def report_elsewhere(self, reports: Sequence[Presence]) -> None:
        """Replace what is known of other processes."""
        self._elsewhere = reports
        self._is_changed = True

    def announce(self) -> None:
        """Tell the viewers if something has changed since they were told."""
        if not self._is_changed:
            return
        self._is_changed = False
        present = self._count_everywhere()
        if present != self._told:
            self._told = present
            self._window.set_state(describe(self.topic, "presence", present, self._clock))

    def take_report(self) -> Presence | None:
        """Return the viewers of this process when the other processes should be told."""
        now = self._clock.monotonic()
        if now < self._report_due_at:
            return None
        self._report_due_at = now + REPORT_INTERVAL.total_seconds()
        return _summarize(self._here, self._here.total())

    def _note_change(self) -> None:
        self._is_changed = True
        self._report_due_at = 0.0

    def _count_everywhere(self) -> Presence:
        counts = Counter(self._here)
        for report in self._elsewhere:
            counts.update({UserId(member.user_id): member.viewers for member in report.members})
        total = self._here.total() + sum(report.viewers for report in self._elsewhere)
        return _summarize(counts, total)


class PresenceExchange:
    """
    Tells the other processes who watches here, through the presence of the upstream topics.

    Members may use that presence too, so reports are sealed: nobody can make one up.
    """

    def __init__(self, source: TopicSource, secret: SecretStr, clock: Clock) -> None:
        self._source = source
        self._seal = Seal(secret, "presence of viewers", REPORT_LIFETIME, clock)

    def publish(self, presence: TopicPresence) -> None:
        """Report the viewers of this process, if there is anything new to say."""
        report = presence.take_report()
        if report is not None:
            text = f"{presence.topic} {report.model_dump_json()}"
            self._source.show_presence(str(presence.topic), {"report": self._seal.close(text)})

    def read(self, topic: TopicName, shown: Sequence[Mapping[str, object]]) -> list[Presence]:
        """Return the reports among what members of the topic show."""
        texts = (item.get("report") for item in shown)
        reports = (self._open(topic, text) for text in texts if isinstance(text, str))
        return [report for report in reports if report is not None]

    def _open(self, topic: TopicName, sealed: str) -> Presence | None:
        try:
            about, _, report = self._seal.open(sealed).partition(" ")
            return Presence.model_validate_json(report) if about == str(topic) else None
        except (BrokenSealError, ValidationError) as error:
            logger.warning("presence_report_refused", topic=str(topic), reason=repr(error))
            return None


def _summarize(counts: Mapping[UserId, int], total: int) -> Presence:
    named = sorted(counts.items(), key=lambda item: str(item[0]))[:MEMBERS_NAMED]
    members = [Member(user_id=user_id, viewers=viewers) for user_id, viewers in named]
    return Presence(viewers=total, members=members)
