from datetime import timedelta

import pytest

from incident.delivery.worker import Worker
from incident.integrations.notifier import Delivered, Refused, TryAgain
from incident.rules import budgets
from incident.rules.outcome import Notice
from incident.services import pages
from incident.storage import claims, lateness, outbox, targets
from incident.storage.db import reading, transaction
from incident.storage.targets import RoutingKey
from tests.conftest import TOM, connect_target
from tests.delivery.conftest import deliver, lines, promise, rows
from tests.delivery.notifiers import Told
from tests.trials.processes import wait_until

TOO_MANY = TryAgain("PagerDuty is taking no more events just now (429)", crowded=True)


@pytest.fixture
def paged(database, an_incident, clock):
    """Makes so many incidents that page primary; returns their keys."""

    def make(count, **opening):
        keys = [an_incident(**opening) for _ in range(count)]
        with transaction() as session:
            for key in keys:
                pages.page(session, incident_key=key, target="primary", actor=TOM, at=clock())
        return keys

    connect_target("primary")
    return make


def key_of_primary():
    with reading() as session:
        target = targets.find(session, "primary")
        return session.get_one(RoutingKey, target.routing_key_id)


def set_key(**fields):
    with transaction() as session:
        key = session.get_one(RoutingKey, key_of_primary().id)
        for name, value in fields.items():
            setattr(key, name, value)


def deliver_all(pager, clock):
    count = 0
    while deliver(pager, clock):
        count += 1
    return count


def next_at(clock):
    with reading() as session:
        return claims.next_due_at(session, "pagerduty", clock())


def test_a_key_sends_a_burst_and_then_one_a_second(paged, clock):
    paged(int(budgets.BURST) + 3)
    pager = Told(*[Delivered()] * 60)

    assert deliver_all(pager, clock) == budgets.BURST
    assert next_at(clock) == clock() + timedelta(seconds=1)
    clock.forward(seconds=2)
    assert deliver_all(pager, clock) == 2


def test_another_key_has_an_allowance_of_its_own(paged, clock, an_incident):
    connect_target("platform")
    set_key(allowance=0.0, allowance_at=clock())
    paged(1)
    key = an_incident()
    with transaction() as session:
        pages.page(session, incident_key=key, target="platform", actor=TOM, at=clock())
    pager = Told(Delivered())

    deliver_all(pager, clock)

    assert [message.target for message in pager.sent] == ["platform"]


def test_too_many_is_told_to_one_and_heeded_by_all(paged, clock):
    keys = paged(20)
    pager = Told(TOO_MANY)

    assert deliver_all(pager, clock) == 1
    assert next_at(clock) == clock() + timedelta(seconds=5)
    assert lines(keys[0])[-1].endswith("Trying again in 5 s")
    assert "429" not in lines(keys[1])[-1]


def test_a_vendor_that_says_how_long_is_left_alone_as_long(paged, clock):
    paged(2)
    deliver(Told(TryAgain("429", after=timedelta(seconds=40), crowded=True)), clock)

    clock.forward(seconds=39)
    assert not deliver(Told(), clock)
    clock.forward(seconds=1)
    assert deliver(Told(Delivered()), clock)


def test_after_a_pause_one_page_tries_before_the_others(paged, clock):
    paged(5)
    deliver(Told(TOO_MANY), clock)
    clock.forward(seconds=5)

    def while_it_tries():
        assert not deliver(Told(), clock, owner="worker-2")
        return Delivered()

    deliver(Told(while_it_tries), clock)
    assert deliver(Told(Delivered()), clock)


def test_a_worker_that_dies_trying_leaves_the_others_waiting_no_longer_than_its_claim(paged, clock):
    paged(2)
    deliver(Told(TOO_MANY), clock)
    clock.forward(seconds=5)
    with transaction() as session:
        assert claims.claim(session, integration="pagerduty", owner="dies", now=clock())

    clock.forward(seconds=9)
    assert not deliver(Told(), clock)
    clock.forward(seconds=2)
    assert deliver(Told(Delivered()), clock)


