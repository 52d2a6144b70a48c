"""What is due because time has passed: timers."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from threading import Event, Thread

from sqlalchemy.orm import Session

from incident.delivery import housekeeping
from incident.delivery.jumps import Jump, Watched
from incident.delivery.net import Net
from incident.delivery.set_backs import SetBacks
from incident.rules.outcome import Event as Line
from incident.rules.outcome import Outcome
from incident.rules.permissions import DESK
from incident.services import cord, ladder, last_rungs, page_alarms, update_clock
from incident.services.record import record
from incident.storage import incidents, outbox, timers, watch, workers
from incident.storage.db import reading, transaction
from incident.storage.failpoints import failpoint
from incident.storage.incidents import Incident
from incident.storage.timers import Timer

Fire = Callable[[Session, Incident, Timer, datetime], None]

SWEEP = timedelta(seconds=1)
TRIES = 3
FIRE: Mapping[str, Fire] = {
    "grace": cord.grace_ended,
    "second_cry": cord.second_cry_unanswered,
    "rung": ladder.rung_due,
    "asleep": ladder.asleep,
    "unaccepted": page_alarms.unaccepted,
    "unseen": page_alarms.unseen,
    "unnotified": page_alarms.unnotified,
    update_clock.DUE: update_clock.due,
    update_clock.OVERDUE: update_clock.overdue,
}
LAST_RESORT: Mapping[str, Sequence[Fire]] = {
    "grace": (cord.page_all_the_same,),
    "second_cry": (cord.open_all_the_same,),
    "rung": (last_rungs.page_next_plainly, last_rungs.alarm_plainly),
    "asleep": (last_rungs.page_next_plainly, last_rungs.alarm_plainly),
    "unaccepted": (last_rungs.climb_instead,),
    "unseen": (last_rungs.climb_instead,),
    "unnotified": (last_rungs.climb_instead,),
}

# Nobody at all has been woken yet where these are due.
FIRST = ("grace", "second_cry")

log = logging.getLogger(__name__)


class Scheduler:
    """One thread. A timer that fails three times is given up and told; the others go on.

    When the clock is set forward, what it jumped over fires, and is not held to be late. When it
    is set back, the timers that were set before go on by the clock of then: none waits longer.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        fire: Mapping[str, Fire] = FIRE,
        on_jump: Callable[[Jump], None] = lambda _: None,
    ) -> None:
        self.rounds = 0
        self._clock = Watched(clock, on_jump=self._jumped)
        self._tell = on_jump
        self._set_backs = SetBacks(lambda: self._clock())
        self._fire = fire
        self._failures: dict[int, list[datetime]] = {}
        self._tidied_at: datetime | None = None
        self._news = Event()
        self._stopping = Event()
        self._hang_up: Callable[[], None] = self._stopping.set
        self._thread = Thread(target=self._run, name="scheduler", daemon=True)

    def start(self) -> None:
        self._hang_up = watch.on_ring(self._news.set)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._news.set()

    def join(self) -> None:
        self._hang_up()
        self._thread.join(SWEEP.total_seconds() * 2)

    def resume(self) -> None:
        """Whether the clock was set back while no worker ran: the last sign of life knows."""
        with reading() as session:
            beat, now = workers.last_beat(session), outbox.database_now(session, self._clock())
        if beat is not None:
            self._clock.resume(beat, now)

    def sweep(self) -> int:
        """Fire everything that is due, cries first, then the oldest. Says how many fired."""
        fired = 0
        with Net("the clock that was set back"):
            self._set_backs.catch_up()
        while not self._stopping.is_set():
            due = self._next()
            if due is None:
                break
            self.rounds += 1
            with Net(f"timer {due.name}") as net:
                at = self._clock()
                fired += fire(due, self._fire, at=at, owed_at=self._clock.owed_at(due.due_at))
            if net.caught is not None:
                self._count_failure(due)
        return fired

    def _run(self) -> None:
        with Net("the last sign of life"):
            self.resume()
        while not self._stopping.is_set():
            self.rounds += 1
            self._news.clear()
            with Net("the sweep"):
                self.sweep()
            with Net("housekeeping"):
                self._tidy_sometimes()
            self._news.wait(self._pause().total_seconds())

    def _tidy_sometimes(self) -> None:
        now = self._clock()
        if self._tidied_at is None or abs(now - self._tidied_at) > housekeeping.EVERY:
            self._tidied_at = now
            housekeeping.tidy(now)

    def _next(self) -> Timer | None:
        """The one whose turn it is, but not one that has failed just now."""
        now, ahead = self._clock(), self._set_backs.ahead
        resting = [number for number, at in self._failures.items() if abs(now - at[-1]) < SWEEP]
        with reading() as session:
            return timers.next_due(session, now, first=FIRST, but_not=resting, ahead=ahead)

    def _jumped(self, jump: Jump) -> None:
        log.warning("the clock jumped from %s to %s", jump.left, jump.landed)
        self._set_backs.note(jump)
        self._tell(jump)

    def _pause(self) -> timedelta:
        with Net("the look at the timers"), reading() as session:
            due_at = timers.next_at(session)
            wait = SWEEP if due_at is None else due_at - self._clock()
            return min(wait, SWEEP) if wait > timedelta() else SWEEP
        return SWEEP

    def _count_failure(self, timer: Timer) -> None:
        failures = self._failures.setdefault(timer.id, [])
        failures.append(self._clock())
        if len(failures) >= TRIES:
            with Net(f"giving up timer {timer.name}"):
                give_up(timer, at=self._clock())


def fire(
    due: Timer, table: Mapping[str, Fire], *, at: datetime, owed_at: datetime | None = None
) -> bool:
    """What the timer causes and that it has fired, in one transaction. Twice does nothing."""
    with transaction() as session:
        incident = incidents.lock(session, incidents.key_of(due.incident_id))
        timer = timers.still_due(session, due.id)
        if timer is None:
            return False
        failpoint("timer-due")
        if owed_at is not None and owed_at != timer.due_at:
            timer.data = {**timer.data, "owed_at": owed_at.isoformat()}
        table[timer.kind](session, incident, timer, at)
        timer.state, timer.settled_at = "fired", at
    return True


def give_up(due: Timer, *, at: datetime) -> None:
    """Tell people that what they were waiting for did not happen as it should; page plainly."""
    with transaction() as session:
        incident = incidents.lock(session, incidents.key_of(due.incident_id))
        timer = timers.still_due(session, due.id)
        if timer is None:
            return
        timer.state, timer.settled_at = "failed", at
        text = f"NOTHING HAPPENED when “{timer.kind}” was due: a fault of the incident desk"
        line = Line("timer_failed", text, {"timer": timer.name})
        record(session, incident, Outcome((line,)), actor=DESK, at=at)
        for last_resort in LAST_RESORT.get(timer.kind, ()):
            with Net(f"the last resort of timer {due.name}"), session.begin_nested():
                last_resort(session, incident, timer, at)
