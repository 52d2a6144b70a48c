"""A clock on the wall that is set, one that nobody sets, and a scheduler that goes by both."""

from datetime import timedelta

from incident.delivery.jumps import Watched
from incident.delivery.scheduler import Scheduler
from incident.rules import cord
from incident.rules.outcome import Event, Outcome
from incident.rules.permissions import DESK
from incident.services.record import record
from incident.storage import incidents
from incident.storage.db import transaction
from incident.storage.timers import Timer


class Steady:
    """The clock that nobody sets."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


class BothClocks:
    """Time that passes moves both; a jump moves only the one on the wall."""

    def __init__(self, clock):
        self.wall, self.steady = clock, Steady()

    def passes(self, **units):
        self.wall.forward(**units)
        self.steady.seconds += timedelta(**units).total_seconds()

    def jumps(self, **units):
        self.wall.forward(**units)


def a_scheduler(clocks):
    made = Scheduler(clock=clocks.wall, fire={"say": say})
    made._clock = Watched(clocks.wall, steady=clocks.steady, on_jump=made._jumped)
    return made


def say(session, incident, timer, at):
    """What is held to be hours late is told as such."""
    late = " late" if cord.is_stale(timer.owed_at, at) else ""
    line = Event("note_added", f"{timer.name}{late}")
    record(session, incident, Outcome((line,)), actor=DESK, at=at)


def set_timer(key, name, at, *, set_at=None):
    row = Timer(incident_id=incidents.id_of(key), kind="say", name=name, due_at=at, set_at=set_at)
    with transaction() as session:
        session.add(row)
