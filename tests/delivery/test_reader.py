"""Whoever tells is answered when it is kept; what follows from it is done a moment later."""

import threading
import time
from datetime import timedelta

import pytest

from incident.delivery import inbox
from incident.delivery.inbox import READER
from incident.delivery.inbox_keeper import InboxKeeper
from incident.delivery.reader import Reader
from incident.storage.db import reading, transaction
from incident.storage.incidents import Incident
from incident.storage.signals import Signal
from incident.storage.slack_rules import SlackRule
from incident.storage.timers import Timer
from tests.conftest import START, connect_target
from tests.fakes.slack_events import a_message_event


@pytest.fixture
def armed(database):
    connect_target("primary")
    rule = SlackRule(channel="C0EMERGENCY", target="primary", checklist="", armed=True)
    rule.created_at = rule.updated_at = START
    with transaction() as session:
        session.add(rule)


@pytest.fixture
def on_duty(armed):
    READER.start()
    yield READER
    READER.stop()
    READER.join()


def tell(clock, **event):
    event = a_message_event("Uploads fail", channel="C0EMERGENCY", **event)
    inbox.receive(str(event).encode(), event, at=clock())


def states():
    with reading() as session:
        return [signal.state for signal in session.query(Signal).order_by(Signal.id)]


def until(holds):
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_what_is_kept_is_read_a_moment_later(on_duty, clock):
    tell(clock)

    until(lambda: states() == ["opened"])


def test_whoever_tells_does_not_wait_for_what_follows(on_duty, clock, monkeypatch):
    going, done = threading.Event(), threading.Event()
    read = dict(inbox.READ)["slack"]

    def slow(*asked):
        going.set()
        assert done.wait(30)
        read(*asked)

    monkeypatch.setattr(inbox, "READ", {"slack": slow})
    tell(clock)
    assert states() == ["new"]
    assert going.wait(30)
    done.set()

    until(lambda: states() == ["opened"])


def test_the_same_event_told_again_is_given_to_nobody(on_duty, clock):
    given = []
    tell(clock, event_id="Ev1", ts="1.000001")
    until(lambda: states() == ["opened"])
    on_duty.give = lambda signal_id, **_: given.append(signal_id)
    try:
        tell(clock, event_id="Ev1", ts="1.000001")
    finally:
        del on_duty.give

    assert given == []
    assert states() == ["opened"]


def test_without_a_reader_it_is_read_at_once(armed, clock):
    tell(clock)

    assert states() == ["opened"]


def test_what_its_reader_never_came_to_is_read_by_a_scheduler(on_duty, clock, monkeypatch):
    monkeypatch.setattr(on_duty, "give", lambda signal_id, **_: None)
    tell(clock)
    leave = timedelta(seconds=2)
    assert inbox.read_waiting(clock(), leave=leave) == 0
    clock.forward(seconds=2)

    assert inbox.read_waiting(clock(), leave=leave) == 1
    assert states() == ["opened"]


def test_whoever_looks_for_what_was_left_says_so_in_the_log(on_duty, clock, monkeypatch, caplog):
    monkeypatch.setattr(on_duty, "give", lambda signal_id, **_: None)
    keeper = InboxKeeper(clock=clock)
    tell(clock)
    assert keeper.turn() == 0
    clock.forward(seconds=2)

    assert (keeper.turn(), keeper.turn()) == (1, 0)
    assert states() == ["opened"]
    assert "1 messages have waited" in caplog.text


def test_where_nobody_waits_for_an_answer_it_is_read_at_once(on_duty, clock):
    event = a_message_event("Uploads fail", channel="C0EMERGENCY")
    inbox.receive(b"1", event, at=clock(), at_once=True)

    assert states() == ["opened"]


