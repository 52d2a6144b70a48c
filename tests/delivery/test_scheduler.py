from datetime import timedelta

import pytest

from incident.delivery.scheduler import FIRST, Scheduler
from incident.rules.outcome import Event, Outcome
from incident.rules.permissions import DESK
from incident.services.record import record
from incident.storage import incidents, timers
from incident.storage.db import reading, transaction
from incident.storage.timers import Timer
from tests.delivery.conftest import lines


def say(session, incident, timer, at):
    record(session, incident, Outcome((Event("note_added", timer.name),)), actor=DESK, at=at)


def break_down(session, incident, timer, at):
    say(session, incident, timer, at)
    raise ZeroDivisionError(timer.name)


@pytest.fixture
def incident(database, an_incident):
    return an_incident()


@pytest.fixture
def scheduler(clock):
    return Scheduler(clock=clock, fire={"say": say, "broken": break_down})


def a_timer(key, name, at, kind="say"):
    with transaction() as session:
        session.add(Timer(incident_id=incidents.id_of(key), kind=kind, name=name, due_at=at))


def state(name):
    with reading() as session:
        return timers.find(session, name).state


def test_a_timer_fires_when_it_is_due_and_not_before(incident, scheduler, clock):
    a_timer(incident, "later", clock() + timedelta(seconds=30))

    assert scheduler.sweep() == 0
    clock.forward(seconds=30)
    assert scheduler.sweep() == 1
    assert (lines(incident)[-1], state("later")) == ("later", "fired")


def test_a_timer_fires_once(incident, scheduler, clock):
    a_timer(incident, "once", clock())
    scheduler.sweep()

    assert scheduler.sweep() == 0
    assert lines(incident).count("once") == 1


def test_what_became_due_while_nobody_was_there_fires_in_order(incident, scheduler, clock):
    a_timer(incident, "second", clock() + timedelta(minutes=2))
    a_timer(incident, "first", clock() + timedelta(minutes=1))
    clock.forward(hours=5)

    assert scheduler.sweep() == 2
    assert lines(incident)[-2:] == ["first", "second"]


@pytest.mark.parametrize("kind", FIRST)
def test_a_cry_goes_before_whatever_has_been_due_for_longer(incident, clock, kind):
    scheduler = Scheduler(clock=clock, fire={"say": say, kind: say})
    a_timer(incident, "a reminder", clock() - timedelta(days=2))
    a_timer(incident, "a cry", clock() - timedelta(seconds=1), kind=kind)
    a_timer(incident, "a cry before it", clock() - timedelta(minutes=1), kind=kind)

    assert scheduler.sweep() == 3
    assert lines(incident)[-3:] == ["a cry before it", "a cry", "a reminder"]


def test_a_cancelled_timer_stays_silent(incident, scheduler, clock):
    a_timer(incident, "cancelled", clock())
    with transaction() as session:
        timers.find(session, "cancelled").state = "cancelled"

    assert scheduler.sweep() == 0


def test_a_clock_that_is_set_back_fires_nothing_twice(incident, scheduler, clock):
    a_timer(incident, "once", clock())
    scheduler.sweep()
    clock.forward(hours=-2)
    scheduler.sweep()
    clock.forward(hours=4)

    assert scheduler.sweep() == 0


def test_a_bad_timer_writes_nothing_and_stops_no_other(incident, scheduler, clock):
    a_timer(incident, "bad", clock(), kind="broken")
    a_timer(incident, "good", clock() + timedelta(seconds=1))
    clock.forward(seconds=1)

    assert scheduler.sweep() == 1
    assert lines(incident)[-1] == "good"
    assert state("bad") == "due"


def test_a_bad_timer_is_given_up_after_three_tries_and_told(incident, scheduler, clock):
    a_timer(incident, "bad", clock(), kind="broken")
    for _ in range(3):
        scheduler.sweep()
        clock.forward(seconds=1)

    assert state("bad") == "failed"
    assert lines(incident)[-1].startswith("NOTHING HAPPENED when “broken” was due")


def test_a_bad_timer_is_not_tried_again_within_the_same_second(incident, scheduler, clock):
    a_timer(incident, "bad", clock(), kind="broken")
    for _ in range(5):
        scheduler.sweep()

    assert state("bad") == "due"


def test_whoever_has_much_to_fire_is_not_stuck(incident, scheduler, clock):
    for number in range(3):
        a_timer(incident, f"due {number}", clock())
    before = scheduler.rounds

    assert scheduler.sweep() == scheduler.rounds - before == 3
