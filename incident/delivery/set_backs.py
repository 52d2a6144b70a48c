"""A clock that was set back: whatever was promised by the clock of before does not wait for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from incident.delivery import jumps
from incident.delivery.jumps import Jump
from incident.storage import held_up, timers
from incident.storage.db import transaction
from incident.storage.timers import Ahead

WARY = timedelta(seconds=60)
EVERY = timedelta(seconds=1)


class SetBacks:
    """`ahead` says which timers go on by which clock of before. Of one thread.

    For a while after such a jump, and after a start, it is wary: somebody may still be about who
    began by the clock of before, and what he promises by it is caught up with, too.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self.ahead: list[Ahead] = []
        self._by = timedelta()
        self._wary_since: datetime | None = None
        self._looked_at: datetime | None = None

    def note(self, jump: Jump) -> None:
        """The clock was set, back or forth: `catch_up` is to follow."""
        self.ahead = [replace(a, by=a.by - jump.length) for a in self.ahead]
        self._by = max(self._by - jump.length, timedelta())

    def catch_up(self) -> None:
        """Done twice, it changes nothing more."""
        now = self._clock()
        if self._by:
            with transaction() as session:
                newest = timers.newest_id(session)
                held_up.hasten(session, now)
            self.ahead = [*(a for a in self.ahead if a.by), Ahead(1, newest, self._by)]
            self._by, self._wary_since = timedelta(), now
        elif self._is_wary(now):
            self._catch_up_with_others()

    def _is_wary(self, now: datetime) -> bool:
        self._wary_since = self._wary_since or now
        looked = self._looked_at
        return abs(now - self._wary_since) < WARY and (looked is None or abs(now - looked) >= EVERY)

    def _catch_up_with_others(self) -> None:
        """By the time when it is our turn to write: a claim of just now is none of before."""
        with transaction() as session:
            now = self._looked_at = self._clock()
            held_up.hasten(session, now)
            found = timers.strays(session, now + jumps.NOTABLE)
        for timer, set_at in found.items():
            if not any(ahead.covers(timer) for ahead in self.ahead):
                self.ahead.append(Ahead(timer, timer, set_at - now))
