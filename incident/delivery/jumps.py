"""A wall clock that was set: noticed, and what follows for all that is due at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from incident import clock as clocks

NOTABLE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Jump:
    """The clock said `left`, and at once it said `landed`."""

    left: datetime
    landed: datetime

    @property
    def length(self) -> timedelta:
        """How far it went: below zero if the clock was set back."""
        return self.landed - self.left


class Watched:
    """A wall clock, held against one that nobody sets whenever it is read.

    It may drift and be slewed; only what it cannot have done by itself is a jump.
    """

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        steady: Callable[[], float] = clocks.steady,
        on_jump: Callable[[Jump], None] = lambda _: None,
    ) -> None:
        self._clock, self._steady, self._on_jump = clock, steady, on_jump
        self._lock = Lock()
        self._last: tuple[datetime, float] | None = None
        self._jumps: list[Jump] = []

    def __call__(self) -> datetime:
        with self._lock:
            wall, passed = self._clock(), self._steady()
            jump = self._jump_to(wall, passed)
            self._last = wall, passed
            if jump is not None:
                self._jumps.append(jump)
        if jump is not None:
            self._on_jump(jump)
        return wall

    def resume(self, seen: datetime, now: datetime) -> None:
        """The machine was at `seen` when somebody here last looked. If it is earlier now, its
        clock was set back while nobody did."""
        if seen - now > NOTABLE:
            with self._lock:
                self._last = seen, self._steady()

    def owed_at(self, due_at: datetime) -> datetime:
        """When a timer that was due at `due_at` really came due, by the clock as it is now.

        What the clock jumped over was not due before it landed; what was due already is later
        by no more than the time that really passed.
        """
        moment = due_at
        for jump in self._jumps:
            if jump.length > timedelta() and moment < jump.landed:
                moment = min(moment + jump.length, jump.landed)
        return moment

    def _jump_to(self, wall: datetime, passed: float) -> Jump | None:
        if self._last is None:
            return None
        before, mark = self._last
        expected = before + timedelta(seconds=passed - mark)
        return Jump(expected, wall) if abs(wall - expected) > NOTABLE else None