def test_ten_minutes_of_too_many_cost_few_calls_and_no_page(paged, clock):
    keys = paged(20)
    pager = Told(*[TOO_MANY] * 100)
    ends = clock() + timedelta(minutes=10)
    while clock() < ends:
        deliver_all(pager, clock)
        clock.now = next_at(clock)
    calls = len(pager.sent)
    pager.answers = [Delivered()] * 100
    while next_at(clock) is not None:
        deliver_all(pager, clock)
        clock.forward(seconds=1)

    assert calls <= 25
    assert {rows(key)[0].state for key in keys} == {"sent"}


def test_what_waits_for_a_pause_is_not_stale_afterwards(paged, clock):
    connect_target("primary", stale_seconds=60)
    keys = paged(3)
    pager = Told(*[TOO_MANY] * 10, *[Delivered()] * 3)
    for _ in range(10):
        deliver(pager, clock)
        clock.now = next_at(clock)

    while deliver(pager, clock):
        clock.forward(seconds=1)

    assert {rows(key)[0].state for key in keys} == {"sent"}


def test_what_was_stale_before_the_pause_stays_so(paged, clock):
    (key,) = paged(1)
    clock.forward(hours=2)
    with transaction() as session:
        until = clock() + timedelta(seconds=5)
        lateness.postpone(session, key_of_primary().id, now=clock(), until=until)

    pager = Told()
    deliver(pager, clock)

    assert pager.sent == []
    assert lines(key)[-1].startswith("NOBODY WAS PAGED: it was due at 10 Jul 2021, 02:00 UTC")


def test_another_answer_than_too_many_ends_the_pause(paged, clock):
    paged(3)
    deliver(Told(TOO_MANY), clock)
    clock.forward(seconds=5)
    deliver(Told(Refused("no such key")), clock)

    assert key_of_primary().paused_until is None
    assert deliver_all(Told(Delivered(), Delivered()), clock) == 2


def test_pages_go_before_what_ends_them_and_both_before_notes(paged, clock):
    noted, answered = paged(2, severity="sev3")
    pager = Told(*[Delivered()] * 10)
    deliver_all(pager, clock)
    promise(noted, a_notice("note_held"), at=clock())
    promise(answered, a_notice("acknowledge"), at=clock.forward(seconds=1))
    paged(1, severity="sev4")
    paged(1, severity="sev1")

    clock.forward(minutes=1)
    deliver_all(pager, clock)

    said = [message.action for message in pager.sent[2:]]
    assert said == ["trigger", "trigger", "acknowledge", "note_held"]
    assert [m.settings["severity"] for m in pager.sent[2:4]] == ["sev1", "sev4"]


def a_notice(action):
    return Notice("pagerduty", action, "primary", "Help", "page-1")


def test_a_note_leaves_the_last_of_the_allowance_to_pages(paged, clock):
    (key,) = paged(1)
    pager = Told(*[Delivered()] * 10)
    deliver(pager, clock)
    promise(key, a_notice("note_held"), at=clock())
    set_key(allowance=5.0, allowance_at=clock())
    paged(1)

    deliver_all(pager, clock)
    assert pager.sent[-1].action == "trigger"
    assert next_at(clock) == clock() + timedelta(seconds=7)
    clock.forward(seconds=7)
    deliver_all(pager, clock)
    assert pager.sent[-1].action == "note_held"


def test_a_clock_set_back_takes_no_allowance_away(paged, clock):
    paged(2)
    deliver(Told(Delivered()), clock)
    clock.forward(hours=-2)
    with transaction() as session:
        row = session.get_one(outbox.Delivery, 2)
        row.due_at = clock()

    assert deliver(Told(Delivered()), clock)


def test_a_lane_waits_out_a_pause_without_asking_all_the_time(paged, clock):
    (key,) = paged(1)
    set_key(paused_until=clock() + timedelta(seconds=30))
    pager = Told(Delivered())
    worker = Worker({"pagerduty": lambda: pager}, clock=clock)
    (lane,) = worker._lanes
    worker.start()
    wait_until(lambda: lane.rounds > 4, "every thread to look")
    before = lane.rounds
    wait_until(lambda: lane.rounds > before, "another look")
    clock.forward(seconds=31)
    wait_until(lambda: rows(key)[0].state == "sent", "the page to be sent")
    worker.stop()
    worker.join()

    assert lane.rounds < 100
