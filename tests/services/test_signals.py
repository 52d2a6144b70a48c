"""Everything inbound is kept, read once, and never lost by being hard to read."""

import threading

import pytest
from sqlalchemy import select

from incident.delivery import inbox
from incident.delivery.scheduler import Scheduler
from incident.services import cord, pulls, receipts, signals
from incident.storage import incidents, outbox, pages
from incident.storage import signals as rows
from incident.storage.db import reading, transaction
from incident.storage.signals import Signal
from incident.storage.slack_rules import SlackRule
from tests.conftest import START, connect_target
from tests.fakes.slack_events import a_change_event, a_mention_event, a_message_event


@pytest.fixture
def armed(database, monkeypatch):
    """#emergency wakes primary, after 30 seconds."""
    connect_target("primary")
    with transaction() as session:
        session.add(
            SlackRule(
                channel="C0EMERGENCY",
                target="primary",
                checklist="",
                armed=True,
                created_at=START,
                updated_at=START,
            )
        )


def tell(payload, at):
    inbox.receive(str(payload).encode(), payload, at=at)


def at_once(events, clock):
    """Each told by a thread of its own, all in the same moment."""
    start = threading.Barrier(len(events))

    def tell_one(event):
        start.wait()
        tell(event, clock())

    tellers = [threading.Thread(target=tell_one, args=(event,)) for event in events]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()


def states():
    with reading() as session:
        return list(session.scalars(select(Signal.state).order_by(Signal.id)))


def opened():
    with reading() as session:
        return [row.title for row in incidents.newest(session)]


def paged():
    with reading() as session:
        return [page.target for page in pages.of_incident(session, 1)]


def test_the_same_event_told_four_times_at_once_is_one_incident(armed, clock):
    event = a_message_event("Uploads are failing")

    at_once([event] * 4, clock)

    assert opened() == ["Uploads are failing"]
    assert states() == ["opened"]
    with reading() as session:
        assert len(outbox.of_incident(session, 1)) == 1


def test_a_message_and_its_mention_told_at_once_are_one_incident(armed, clock):
    text = "<@U0DESK> uploads are failing"

    at_once([a_message_event(text), a_mention_event(text)], clock)

    assert len(opened()) == 1
    assert sorted(states()) == ["ignored", "opened"]


def test_two_people_crying_at_once_are_one_incident(armed, clock):
    events = [a_message_event(f"Down {n}", ts=f"1625882400.00000{n}") for n in range(8)]

    at_once(events, clock)

    assert len(opened()) == 1
    assert sorted(states()) == ["joined"] * 7 + ["opened"]


def test_what_was_kept_but_not_read_is_read_later(armed, clock):
    event = a_message_event("Uploads are failing")
    with transaction() as session:
        signals.keep(session, b"", event, at=clock())

    clock.forward(minutes=5)
    assert inbox.read_waiting(clock()) == 1
    Scheduler(clock=clock).sweep()

    assert states() == ["opened"]
    assert paged() == ["primary"]
    assert inbox.read_waiting(clock()) == 0


def test_a_cry_we_stumble_over_is_kept_and_tried_again(armed, clock, monkeypatch):
    monkeypatch.setattr(signals, "_cry", _stumble)
    tell(a_message_event("Uploads are failing"), clock())
    assert states() == ["new"]

    monkeypatch.undo()
    inbox.read_waiting(clock())

    assert states() == ["opened"]


def test_what_was_half_done_when_we_stumbled_is_undone(armed, clock, monkeypatch):
    monkeypatch.setattr(receipts, "post", _stumble)
    tell(a_message_event("Uploads are failing"), clock())
    assert (states(), opened()) == (["new"], [])

    monkeypatch.undo()
    inbox.read_waiting(clock())

    assert (states(), opened()) == (["opened"], ["Uploads are failing"])


def test_a_cry_we_stumble_over_again_and_again_pages_all_the_same(armed, clock, monkeypatch):
    monkeypatch.setattr(signals, "_cry", _stumble)

    tell(a_message_event("Uploads are failing"), clock())
    inbox.read_waiting(clock())
    inbox.read_waiting(clock())

    assert states() == ["opened"]
    assert paged() == ["primary"]


def test_whoever_we_stumble_over_still_sees_who_is_paged(armed, clock, monkeypatch):
    monkeypatch.setattr(signals, "_cry", _stumble)

    stumble_over(a_message_event("Uploads are failing"), clock())

    (said,) = said_below()
    assert said.startswith("INC-1: Paging primary now. Unless somebody answers by 02:05:00 UTC")


def test_a_receipt_that_fails_as_well_holds_up_no_page(armed, clock, monkeypatch):
    monkeypatch.setattr(receipts, "post", _stumble)

    stumble_over(a_message_event("Uploads are failing"), clock())

    assert (states(), promised_by_the_newest()) == (["opened"], ["pagerduty"])


def test_a_message_and_its_mention_that_we_stumble_over_are_one_page(armed, clock, monkeypatch):
    text = "<@U0DESK> uploads are failing"
    monkeypatch.setattr(signals, "_cry", _stumble)

    stumble_over(a_message_event(text), clock())
    stumble_over(a_mention_event(text), clock())

    assert (states(), len(opened())) == (["opened", "ignored"], 1)


