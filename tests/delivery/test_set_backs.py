"""After a clock was set back: what others still promise by the clock of before."""

from datetime import timedelta

import pytest

from incident.delivery import set_backs
from incident.delivery.pulse import Pulse
from incident.storage import paces, workers
from incident.storage.db import reading, transaction
from incident.storage.paces import Pace
from tests.delivery.conftest import deliver, rows
from tests.delivery.notifiers import Told
from tests.delivery.two_clocks import BothClocks, a_scheduler, set_timer

A_WHILE = timedelta(seconds=30)
TWO_HOURS = timedelta(hours=2)


@pytest.fixture
def incident(database, an_incident):
    return an_incident()


@pytest.fixture
def clocks(clock):
    return BothClocks(clock)


@pytest.fixture
def scheduler(clocks):
    """One that has swept once already, and saw its clock set back by two hours."""
    made = a_scheduler(clocks)
    made.sweep()
    clocks.jumps(hours=-2)
    made.sweep()
    clocks.passes(seconds=1)
    return made


def set_by_the_clock_of_before(incident, name, clocks):
    then = clocks.wall() + TWO_HOURS
    set_timer(incident, name, then + A_WHILE, set_at=then)


def fires_after(scheduler, clocks, seconds):
    """One timer, then and not a second earlier."""
    assert scheduler.sweep() == 0
    clocks.passes(seconds=seconds - 1)
    assert scheduler.sweep() == 0
    clocks.passes(seconds=1)
    assert scheduler.sweep() == 1


def test_a_timer_of_somebody_who_did_not_know_yet_waits_no_longer(incident, scheduler, clocks):
    set_by_the_clock_of_before(incident, "grace", clocks)

    fires_after(scheduler, clocks, 30)


def test_one_that_is_set_by_the_new_time_meanwhile_goes_by_it(incident, scheduler, clocks):
    now = clocks.wall()
    set_by_the_clock_of_before(incident, "late", clocks)
    set_timer(incident, "new", now + A_WHILE * 2, set_at=now)

    fires_after(scheduler, clocks, 30)
    fires_after(scheduler, clocks, 30)


def test_each_goes_by_the_clock_of_whoever_set_it(incident, scheduler, clocks):
    """One process did not know yet; the clock of another is ten minutes ahead."""
    set_by_the_clock_of_before(incident, "late", clocks)
    ahead = clocks.wall() + timedelta(minutes=10)
    set_timer(incident, "ahead", ahead + 2 * A_WHILE, set_at=ahead)

    fires_after(scheduler, clocks, 30)
    fires_after(scheduler, clocks, 30)


def test_set_right_again_such_a_timer_is_not_early(incident, scheduler, clocks):
    set_by_the_clock_of_before(incident, "grace", clocks)
    scheduler.sweep()
    clocks.jumps(hours=2)
    assert scheduler.sweep() == 0

    clocks.passes(seconds=30)
    assert [scheduler.sweep(), scheduler.sweep()] == [1, 0]


def test_a_page_promised_by_somebody_who_did_not_know_yet_goes_out(a_page_due, scheduler, clocks):
    with transaction() as session:
        (page,) = rows(a_page_due)
        session.merge(page).due_at = clocks.wall() + TWO_HOURS
    assert not deliver(Told(), clocks.wall)
    scheduler.sweep()

    assert deliver(Told(), clocks.wall)


def test_whoever_starts_after_a_crash_goes_by_the_clock_of_now(incident, clocks):
    """The one who saw that the clock was set is gone, and so is what it knew."""
    set_by_the_clock_of_before(incident, "grace", clocks)
    with transaction() as session:
        paces.hold(
            session,
            "slack/C1",
            until=clocks.wall() + TWO_HOURS,
            now=clocks.wall() + TWO_HOURS,
            reason="",
        )
    scheduler = a_scheduler(clocks)
    scheduler.sweep()

    with reading() as session:
        assert session.query(Pace).one().free_at == clocks.wall()
    clocks.passes(seconds=30)
    assert scheduler.sweep() == 1


def test_it_is_not_wary_for_ever(incident, scheduler, clocks, monkeypatch):
    clocks.passes(seconds=set_backs.WARY.total_seconds())
    monkeypatch.setattr(set_backs.held_up, "hasten", lambda *_: pytest.fail("still wary"))

    assert scheduler.sweep() == 0


class Beside:
    """A thread of the worker, as its pulse sees it."""

    rounds = 0


def test_the_beat_that_tells_of_the_old_time_is_kept_until_all_have_begun(database, clocks):
    then = clocks.wall() + TWO_HOURS
    with transaction() as session:
        workers.beat(session, "before", started_at=then, at=then)
    beside = Beside()
    pulse = Pulse("now", clock=clocks.wall, rounds={"the scheduler": beside})
    pulse.turn()
    with reading() as session:
        assert workers.last_beat(session) == then

    beside.rounds = 1
    pulse.turn()
    with reading() as session:
        assert workers.last_beat(session) == clocks.wall()
