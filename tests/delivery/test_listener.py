"""What no webhook tells is asked for: often at first, then less, and never too much."""

import json

import pytest
from sqlalchemy import select

from config import Config
from incident.delivery import listener as listening
from incident.delivery.listener import Listener
from incident.integrations.notifier import Delivered
from incident.integrations.pagerduty.notifier import PagerDuty
from incident.services import hearing, incidents, steps, webhooks
from incident.services.deliveries import claim, guard, settle
from incident.storage import incidents as incident_rows
from incident.storage import pages, proofs, timeline
from incident.storage.db import reading, transaction
from incident.storage.signals import Signal
from tests.conftest import MAYA, connect_target
from tests.fakes import server
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.pagerduty_catalog import A_TOKEN


@pytest.fixture
def pagerduty(clock):
    with FakePagerDuty(clock=clock) as fake:
        yield fake


@pytest.fixture
def listener(database, pagerduty, clock):
    return Listener(_config(pagerduty), clock=clock)


@pytest.fixture
def paged(database, an_incident, clock, pagerduty):
    """Makes an incident whose page our PagerDuty has really taken; returns its key."""

    def make():
        connect_target("primary")
        key = an_incident("Look at the graph", "Page the on-call {page=primary}", "Write it down")
        with transaction() as session:
            steps.complete(session, incident_key=key, number=1, actor=MAYA, at=clock())
        send(pagerduty, clock)
        return key

    return make


def _config(pagerduty, token=A_TOKEN):
    return Config(pagerduty_api_url=pagerduty.url, pagerduty_api_token=token)


def send(pagerduty, clock):
    with transaction() as session:
        claimed = claim(session, integration="pagerduty", owner="w", at=clock())
    with reading() as session:
        ready = guard(session, claimed, public_url="https://desk", at=clock())
    result = PagerDuty(pagerduty.url).send(ready.message)
    assert isinstance(result, Delivered)
    with transaction() as session:
        settle(session, claimed, result, at=clock(), spread=0.0)


def page_of(key):
    with reading() as session:
        return pages.of_incident(session, incident_rows.id_of(key))[0]


def lines(key):
    with reading() as session:
        return [line.text for line in timeline.since(session, incident_rows.id_of(key), 0)]


def proof():
    with reading() as session:
        return proofs.find(session, "pagerduty", "listening")


def listen(listener, clock, **units):
    clock.forward(**units)
    return listener.turn()


def test_that_there_is_an_incident_and_whom_it_rang_is_found_by_asking(paged, listener, clock):
    key = paged()

    listen(listener, clock, seconds=1)

    page = page_of(key)
    assert (page.state, page.notified_whom) == ("notified", "Maya (push)")
    assert page.pagerduty_id == "Q0000001"
    assert "PagerDuty notified Maya by push" in lines(key)


def test_an_answer_is_found_by_asking(paged, listener, pagerduty, clock):
    key = paged()
    listen(listener, clock, seconds=1)
    pagerduty.acknowledge(page_of(key).dedup_key, "Tom")

    listen(listener, clock, seconds=5)

    assert (page_of(key).state, page_of(key).acknowledged_by) == ("acknowledged", "Tom")


def test_asking_again_tells_nothing_again(paged, listener, pagerduty, clock):
    key = paged()
    listen(listener, clock, seconds=1)
    pagerduty.annotate(page_of(key).dedup_key, "The disk is full", "Tom")
    listen(listener, clock, seconds=5)
    before = lines(key)

    fresh = Listener(_config(pagerduty), clock=clock)
    asked = [listen(one, clock, seconds=5) for one in (listener, fresh)]

    assert asked == [1, 1]
    assert lines(key) == before


def test_it_is_asked_often_at_first_and_then_less(paged, listener, pagerduty, clock):
    paged()

    turns = [
        sum(listen(listener, clock, seconds=step) for _ in range(count))
        for step, count in ((5, 24), (15, 32), (20, 9))
    ]

    assert turns == [23, 31, 3]


def test_an_answer_that_lapses_is_heard_within_a_minute(paged, listener, pagerduty, clock):
    key = paged()
    listen(listener, clock, seconds=1)
    pagerduty.acknowledge(page_of(key).dedup_key, "Maya")
    listen(listener, clock, seconds=5)
    clock.forward(minutes=30)
    pagerduty.unacknowledge(page_of(key).dedup_key)

    listen(listener, clock, seconds=60)

    assert page_of(key).state == "notified"


def test_nobody_is_left_to_ask(paged, listener, pagerduty, clock):
    key = paged()
    listen(listener, clock, seconds=1)
    pagerduty.exhaust(page_of(key).dedup_key)

    listen(listener, clock, seconds=5)

    assert page_of(key).alarm.startswith("NOBODY HAS ANSWERED")


def test_what_is_over_is_not_asked_about(paged, listener, clock):
    key = paged()
    with transaction() as session:
        incidents.move(session, incident_key=key, action="resolve", actor=MAYA, at=clock())

    assert listen(listener, clock, seconds=5) == 0


def test_without_a_token_nobody_is_asked(paged, pagerduty, clock):
    paged()

    assert listen(Listener(_config(pagerduty, token=""), clock=clock), clock, seconds=5) == 0
    assert pagerduty.rest_requests() == []