def test_a_reply_that_we_stumble_over_pages_where_threads_do(armed, clock, monkeypatch):
    monkeypatch.setattr(signals, "_cry", _stumble)
    reply = a_message_event("anyone?", thread_ts="1625882399.000001")

    stumble_over(reply, clock())
    change_rule(threads=True)
    stumble_over(reply | {"event_id": "Ev2"}, clock())

    assert (states(), paged()) == (["ignored", "opened"], ["primary"])


def test_an_edit_that_we_stumble_over_pages_if_it_adds_the_word(armed, clock, monkeypatch):
    change_rule(words=["sos"])
    monkeypatch.setattr(signals, "_cry", _stumble)

    stumble_over(a_change_event("sos slow", before="slow", ts="1625882400.000100"), clock())

    assert (states(), paged()) == (["opened"], ["primary"])


def test_more_about_a_known_incident_that_we_stumble_over_pages_nobody(armed, clock, monkeypatch):
    cry = a_message_event("Uploads are failing")
    tell(cry, clock())
    change_rule(threads=True)
    monkeypatch.setattr(signals, "_note", _stumble)

    stumble_over(a_message_event("still", ts="1625882401.1", thread_ts=cry["event"]["ts"]), clock())

    assert (states(), len(opened())) == (["opened", "failed"], 1)


def test_a_cry_below_what_is_over_that_we_stumble_over_pages_all_the_same(
    armed, clock, monkeypatch
):
    cry = a_message_event("Uploads are failing")
    tell(cry, clock())
    with transaction() as session:
        incidents.get(session, "INC-1").status = "resolved"
    monkeypatch.setattr(signals, "_cry", _stumble)
    again = {"thread_ts": cry["event"]["ts"], "subtype": "thread_broadcast"}

    stumble_over(a_message_event("Again!", ts="1625882401.1", **again), clock())

    assert (states(), opened()) == (["opened", "opened"], ["Again!", "Uploads are failing"])


def test_one_cry_we_stumble_over_does_not_hold_up_the_others(armed, clock, monkeypatch):
    whole = signals._cry
    monkeypatch.setattr(
        signals,
        "_cry",
        lambda s, r, row, said, at: (_stumble if row.id == 1 else whole)(s, r, row, said, at),
    )

    tell(a_message_event("First", ts="1625882400.000001"), clock())
    tell(a_message_event("Second", ts="1625882400.000002"), clock())

    assert states() == ["new", "opened"]


def test_what_cannot_be_read_and_calls_nobody_is_left_to_a_human(armed, clock, monkeypatch):
    monkeypatch.setattr(signals, "said_in", _stumble)

    tell(a_message_event("Uploads are failing"), clock())
    inbox.read_waiting(clock())
    inbox.read_waiting(clock())
    inbox.read_waiting(clock())

    with reading() as session:
        assert [row.reason for row in rows.failed(session)] == [
            "reading it failed (ZeroDivisionError)"
        ]


def test_a_grace_whose_end_fails_pages_all_the_same(armed, clock, monkeypatch):
    tell(a_message_event("Uploads are failing"), clock())
    monkeypatch.setattr(receipts, "follow", _stumble)
    scheduler = Scheduler(clock=clock)

    for _ in range(3):
        clock.forward(seconds=30)
        scheduler.sweep()

    assert paged() == ["primary"]


def test_a_second_cry_whose_end_fails_pages_all_the_same(armed, clock, monkeypatch):
    tell(a_message_event("Uploads are failing", ts="1625882400.000001"), clock())
    Scheduler(clock=clock).sweep()
    clock.forward(minutes=31)
    tell(a_message_event("Payments are down", ts="1625884260.000002"), clock())
    assert states() == ["opened", "asked"]
    monkeypatch.setattr(cord, "close_question", _stumble)
    scheduler = Scheduler(clock=clock)

    for _ in range(3):
        clock.forward(minutes=2)
        scheduler.sweep()

    assert states() == ["opened", "opened"]
    with reading() as session:
        newest = incidents.newest(session)[0]
        assert [page.target for page in pages.of_incident(session, newest.id)] == ["primary"]


def test_what_nobody_called_for_help_with_can_be_forgotten(armed, clock):
    tell(a_message_event("lunch?", channel="C0RANDOM"), clock())
    tell(a_message_event("Uploads are failing"), clock())

    with transaction() as session:
        rows.sweep(session, clock.forward(days=8))

    assert states() == ["opened"]


def test_a_rule_that_is_removed_meanwhile_still_pages(armed, clock):
    tell(a_message_event("Uploads are failing"), clock())
    with transaction() as session:
        session.delete(session.scalars(select(SlackRule)).one())

    clock.forward(seconds=30)
    Scheduler(clock=clock).sweep()

    assert paged() == ["primary"]
    with reading() as session:
        assert pulls.pull_for(session, incidents.get(session, "INC-1")).target == "primary"


def stumble_over(payload, at):
    """Until it is given up."""
    tell(payload, at)
    inbox.read_waiting(at)
    inbox.read_waiting(at)


def change_rule(**fields):
    with transaction() as session:
        rule = session.scalars(select(SlackRule)).one()
        for name, value in fields.items():
            setattr(rule, name, value)


def promised_by_the_newest():
    with reading() as session:
        (newest,) = incidents.newest(session)
        return [one.integration for one in outbox.of_incident(session, newest.id)]


def said_below():
    with reading() as session:
        promised = outbox.of_incident(session, 1)
    return [str(one.settings["text"]) for one in promised if one.integration == "slack"]


def _stumble(*_args, **_more):
    raise ZeroDivisionError
