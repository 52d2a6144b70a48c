"""From when on a channel is read, and how late a message is that is found."""

from datetime import UTC, datetime, timedelta

import pytest

from incident.rules import sweeps
from tests.rules.test_cries import said

AT = datetime(2021, 7, 10, 2, 0, tzinfo=UTC)
TS = f"{AT.timestamp():.6f}"


@pytest.mark.parametrize(
    ("seconds", "due"), [(0, False), (59, False), (60, True), (-59, False), (-60, True)]
)
def test_a_channel_is_due_once_in_a_minute_whatever_the_clock_does(seconds, due):
    assert sweeps.is_due(AT, AT + timedelta(seconds=seconds)) is due


def test_a_channel_that_was_never_read_is_due():
    assert sweeps.is_due(None, AT)


def test_reading_goes_back_a_little_behind_the_newest_but_never_behind_the_rule():
    long_ago = AT - timedelta(days=9)

    assert sweeps.reads_from(TS, long_ago, at=AT) == AT - timedelta(minutes=5)
    assert sweeps.reads_from(TS, AT, at=AT) == AT
    assert sweeps.reads_from("", long_ago, at=AT) == AT - timedelta(minutes=60)


def test_what_was_armed_and_never_read_is_read_from_then_on_for_a_week():
    days = [timedelta(days=3), timedelta(days=9)]

    read = [sweeps.reads_from("", AT, at=AT + late, armed_at=AT) - AT for late in days]

    assert read == [timedelta(), timedelta(days=2)]


def test_only_what_a_sweep_found_is_late():
    found = said(event_id=sweeps.name_of("C0EMERGENCY", TS), ts=TS)
    at = AT + timedelta(seconds=90)

    assert not sweeps.late(said(ts=TS), 30, at=at).found
    assert sweeps.late(found, 30, at=at).delay == timedelta(seconds=90)
    assert not sweeps.late(found, 30, at=AT + timedelta(seconds=30, minutes=60)).too_late
    assert sweeps.late(found, 30, at=AT + timedelta(seconds=31, minutes=60)).too_late


def test_the_newest_moment_is_the_highest_that_is_one():
    assert sweeps.newest(["9.000001", "10.000000", "soon", ""], "3.1") == "10.000000"
    assert sweeps.newest([], "") == ""


def test_what_was_written_just_now_is_on_its_way():
    assert not sweeps.is_overdue(TS, AT + timedelta(seconds=4))
    assert sweeps.is_overdue(TS, AT + timedelta(seconds=5))
    assert not sweeps.is_overdue("soon", AT)
