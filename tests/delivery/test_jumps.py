from datetime import timedelta

import pytest

from incident.delivery.jumps import Watched
from incident.delivery.scheduler import Scheduler
from incident.integrations.notifier import Delivered
from incident.storage import claims, held_up, outbox, timers, workers
from incident.storage.db import reading, transaction
from incident.storage.outbox import Delivery
from incident.storage.targets import RoutingKey
from tests.delivery.conftest import deliver, lines, rows
from tests.delivery.notifiers import Told
from tests.delivery.two_clocks import BothClocks, a_scheduler, say, set_timer


@pytest.fixture
def clocks(clock):
    return BothClocks(clock)


@pytest.fixture
def jumped():
    return []


@pytest.fixture
def watched(clocks, jumped):
    watched = Watched(clocks.wall, steady=clocks.steady, on_jump=jumped.append)
    watched()
    return watched


def test_time_that_passes_is_no_jump(watched, clocks, jumped):
    clocks.passes(hours=5)
    watched()

    assert jumped == []


def test_a_clock_that_is_slewed_is_no_jump(watched, clocks, jumped):
    for _ in range(100):
        clocks.passes(seconds=1)
        clocks.jumps(seconds=10)
        watched()

    assert jumped == []


@pytest.mark.parametrize("hours", [-2, 72])
def test_a_jump_is_told_once_with_its_length(watched, clocks, jumped, hours):
    clocks.passes(seconds=3)
    clocks.jumps(hours=hours)
    watched()
    watched()

    assert [jump.length for jump in jumped] == [timedelta(hours=hours)]


def test_what_the_clock_jumped_over_came_due_when_it_landed(watched, clocks):
    due_at = clocks.wall() + timedelta(minutes=10)
    clocks.jumps(hours=72)
    landed = watched()

    assert watched.owed_at(due_at) == landed


def test_what_was_late_before_the_jump_stays_as_late_as_it_was(watched, clocks):
    due_at = clocks.wall()
    clocks.passes(minutes=20)
    watched()
    clocks.jumps(hours=72)

    assert watched() - watched.owed_at(due_at) == timedelta(minutes=20)


def test_what_comes_due_after_the_jump_is_not_touched(watched, clocks):
    clocks.jumps(hours=72)
    later = watched() + timedelta(seconds=1)

    assert watched.owed_at(later) == later


@pytest.fixture
def incident(database, an_incident):
    return an_incident()


@pytest.fixture
def scheduler(clocks):
    """One that has swept once already."""
    made = a_scheduler(clocks)
    made.sweep()
    return made


def test_a_timer_that_the_clock_jumped_over_fires_and_is_not_stale(incident, scheduler, clocks):
    set_timer(incident, "grace", clocks.wall() + timedelta(seconds=30))
    clocks.jumps(hours=72)

    assert scheduler.sweep() == 1
    assert lines(incident)[-1] == "grace"


def test_a_timer_that_waited_while_nothing_ran_is_stale(incident, clocks):
    set_timer(incident, "grace", clocks.wall() + timedelta(seconds=30))
    clocks.passes(hours=72)

    assert Scheduler(clock=clocks.wall, fire={"say": say}).sweep() == 1
    assert lines(incident)[-1] == "grace late"


def test_a_timer_waits_no_longer_because_the_clock_was_set_back(incident, scheduler, clocks):
    set_timer(incident, "grace", clocks.wall() + timedelta(seconds=30))
    clocks.jumps(hours=-2)
    assert scheduler.sweep() == 0

    clocks.passes(seconds=29)
    assert scheduler.sweep() == 0
    clocks.passes(seconds=1)
    assert scheduler.sweep() == 1


def test_a_timer_set_after_the_clock_was_set_back_goes_by_the_new_time(incident, scheduler, clocks):
    clocks.jumps(hours=-2)
    scheduler.sweep()
    set_timer(incident, "new", clocks.wall() + timedelta(seconds=30))

    assert scheduler.sweep() == 0
    clocks.passes(seconds=30)
    assert scheduler.sweep() == 1


