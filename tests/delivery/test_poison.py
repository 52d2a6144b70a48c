"""One row that the desk stumbles over, whichever way: people are told, and the others go on."""

import pytest
from sqlalchemy import select

from incident.delivery.worker import Worker
from incident.integrations.notifier import Delivered, TryAgain
from incident.services import attempts, deliveries, page_alarms, pages
from incident.storage import incidents
from incident.storage import pages as page_rows
from incident.storage.db import reading, transaction
from incident.storage.timers import Timer
from tests.conftest import TOM, connect_target
from tests.delivery.conftest import a_post, deliver, lines, promise, rows
from tests.delivery.notifiers import Told
from tests.trials.processes import wait_until


class Poison(Told):
    """Stumbles over everything of one incident, and delivers the rest."""

    def __init__(self, key):
        super().__init__()
        self.key = key

    def send(self, message):
        self.sent.append(message)
        if str(message.settings.get("link", "")).endswith(self.key):
            raise ZeroDivisionError("a poisoned row")
        return Delivered()


@pytest.fixture
def two_pages(database, an_incident, clock):
    """The keys of two incidents that have just paged primary, behind whom platform stands."""
    connect_target("primary", backup="platform")
    connect_target("platform")
    keys = an_incident(), an_incident()
    with transaction() as session:
        for key in keys:
            pages.page(session, incident_key=key, target="primary", actor=TOM, at=clock())
    return keys


def page_of(key):
    with reading() as session:
        return page_rows.of_incident(session, incidents.id_of(key))[0]


def stumble(clock, notifier, *, times, integration="pagerduty"):
    for _ in range(times):
        while deliver(notifier, clock, integration=integration):
            pass
        clock.forward(seconds=40)


def test_a_page_that_cannot_be_sent_alarms_after_three_tries_and_goes_on(two_pages, clock):
    bad, good = two_pages

    stumble(clock, Poison(bad), times=2)
    assert page_of(bad).alarm == ""
    stumble(clock, Poison(bad), times=1)

    assert page_of(bad).alarm.startswith("NOBODY KNOWS WHETHER ANYBODY WAS PAGED")
    assert (page_of(good).state, page_of(good).alarm) == ("accepted", "")
    stumble(clock, Told(Delivered(), Delivered()), times=1)
    assert page_of(bad).state == "accepted"


def test_a_page_that_cannot_be_read_alarms_too(two_pages, clock, monkeypatch):
    bad, good = two_pages
    guard = deliveries.guard

    def poisoned(session, claimed, **named):
        if claimed.incident_key == bad:
            raise ZeroDivisionError("a poisoned row")
        return guard(session, claimed, **named)

    monkeypatch.setattr(deliveries, "guard", poisoned)
    stumble(clock, Told(Delivered()), times=3)

    assert page_of(bad).alarm.startswith("NOBODY KNOWS WHETHER ANYBODY WAS PAGED")
    assert page_of(good).state == "accepted"


def test_a_page_that_cannot_be_settled_alarms_too(two_pages, clock, monkeypatch):
    bad, good = two_pages
    settle = deliveries.settle

    def poisoned(session, claimed, result, **named):
        if claimed.incident_key == bad:
            raise ZeroDivisionError("a poisoned row")
        return settle(session, claimed, result, **named)

    monkeypatch.setattr(deliveries, "settle", poisoned)
    stumble(clock, Told(Delivered(), Delivered()), times=1)

    assert rows(bad)[0].state == "sent"
    assert page_of(bad).alarm.startswith("NOBODY KNOWS WHETHER ANYBODY WAS PAGED")
    assert page_of(good).state == "accepted"


def test_the_next_is_paged_even_where_the_alarm_itself_fails(two_pages, clock, monkeypatch):
    bad, _ = two_pages
    monkeypatch.setattr(attempts.page_alarms, "raise_alarm", broken)
    monkeypatch.setattr(page_alarms, "raise_alarm", broken)

    deliver(Told(deliveries.Refused("no such key")), clock)

    assert page_of(bad).state == "refused"
    with reading() as session:
        due = session.scalars(rung_timers(bad)).all()
    assert [timer.state for timer in due] == ["due"]
    assert due[0].due_at == clock()


def rung_timers(key):
    return select(Timer).where(Timer.incident_id == incidents.id_of(key), Timer.kind == "rung")


def broken(*_args, **_named):
    raise ZeroDivisionError("a poisoned row")


def test_a_post_that_cannot_be_sent_ends_after_three_tries(a_post_due, clock):
    promise(a_post_due, a_post("post-2"), at=clock())
    poster = Told(*[ZeroDivisionError("a poisoned row")] * 3, Delivered())

    stumble(clock, poster, times=4, integration="slack")

    assert [row.state for row in rows(a_post_due)] == ["refused", "sent"]
    said = "NOT SENT to #support: A fault of the incident desk (ZeroDivisionError)"
    assert said in lines(a_post_due)


def test_what_the_vendor_answers_is_no_fault_of_the_desk(a_post_due, clock):
    stumble(clock, Told(*[TryAgain("Slack answered 500")] * 4), times=4, integration="slack")

    assert rows(a_post_due)[0].state == "due"


def test_others_are_sent_in_a_moment_while_one_row_is_poisoned(two_pages, clock):
    bad, good = two_pages
    pager = Poison(bad)
    worker = Worker({"pagerduty": lambda: pager}, clock=clock, public_url="https://desk.example")
    worker.start()
    wait_until(lambda: page_of(good).state == "accepted", "the good page", seconds=3)
    worker.stop()
    worker.join()

    assert page_of(bad).state == "promised"