def test_many_old_pages_hold_up_no_young_one(paged, listener, pagerduty, clock, monkeypatch):
    for _ in range(3):
        paged()
    listen(listener, clock, seconds=1)
    listen(listener, clock, minutes=11)
    young = paged()
    listen(listener, clock, seconds=5)
    pagerduty.acknowledge(page_of(young).dedup_key, "Tom")

    monkeypatch.setattr(listening, "PER_MINUTE", 1)
    listen(listener, clock, seconds=61)

    assert page_of(young).state == "acknowledged"


@pytest.mark.parametrize("minutes", [3, 11])
def test_whoever_begins_among_many_old_pages_hears_of_a_young_one_soon(
    paged, pagerduty, clock, monkeypatch, minutes
):
    monkeypatch.setattr(listening, "PER_MINUTE", 20)
    for _ in range(16):
        paged()
    clock.forward(minutes=minutes)
    young = paged()
    listener = Listener(_config(pagerduty), clock=clock)
    listener.turn()
    pagerduty.acknowledge(page_of(young).dedup_key, "Tom")

    for _ in range(2):
        listen(listener, clock, seconds=5)

    assert page_of(young).state == "acknowledged"


def test_the_old_ones_have_their_turn_among_many_young_ones(paged, pagerduty, clock, monkeypatch):
    monkeypatch.setattr(listening, "PER_MINUTE", 20)
    old = paged()
    clock.forward(minutes=11)
    for _ in range(4):
        paged()
    listener = Listener(_config(pagerduty), clock=clock)
    for _ in range(36):
        listen(listener, clock, seconds=5)

    assert page_of(old).state == "notified"


def test_never_more_questions_than_a_minute_allows(paged, listener, pagerduty, clock, monkeypatch):
    monkeypatch.setattr(listening, "PER_MINUTE", 8)
    first, *_, last = [paged() for _ in range(3)]

    asked = [listen(listener, clock, seconds=5) for _ in range(11)]

    assert len(pagerduty.rest_requests()) == 8
    assert (asked[0], sum(asked[3:])) == (3, 0)
    assert {page_of(key).state for key in (first, last)} == {"notified"}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (server.status(401), "refuses to say what became of a page: The API token is not valid"),
        (server.status(503), "does not say what became of a page: PagerDuty answered 503."),
    ],
)
def test_what_keeps_us_from_hearing_is_said_and_let_be(
    paged, listener, pagerduty, clock, fault, words
):
    paged()
    pagerduty.faults["/incidents"] = fault

    asked = [listen(listener, clock, seconds=1) for _ in range(10)]

    assert asked == [0] * 10
    assert len(pagerduty.rest_requests()) == 1
    assert words in proof().sentence


def test_once_it_is_heard_again_nothing_is_wrong(paged, listener, pagerduty, clock):
    key = paged()
    pagerduty.faults["/incidents"] = server.status(503)
    listen(listener, clock, seconds=1)
    pagerduty.faults.clear()

    listen(listener, clock, seconds=60)

    assert (proof().ok, proof().sentence) == (True, "")
    assert page_of(key).state == "notified"


def test_a_429_is_obeyed(paged, listener, pagerduty, clock):
    paged()
    pagerduty.faults["/incidents"] = server.rate_limited(50)

    for _ in range(45):
        listen(listener, clock, seconds=1)

    assert len(pagerduty.rest_requests()) == 1


def test_an_incident_that_is_hidden_keeps_no_other_from_being_heard(
    paged, listener, pagerduty, clock
):
    hidden, seen = paged(), paged()
    listen(listener, clock, seconds=1)
    pagerduty.faults[f"/incidents/{page_of(hidden).pagerduty_id}"] = server.status(404)
    pagerduty.acknowledge(page_of(seen).dedup_key, "Maya")

    listen(listener, clock, seconds=5)

    assert page_of(seen).state == "acknowledged"


def test_a_webhook_that_names_no_key_is_understood_by_asking(paged, listener, pagerduty, clock):
    pagerduty.hides_keys = True
    key = paged()
    pagerduty.acknowledge(page_of(key).dedup_key, "Maya")
    body = json.dumps(pagerduty.told[-1].body).encode()
    with transaction() as session:
        webhooks.read(session, webhooks.keep(session, body, "w-1", at=clock()), clock())

    listen(listener, clock, seconds=1)

    with reading() as session:
        assert session.scalars(select(Signal.state)).all() == ["noted"]
    assert page_of(key).acknowledged_by == "Maya"


def test_what_cannot_be_written_down_keeps_no_answer_from_being_heard(
    paged, listener, pagerduty, clock, monkeypatch
):
    key, hear = paged(), hearing.hear

    def stumble(session, heard, *, at):
        return 1 / 0 if heard.kind == "notified" else hear(session, heard, at=at)

    monkeypatch.setattr(hearing, "hear", stumble)
    listen(listener, clock, seconds=1)
    pagerduty.acknowledge(page_of(key).dedup_key, "Tom")

    listen(listener, clock, seconds=5)

    assert (page_of(key).state, page_of(key).acknowledged_by) == ("acknowledged", "Tom")