def test_a_clock_that_goes_back_and_forth_fires_nothing_early_or_twice(incident, scheduler, clocks):
    set_timer(incident, "grace", clocks.wall() + timedelta(seconds=30))
    for hours in (-2, 2, -2, 2):
        clocks.jumps(hours=hours)
        assert scheduler.sweep() == 0

    clocks.passes(seconds=30)
    assert [scheduler.sweep(), scheduler.sweep()] == [1, 0]


def test_a_clock_set_back_again_does_not_end_the_grace_of_a_newer_timer(
    incident, scheduler, clocks
):
    clocks.jumps(hours=-72)
    scheduler.sweep()
    set_timer(incident, "new", clocks.wall() + timedelta(seconds=30))
    clocks.jumps(minutes=-10)

    assert scheduler.sweep() == 0
    clocks.passes(seconds=30)
    assert scheduler.sweep() == 1


def test_timers_of_two_times_each_go_by_their_own(incident, scheduler, clocks):
    for name in ("first", "second"):
        set_timer(incident, name, clocks.wall() + timedelta(seconds=30))
        clocks.jumps(hours=-2)
        assert scheduler.sweep() == 0
    clocks.passes(seconds=30)

    assert scheduler.sweep() == 2


def test_a_clock_set_back_while_no_worker_ran_is_noticed_by_the_next_one(incident, clocks):
    set_timer(incident, "grace", clocks.wall() + timedelta(seconds=30))
    with transaction() as session:
        workers.beat(session, "dead", started_at=clocks.wall(), at=clocks.wall())
    clocks.jumps(hours=-2)
    scheduler = a_scheduler(clocks)
    scheduler.resume()
    assert scheduler.sweep() == 0

    clocks.passes(seconds=30)
    assert scheduler.sweep() == 1


def test_a_worker_that_starts_long_after_the_last_one_sees_no_jump(incident, clocks, caplog):
    with transaction() as session:
        workers.beat(session, "dead", started_at=clocks.wall(), at=clocks.wall())
    clocks.passes(hours=72)
    scheduler = a_scheduler(clocks)
    scheduler.resume()
    scheduler.sweep()

    assert "the clock jumped" not in caplog.text


def test_a_page_promised_before_the_clock_was_set_back_goes_out(a_page_due, scheduler, clocks):
    clocks.jumps(hours=-2)
    assert not deliver(Told(), clocks.wall)
    scheduler.sweep()
    pager = Told(Delivered())

    assert deliver(pager, clocks.wall)


def test_a_claim_from_before_the_clock_was_set_back_still_lapses(a_page_due, scheduler, clocks):
    with transaction() as session:
        claims.claim(session, integration="pagerduty", owner="dead", now=clocks.wall())
    clocks.jumps(hours=-2)
    scheduler.sweep()

    (row,) = rows(a_page_due)
    assert row.lease_until == clocks.wall() + outbox.LEASE


def test_a_key_that_was_paused_by_the_clock_of_before_is_free_again(a_page_due, clock):
    with transaction() as session:
        key = session.query(RoutingKey).one()
        key.paused_until = key.allowance_at = clock() + timedelta(hours=2)
        held_up.hasten(session, clock())

    with reading() as session:
        key = session.query(RoutingKey).one()
        assert (key.paused_until, key.allowance_at) == (None, clock())


def test_hastening_leaves_alone_what_waits_for_a_moment(a_page_due, clock):
    soon = clock() + timedelta(minutes=1)
    with transaction() as session:
        session.query(Delivery).one().due_at = soon
    with transaction() as session:
        held_up.hasten(session, clock())

    assert rows(a_page_due)[0].due_at == soon


def test_what_the_clock_jumped_over_is_written_on_the_timer(incident, scheduler, clocks):
    due_at = clocks.wall() + timedelta(seconds=30)
    set_timer(incident, "grace", due_at)
    clocks.jumps(hours=72)
    scheduler.sweep()

    with reading() as session:
        timer = timers.find(session, "grace")
    assert (timer.due_at, timer.owed_at) == (due_at, clocks.wall())
