"""Topics by name, and where their broadcasts come from, as the relay sees it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Literal, Protocol, Self, cast
from uuid import UUID

TopicKind = Literal["run", "project"]
KINDS: Final = frozenset({"run", "project"})


@dataclass(frozen=True, slots=True)
class TopicName:
    """A run or a project as a topic; as text it is `run:<id>` or `project:<id>`."""

    kind: TopicKind
    subject_id: UUID

    def __str__(self) -> str:
        return f"{self.kind}:{self.subject_id}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form; raises `ValueError` when it is none."""
        kind, _, subject = text.partition(":")
        subject_id = UUID(subject)
        if kind not in KINDS or str(subject_id) != subject:
            message = "a topic is run:<id> or project:<id>"
            raise ValueError(message)
        return cls(cast("TopicKind", kind), subject_id)


class TopicListener(Protocol):
    """Is told what happens on a topic; every method returns at once and raises nothing."""

    def on_joined(self) -> None:
        """Messages arrive from now on; earlier ones may be missing."""
        ...

    def on_lost(self) -> None:
        """Messages do not arrive until `on_joined`."""
        ...

    def on_message(self, payload: Mapping[str, object]) -> None:
        """Take in the payload of one broadcast."""
        ...

    def on_presence(self, others: Sequence[Mapping[str, object]]) -> None:
        """Take in what all other members of the topic show of themselves now."""
        ...


class TopicSource(Protocol):
    """Delivers broadcasts of topics, at most once and not always."""

    def listening(self, topic_name: str, listener: TopicListener) -> AbstractContextManager[None]:
        """Tell the listener what happens on the topic; a topic has one listener at a time."""
        ...

    def show_presence(self, topic_name: str, payload: Mapping[str, object]) -> None:
        """Let the other members of a topic that is listened to know this, sooner or later."""
        ...

    def distrust(self) -> None:
        """Connect anew: messages are missing although nothing said so."""
        ...
