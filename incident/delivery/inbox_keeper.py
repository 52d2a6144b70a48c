"""Reads what was kept and not read: the process that should have died, or fell behind."""

from collections.abc import Callable
from datetime import datetime, timedelta

from incident.delivery import inbox
from incident.delivery.rounds import Rounds

PAUSE = 1.0
UNREAD = timedelta(seconds=2)


class InboxKeeper(Rounds):
    """One thread. What came within the last two seconds is left to the reader of its process."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        super().__init__("inbox", "the inbox", pause=PAUSE, patience=2)
        self._clock = clock

    def turn(self) -> int:
        """Says how many there were."""
        return inbox.read_waiting(self._clock(), leave=UNREAD)
