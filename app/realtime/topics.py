"""Where broadcasts come from, as the relay sees it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Protocol


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


class TopicSource(Protocol):
    """Delivers broadcasts of topics, at most once and not always."""

    def listening(self, topic_name: str, listener: TopicListener) -> AbstractContextManager[None]:
        """Tell the listener what happens on the topic; a topic has one listener at a time."""
        ...

    def distrust(self) -> None:
        """Connect anew: messages are missing although nothing said so."""
        ...
