"""A page and a post that are due, and what the timeline says about them."""

import pytest

from incident.delivery import lane
from incident.delivery.worker import deliver_one
from incident.rules.outcome import Notice, Outcome
from incident.services import pages
from incident.services.record import record
from incident.storage import incidents, outbox, timeline
from incident.storage.db import reading, transaction
from tests.conftest import MAYA, connect_target


@pytest.fixture(autouse=True)
def one_clock(monkeypatch):
    """Leases go by the database's clock on PostgreSQL. Here it is the one that tests move."""
    monkeypatch.setattr(outbox, "database_now", lambda _session, process_now: process_now)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    """After something failed, the lane rests a moment. Not here."""
    monkeypatch.setattr(lane, "PAUSE", 0.001)


@pytest.fixture
def a_page_due(database, an_incident, clock):
    """The key of an incident whose primary on-call has just been paged."""
    connect_target("primary")
    key = an_incident(severity="sev1")
    with transaction() as session:
        pages.page(session, incident_key=key, target="primary", text="Help", actor=MAYA, at=clock())
    return key


@pytest.fixture
def a_post_due(database, an_incident, clock):
    """The key of an incident with one post to #support."""
    key = an_incident()
    promise(key, a_post("post-1"), at=clock())
    return key


def a_post(cause, *, action="post", channel="#support", **settings):
    settings = {"channel": channel, "text": "We are on it", **settings}
    return Notice("slack", action, channel, "We are on it", cause, settings=settings)


def promise(key, *notices, at):
    with transaction() as session:
        incident = incidents.lock(session, key)
        record(session, incident, Outcome(notices=notices), actor=MAYA, at=at)


def deliver(notifier, clock, *, integration="pagerduty", owner="worker-1"):
    return deliver_one(
        notifier,
        integration=integration,
        owner=owner,
        clock=clock,
        public_url="https://desk.example",
    )


def lines(key):
    with reading() as session:
        return [event.text for event in timeline.since(session, incidents.id_of(key), 0)]


def rows(key):
    with reading() as session:
        return outbox.of_incident(session, incidents.id_of(key))
