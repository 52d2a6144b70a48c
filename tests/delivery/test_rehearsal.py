import socket
import sys
from datetime import timedelta

import pytest

from config import Config
from incident.delivery.lane import Lane
from incident.delivery.notifiers import notifiers_for
from incident.delivery.sender import Sender
from incident.integrations.notifier import Message, NotSent
from incident.services import deliveries, pages
from incident.services.deliveries import Ready
from incident.storage import outbox
from incident.storage.db import transaction
from tests.conftest import TOM, connect_target
from tests.delivery.conftest import rows
from tests.fakes.pagerduty import FakePagerDuty

_watched: list[str] | None = None


def _overhear(event: str, _arguments: object) -> None:
    if _watched is not None and event.startswith("socket."):
        _watched.append(event)


sys.addaudithook(_overhear)


@pytest.fixture
def sockets():
    """Whatever Python does with sockets while the test runs, in any thread."""
    global _watched
    _watched = []
    yield _watched
    _watched = None


@pytest.fixture
def make():
    """Makes the notifier that really pages, if anything asks it to."""
    with FakePagerDuty() as pagerduty:
        yield notifiers_for(Config(pagerduty_events_url=pagerduty.url))["pagerduty"]


def a_message(*, drill):
    return Message(
        delivery_id=1,
        action="trigger",
        target="primary",
        subject="[SEV1] INC-1 Uploads are failing",
        dedup_key="ic/testtest/1/step-2/g1",
        intent_key="ic/testtest/1/step-2/g1/trigger",
        settings={"severity": "sev1"},
        secret="R" * 32,
        drill=drill,
    )


def test_a_page_of_a_drill_opens_no_socket(make, sockets):
    result = Sender(make).send(Ready(a_message(drill=True), timedelta(seconds=5)))

    assert result == NotSent("this is a drill")
    assert sockets == []


def test_the_same_page_for_real_does_open_one(make, sockets):
    Sender(make).send(Ready(a_message(drill=False), timedelta(seconds=5)))

    assert "socket.connect" in sockets


def test_the_ear_of_these_tests_hears(sockets):
    socket.socket().close()

    assert sockets == ["socket.__new__"]


def test_a_sender_that_has_paged_for_real_still_sends_no_drill(make, sockets):
    sender = Sender(make)
    sender.send(Ready(a_message(drill=False), timedelta(seconds=5)))
    sockets.clear()

    sender.send(Ready(a_message(drill=True), timedelta(seconds=5)))

    assert sockets == []


def test_not_even_a_delivery_that_slipped_past_every_guard_leaves_here(
    database, an_incident, clock, make, sockets, monkeypatch
):
    """The row is due, and nothing objects: the notifier of a drill is the last wall."""
    monkeypatch.setattr(deliveries, "objection_to", lambda *_, **__: None)
    connect_target("primary")
    key = an_incident(mode="drill")
    with transaction() as session:
        pages.page(session, incident_key=key, target="primary", actor=TOM, at=clock())
    with transaction() as session:
        row = session.get_one(outbox.Delivery, rows(key)[0].id)
        row.state, row.settled_at = "due", None
    lane = Lane("pagerduty", make, owner="w", clock=clock)
    claimed = lane.claim("w")
    sockets.clear()

    lane.deliver(claimed, Sender(make))

    assert sockets == []
    assert rows(key)[0].state == "not_sent"