def test_a_cry_that_cannot_even_be_rescued_has_no_name_for_the_sweep(armed, clock, monkeypatch):
    def breaks(*_):
        raise RuntimeError("nothing works")

    monkeypatch.setattr(inbox, "READ", {"slack": breaks})
    monkeypatch.setattr(inbox.signals, "rescue", breaks)
    tell(clock)
    for _ in range(3):
        inbox.read_waiting(clock())

    with reading() as session:
        (kept,) = session.query(Signal)
    assert (kept.state, kept.key) == ("failed", "")


def test_what_was_kept_by_a_clock_that_was_ahead_waits_for_nothing(on_duty, clock, monkeypatch):
    monkeypatch.setattr(on_duty, "give", lambda signal_id, **_: None)
    tell(clock)
    clock.forward(hours=-2)

    assert inbox.read_waiting(clock(), leave=timedelta(seconds=2)) == 1


def test_read_by_two_at_once_it_counts_once(armed, clock, monkeypatch):
    monkeypatch.setattr(inbox.READER, "on_duty", True)
    monkeypatch.setattr(inbox.READER, "give", lambda signal_id, **_: None)
    tell(clock)
    start = threading.Barrier(4)

    def read():
        start.wait()
        inbox.read_one(1, clock())

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    with reading() as session:
        assert session.query(Incident).count() == 1


def test_one_that_fails_is_left_to_the_scheduler_and_the_next_is_read(on_duty, clock, monkeypatch):
    read = dict(inbox.READ)["slack"]
    failures = [RuntimeError("once")]

    def fails_once(*asked):
        if failures:
            raise failures.pop()
        read(*asked)

    monkeypatch.setattr(inbox, "READ", {"slack": fails_once})
    tell(clock, ts="1.000001")
    tell(clock, ts="2.000001")
    until(lambda: states() == ["new", "opened"])

    assert inbox.read_waiting(clock()) == 1
    assert states() == ["joined", "opened"]


def test_what_was_given_before_the_end_is_still_read_a_channel_in_its_order():
    done = []
    reader = Reader(lambda number, at: done.append(number))
    for number in range(200):
        reader.give(number, of=f"T0:C{number % 2}:{number}.000001", at=START)
    reader.start()
    reader.stop()
    reader.join()

    assert [number for number in done if number % 2] == list(range(1, 200, 2))
    assert [number for number in done if not number % 2] == list(range(0, 200, 2))


def test_a_slow_channel_holds_up_no_other():
    done, going = [], threading.Event()

    def read(number, at):
        if number == 1:
            assert going.wait(30)
        done.append(number)

    reader = Reader(read)
    reader.start()
    reader.give(1, of="T0:C1:1.000001", at=START)
    for number in range(2, 12):
        reader.give(number, of=f"T0:C{number}:1.000001", at=START)
    until(lambda: len(done) >= 5)
    assert 1 not in done
    going.set()
    reader.stop()
    reader.join()

    assert sorted(done) == list(range(1, 12))


def test_begun_twice_there_is_one_thread_and_after_its_end_it_can_begin_again():
    done = []
    reader = Reader(lambda number, at: done.append(number))
    for _ in range(2):
        reader.start()
        reader.start()
        reader.give(1, at=START)
        reader.stop()
        reader.stop()
        reader.join()

    assert done == [1, 1]


def test_it_is_read_by_the_clock_that_it_was_kept_by():
    done = []
    reader = Reader(lambda number, at: done.append(at))
    reader.give(1, at=START)
    reader.start()
    reader.stop()
    reader.join()

    assert timedelta() <= done[0] - START < timedelta(seconds=10)


def test_a_cry_that_was_kept_before_the_clock_was_set_back_waits_no_longer(
    on_duty, clock, monkeypatch
):
    monkeypatch.setattr(on_duty, "give", lambda signal_id, **_: None)
    tell(clock)
    clock.forward(minutes=-10)
    inbox.read_waiting(clock())

    with reading() as session:
        (grace,) = session.query(Timer)
    assert grace.due_at == clock() + timedelta(seconds=30)
