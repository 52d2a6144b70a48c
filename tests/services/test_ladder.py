"""Whoever does not answer is followed by the next, until somebody does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from incident.delivery.scheduler import Scheduler
from incident.integrations.notifier import Delivered, Refused, TryAgain
from incident.rules.outcome import NotAllowed
from incident.rules.permissions import Actor
from incident.services import incidents, ladder, pages, runs, steps
from incident.storage import incidents as incident_rows
from incident.storage import outbox, targets, timeline
from incident.storage import pages as page_rows
from incident.storage.db import reading, transaction
from incident.storage.timers import Timer
from tests.conftest import MAYA, SAM, TOM, a_checklist, connect_target
from tests.services.test_deliveries import attempt, step

IN_PAGERDUTY = Actor("Maya", role="system", source="pagerduty")


@pytest.fixture
def rungs(database):
    """Three targets: platform stands behind primary, lead behind platform."""
    connect_target("primary", backup="platform")
    connect_target("platform", backup="lead")
    connect_target("lead")


@pytest.fixture
def paged(rungs, an_incident, clock):
    """The key of an incident whose second step is paging primary."""

    def make(item="Page the on-call {page=primary}", **opening):
        key = an_incident("Look at the graph", item, "Write it down", **opening)
        do(steps.complete, clock, incident_key=key, number=1)
        return key

    return make


def do(command, clock, **asked):
    with transaction() as session:
        return command(session, actor=asked.pop("actor", MAYA), at=clock(), **asked)


def pages_of(key):
    with reading() as session:
        return page_rows.of_incident(session, incident_rows.id_of(key))


def states(key):
    return [(page.target, page.state) for page in pages_of(key)]


def lines(key):
    with reading() as session:
        return [line.text for line in timeline.since(session, incident_rows.id_of(key), 0)]


def actions(key):
    with reading() as session:
        sent = outbox.of_incident(session, incident_rows.id_of(key))
        return [(row.target, row.action) for row in sent if row.integration == "pagerduty"]


def due(key):
    with reading() as session:
        found = select(Timer.name).where(Timer.state == "due").order_by(Timer.name)
        return list(session.scalars(found))


def deliver(clock, *, count=1):
    for _ in range(count):
        attempt(clock, Delivered(), integration="pagerduty")


def wait(clock, **units):
    """Second by second would be too slow: the sweep fires what is due, oldest first."""
    clock.forward(**units)
    Scheduler(clock=clock).sweep()


def hear(key, clock, place, who="Maya", **more):
    with transaction() as session:
        incident = incident_rows.lock(session, key)
        page = page_rows.of_incident(session, incident.id)[place]
        actor = Actor(who, role="system", source="pagerduty")
        return ladder.answered(session, incident, page, who=who, actor=actor, at=clock(), **more)


def lapse(key, clock, place, **more):
    with transaction() as session:
        incident = incident_rows.lock(session, key)
        page = page_rows.of_incident(session, incident.id)[place]
        return ladder.went_stale(session, incident, page, at=clock(), **more)


def test_whoever_does_not_answer_is_followed_by_their_backup(paged, clock):
    key = paged()
    deliver(clock)

    wait(clock, minutes=5)

    assert states(key) == [("primary", "accepted"), ("platform", "promised")]
    assert "Nobody answered primary in 5 min: paging platform (rung 2)" in lines(key)


def test_the_ladder_ends_with_the_telephone(paged, clock):
    key = paged()
    for _ in range(3):
        deliver(clock)
        wait(clock, minutes=5)

    assert states(key)[-1] == ("lead", "exhausted")
    assert "Nobody answered lead in 5 min, and nobody is left to page" in lines(key)
    assert due(key) == []


def test_a_page_that_is_not_connected_is_followed_at_once(database, an_incident, clock):
    connect_target("platform")
    connect_target("primary", backup="platform")
    with transaction() as session:
        targets.get(session, "primary").routing_key_id = None
    key = an_incident("Page the on-call {page=primary}")

    wait(clock, seconds=0)

    assert states(key) == [("primary", "not_sent"), ("platform", "promised")]


def test_nobody_connected_at_all_is_told_loudly_and_once(database, an_incident, clock):
    key = an_incident("Page the on-call {page=primary}")

    wait(clock, seconds=0)
    wait(clock, seconds=5)

    assert states(key) == [("primary", "not_sent")]
    assert lines(key).count("NOBODY WAS PAGED: primary is not connected to PagerDuty") == 1
    assert sum("nobody is left to page" in line for line in lines(key)) == 1
