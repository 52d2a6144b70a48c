from datetime import timedelta

import pytest

from incident.integrations import waits

A_DATE = "Tue, 04 Mar 2025 02:00:00 GMT"
HALF_A_MINUTE_LATER = "Tue, 04 Mar 2025 02:00:30 GMT"


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "30"}, timedelta(seconds=30)),
        ({"retry-after": " 5 "}, timedelta(seconds=5)),
        ({"Retry-After": HALF_A_MINUTE_LATER, "Date": A_DATE}, timedelta(seconds=30)),
        ({"Retry-After": A_DATE, "Date": HALF_A_MINUTE_LATER}, timedelta()),
        ({"Retry-After": "9" * 400}, timedelta(minutes=2)),
    ],
)
def test_a_wait_asked_for_is_understood(headers, wait):
    assert waits.asked_for(headers) == wait


@pytest.mark.parametrize("said", ["", "soon", "-5", "1.5", "٣", "Tue, 99 Mar 2025", A_DATE])
def test_a_wait_that_makes_no_sense_is_none(said):
    assert waits.asked_for({"Retry-After": said}) is None


def test_an_answer_that_asks_for_nothing_asks_for_nothing():
    assert waits.asked_for({"Date": A_DATE}) is None
