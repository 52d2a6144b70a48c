from datetime import timedelta

import pytest

from incident.rules import backoff


def seconds(attempt, **how):
    return backoff.wait_before(attempt, **{"spread": 0.0, **how}).total_seconds()


def test_the_first_tries_come_quickly_and_then_every_half_minute():
    waits = [seconds(attempt) for attempt in range(2, 10)]

    assert waits == [1, 2, 4, 8, 15, 30, 30, 30]


def test_a_vendor_that_said_too_many_is_given_longer_pauses():
    waits = [seconds(attempt, crowded=True) for attempt in range(2, 7)]

    assert waits == [5, 15, 30, 30, 30]


@pytest.mark.parametrize(("spread", "wait"), [(-1.0, 24), (0.5, 33), (1.0, 36)])
def test_long_waits_are_spread_by_up_to_a_fifth(spread, wait):
    assert seconds(20, spread=spread) == wait


def test_short_waits_are_not_spread():
    assert seconds(3, spread=1.0) == 2


def test_it_gives_up_after_a_day_and_not_before():
    assert not backoff.too_late(timedelta(hours=23, minutes=59))
    assert backoff.too_late(timedelta(hours=24))


def test_the_first_three_delays_are_told_and_then_every_other_one():
    told = [attempt for attempt in range(1, 12) if backoff.worth_a_line(attempt)]

    assert told == [1, 2, 3, 5, 7, 9, 11]
