"""Keeps requests that share something in the order of their document; the others run at once."""

from dataclasses import dataclass, field
from typing import Final

from app.catalog.importers.building import CaseDraft

_READING: Final = frozenset(("GET", "HEAD", "OPTIONS"))
_MOST_READERS: Final = 60


@dataclass(slots=True)
class _Shared:
    """Who changed it last, and who has looked since."""

    writer: str
    readers: list[str] = field(default_factory=list[str])


class Sequencer:
    """
    Cases that use the same captured value or session, in the order of the document.

    Requests that only read may run at the same time; one that changes something waits for those
    before it, and those after it wait for it, whatever becomes of it.
    """

    def __init__(self) -> None:
        self._shared: dict[str, _Shared] = {}

    def begin(self, name: str, producer: CaseDraft) -> None:
        """From now on there is something new by this name, which the producer has made."""
        self._shared[name] = _Shared(producer.key)

    def begin_once(self, name: str, producer: CaseDraft) -> None:
        """Likewise, unless it is known already."""
        if name not in self._shared:
            self.begin(name, producer)

    def use(self, name: str, draft: CaseDraft) -> None:
        """Put a case behind those before it that use the same."""
        shared = self._shared.get(name)
        if shared is None or shared.writer == draft.key:
            return
        if draft.endpoint.get("method") in _READING:
            draft.require(shared.writer, "order", "completed")
            shared.readers.append(draft.key)
            return
        for key in shared.readers[-_MOST_READERS:] or [shared.writer]:
            draft.require(key, "order", "completed")
        self._shared[name] = _Shared(draft.key)
