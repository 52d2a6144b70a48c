"""Which threads a sweep has read, so that it asks again only where somebody answered since."""

from collections.abc import Mapping
from datetime import datetime

from incident.rules import sweeps as rules


class Threads:
    """Of one process, and only remembered: whoever begins reads once more. A thread is told by
    its first message, and how far it goes by its last answer."""

    def __init__(self) -> None:
        self._read: dict[str, Mapping[str, str]] = {}

    def unread(self, channel: str, threads: Mapping[str, str]) -> list[str]:
        """The threads of this channel that go further than was read, the latest first."""
        known = self._read.get(channel, {})
        new = [root for root, latest in threads.items() if known.get(root) != latest]
        return sorted(new, key=lambda root: threads[root], reverse=True)

    def remember(self, channel: str, threads: Mapping[str, str], *, at: datetime) -> None:
        """All of these were read at that moment. What was answered just then was left to Slack's
        own telling, so it is looked at again."""
        self._read[channel] = {
            root: latest for root, latest in threads.items() if rules.is_overdue(latest, at)
        }
