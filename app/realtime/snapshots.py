"""The frame with which a viewer begins, or begins anew."""

from typing import Final

import orjson

from app.core.clock import Clock
from app.realtime.archive import TopicArchive
from app.realtime.frames import Frame
from app.realtime.models import VERSION, Envelope, Snapshot
from app.realtime.presence import TopicPresence
from app.realtime.topics import TopicName
from app.realtime.window import Window

SNAPSHOT_LAG: Final = 300
"""A viewer is rather sent an older snapshot and so many events than costs another read."""


class SnapshotDesk:
    """Makes snapshots of one topic that its window continues; many viewers share one."""

    def __init__(
        self,
        topic: TopicName,
        archive: TopicArchive,
        window: Window,
        presence: TopicPresence,
        clock: Clock,
    ) -> None:
        self._topic = topic
        self._archive = archive
        self._window = window
        self._presence = presence
        self._clock = clock
        self._frame: Frame | None = None

    async def get_frame(self) -> Frame:
        """Return a recent snapshot with the state of now; raises what `TopicReader` raises."""
        oldest_seq = max(0, self._window.position - SNAPSHOT_LAG)
        snapshot = await self._archive.get_snapshot(oldest_seq)
        frame = self._frame
        if frame is None or (frame.last_seq, frame.version) != (snapshot.seq, self._window.version):
            frame = self._frame = self._build_frame(snapshot)
        return frame

    def _build_frame(self, snapshot: Snapshot) -> Frame:
        condition = self._window.find_state("degraded")
        envelopes = [self._envelop(snapshot), *([condition] if condition else [])]
        return Frame(tuple(envelopes), snapshot.seq, self._window.version)

    def _envelop(self, snapshot: Snapshot) -> Envelope:
        presence = self._presence.told.model_dump_json().encode()
        data = b'%b,"presence":%b}' % (snapshot.content.removesuffix(b"}"), presence)
        envelope = {
            "version": VERSION,
            "topic": str(self._topic),
            "type": "snapshot",
            "seq": snapshot.seq,
            "occurred_at": self._clock.now(),
            "data": orjson.Fragment(data),
        }
        return Envelope("snapshot", orjson.dumps(envelope), snapshot.seq)
