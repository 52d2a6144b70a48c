"""Which threads of a channel are still to be read, and from when on each of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from incident.integrations.slack.histories import Thread
from incident.rules import sweeps as rules

AT_ONCE = 30


@dataclass(slots=True)
class _Channel:
    """`owed` threads are to be read from a moment of Slack's on; `read` ones went that far."""

    owed: dict[Thread, str] = field(default_factory=dict)
    read: dict[str, str] = field(default_factory=dict)


class Threads:
    """What one process remembers of them. Whoever begins anew reads a few of them once more."""

    def __init__(self) -> None:
        self._channels: dict[str, _Channel] = {}

    def owe(self, channel: str, threads: Sequence[Thread], *, since: str) -> None:
        """Somebody answered there. What was owed before is owed from then on."""
        known = self._channels.setdefault(channel, _Channel())
        before = {thread.root: start for thread, start in known.owed.items()}
        going_on = {thread.root for thread in threads}
        known.read = {root: to for root, to in known.read.items() if root in going_on}
        kept = {t: start for t, start in known.owed.items() if t.root not in going_on}
        new = [thread for thread in threads if known.read.get(thread.root) != thread.latest]
        known.owed = kept | {thread: before.get(thread.root, since) for thread in new}

    def next(self, channel: str) -> Iterator[tuple[Thread, str]]:
        """Those whose turn it is, and since when each is to be read: the liveliest first."""
        owed = self._channels.setdefault(channel, _Channel()).owed
        lately = sorted(owed.items(), key=lambda item: item[0].latest, reverse=True)
        yield from lately[:AT_ONCE]

    def done(self, channel: str, thread: Thread, *, at: datetime) -> None:
        """It was read to its end. It is read again as long as something earlier may turn up."""
        known = self._channels.setdefault(channel, _Channel())
        known.owed.pop(thread, None)
        if rules.is_settled(thread.latest, at):
            known.read[thread.root] = thread.latest
