"""Reads of topics: runs and projects with their events."""

from typing import Any, Final

from app.auth.principal import Principal
from app.core.errors import NotFoundError
from app.db.database import Database
from app.realtime.models import LogPage, Snapshot
from app.realtime.topics import TopicKind, TopicName

_SNAPSHOTS: Final[dict[TopicKind, str]] = {
    "run": "get_test_run_snapshot",
    "project": "get_project_snapshot",
}
_EVENTS: Final[dict[TopicKind, str]] = {"run": "get_run_events", "project": "get_project_events"}


class TopicRepository:
    """Topics in the database: contents with all rights, access with those of a principal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_snapshot(self, topic: TopicName) -> Snapshot:
        """Return the run or project as it is now; raises `NotFoundError`, `MalformedEventError`."""
        document = await self._call(_SNAPSHOTS[topic.kind], topic)
        return Snapshot.from_document(document)

    async def read_log(self, topic: TopicName, after_seq: int, limit: int) -> LogPage:
        """Return the next events; raises `NotFoundError`, `MalformedEventError`."""
        document = await self._call(_EVENTS[topic.kind], topic, after_seq=after_seq, limit=limit)
        return LogPage.from_document(document, topic)

    async def list_readable(
        self, principal: Principal, topics: frozenset[TopicName]
    ) -> frozenset[TopicName]:
        """Return those of the topics that row level security lets the principal follow."""
        session = self._database.as_user(principal.token)
        request = {"topics": [str(topic) for topic in topics]}
        document = await session.call("list_readable_topics", request, idempotent=True)
        readable = frozenset(document["topics"])
        return frozenset(topic for topic in topics if str(topic) in readable)

    async def _call(self, function: str, topic: TopicName, **request: int) -> dict[str, Any]:
        complete = {f"{topic.kind}_id": str(topic.subject_id), **request}
        document = await self._database.as_service().call(function, complete, idempotent=True)
        if document is None:
            raise NotFoundError
        return document
