"""Whether the desk lives, and whether it is ready."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from incident.services import proofs
from incident.storage import outbox, signals, workers
from incident.storage.db import transaction
from incident.storage.proofs import Proof
from incident.storage.slack_rules import SlackRule
from tests.api.scripts import Script
from tests.conftest import START, connect_target


@pytest.fixture(autouse=True)
def one_clock(monkeypatch):
    """On PostgreSQL signs of life go by its clock. Here it is the one that tests move."""
    monkeypatch.setattr(outbox, "database_now", lambda _session, process_now: process_now)


@pytest.fixture
def anybody(script):
    script.token = None
    return script


def beat(at=START, jump=None) -> None:
    with transaction() as session:
        workers.beat(session, "w1", started_at=START, at=at, jump=jump)


def test_anybody_may_ask_whether_it_lives(anybody):
    assert anybody.get("/healthz").json == {"status": "ok"}


def test_it_is_ready_when_a_worker_lives_and_no_page_waits(anybody):
    beat()

    ready = anybody.get("/readyz")

    assert (ready.status_code, ready.json["ready"], ready.json["problems"]) == (200, True, [])


def test_without_a_worker_it_is_not_ready(anybody):
    ready = anybody.get("/readyz")

    assert ready.status_code == 503
    assert "Retry-After" in ready.headers
    assert ready.json["problems"] == ["No worker has given a sign of life: nothing is sent."]


def test_a_silent_worker_is_as_good_as_none(anybody, clock):
    beat()
    clock.forward(seconds=16)

    assert anybody.get("/readyz").json["problems"] == [
        "The worker has been silent for 16 seconds: it has ended, or part of it is stuck."
    ]


def test_a_page_that_waits_for_half_a_minute_is_told(anybody, clock, an_incident):
    connect_target()
    an_incident("Page the mobile on-call {page=primary ack=5m}")
    clock.forward(seconds=31)
    beat(clock())

    ready = anybody.get("/readyz")

    assert ready.json["problems"] == ["A page has been waiting for 31 seconds to be sent."]
    assert ready.json["oldest_page_at"] == "2021-07-10T02:00:00Z"


def test_a_message_that_nobody_reads_for_half_a_minute_is_told(anybody, clock):
    with transaction() as session:
        signals.keep(session, integration="slack", delivery_key="Ev1", raw={}, at=START)
    clock.forward(seconds=31)
    beat(clock())

    assert anybody.get("/readyz").json["problems"] == [
        "A message has been waiting for 31 seconds to be read."
    ]


def test_a_clock_that_differs_from_the_databases_is_told(anybody, clock, monkeypatch):
    beat()
    monkeypatch.setattr(outbox, "database_now", lambda _, now: now - timedelta(minutes=10))

    assert anybody.get("/readyz").json["warnings"] == [
        "The clocks of this process and of the database differ by 600 seconds: pages may climb "
        "early or late. Set them right."
    ]


def test_a_sign_of_life_from_before_the_clock_was_set_back_is_none(anybody, clock):
    beat()
    clock.forward(hours=-2)

    assert anybody.get("/readyz").json["problems"] == [
        "The worker has been silent for 7200 seconds: it has ended, or part of it is stuck."
    ]


def test_whoever_beats_in_the_future_is_forgotten_by_the_next_one(database, clock):
    beat(clock())
    clock.forward(hours=-2)
    with transaction() as session:
        workers.beat(session, "w2", started_at=START, at=clock())
        workers.forget_ahead(session, clock())

    with transaction() as session:
        assert workers.last_beat(session) == clock()


@pytest.mark.parametrize(("seconds", "said"), [(7200, "forward"), (-7200, "back")])
def test_a_clock_that_was_set_is_a_warning_and_no_more(anybody, seconds, said):
    beat(jump=(START, seconds))

    ready = anybody.get("/readyz")

    assert ready.status_code == 200
    assert ready.json["warnings"] == [
        f"The clock of the worker's machine was set {said} by 7200 seconds: check it."
    ]


def test_a_channel_that_cannot_be_heard_is_a_warning_and_no_more(anybody, clock):
    beat()
    with transaction() as session:
        session.add(
            SlackRule(
                channel="C0A", target="primary", armed=True, created_at=START, updated_at=START
            )
        )
        session.add(Proof(subject="slack", name="channel C0A", ok=False, checked_at=START))

    ready = anybody.get("/readyz")

    assert ready.status_code == 200
    (told,) = ready.json["warnings"]
    assert told.startswith("A cry for help is not heard in one channel of Slack")


def test_a_clock_that_was_set_is_told_for_an_hour(anybody, clock):
    beat(jump=(START, 7200))
    clock.forward(minutes=61)
    beat(clock())

    assert anybody.get("/readyz").json["warnings"] == []


def test_a_prover_that_fell_silent_is_told(anybody, clock):
    with transaction() as session:
        proofs.round_done(session, at=clock(), looked=True)
    beat(clock.forward(minutes=30))
    assert anybody.get("/readyz").json["problems"] == []
    beat(clock.forward(seconds=1))

    assert anybody.get("/readyz").json["problems"] == [
        "The path to the pager has not been checked for 1801 seconds."
    ]


def test_it_is_looked_at_once_a_second_at_most(anybody, clock):
    anybody.get("/readyz")
    beat()

    assert anybody.get("/readyz").status_code == 503
    clock.forward(seconds=1)
    assert anybody.get("/readyz").status_code == 200


def test_a_database_that_cannot_be_written_is_told(app_on_sqlite, sqlite):
    beat()
    sqlite.dispose()
    event.listen(sqlite, "connect", lambda raw, _: raw.execute("PRAGMA query_only=ON"))

    ready = Script(app_on_sqlite, None).get("/readyz")

    assert ready.json["problems"] == ["The database cannot be written."]
