"""How long a log-in lasts, and how long a wrong password makes you wait."""

from datetime import UTC, datetime, timedelta

import pytest

from incident.rules.logins import ACCOUNT, ADDRESS, PAIR, ends_at, wait_after

MONDAY = datetime(2021, 7, 5, 9, 0, tzinfo=UTC)


def test_a_responder_stays_for_thirty_days_even_without_coming_back():
    assert ends_at("responder", began_at=MONDAY, seen_at=MONDAY) == MONDAY + timedelta(days=30)


def test_thirty_days_are_the_end_however_often_one_comes_back():
    lately = MONDAY + timedelta(days=29)

    assert ends_at("admin", began_at=MONDAY, seen_at=lately) == MONDAY + timedelta(days=30)


def test_a_viewer_is_logged_out_after_half_a_day_away():
    assert ends_at("viewer", began_at=MONDAY, seen_at=MONDAY) == MONDAY + timedelta(hours=12)


def test_a_viewer_who_keeps_coming_back_stays_for_seven_days():
    lately = MONDAY + timedelta(days=6, hours=23)

    assert ends_at("viewer", began_at=MONDAY, seen_at=lately) == MONDAY + timedelta(days=7)


def test_the_wait_doubles_after_the_fifth_failure_up_to_a_minute():
    waits = [wait_after(failures, PAIR).total_seconds() for failures in range(1, 14)]

    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize("patience", [PAIR, ADDRESS, ACCOUNT])
def test_no_number_of_failures_locks_for_longer_than_a_minute(patience):
    assert wait_after(1_000_000, patience) == timedelta(seconds=60)
