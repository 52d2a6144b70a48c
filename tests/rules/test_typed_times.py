"""Times as people type them: the zone is the incident's, and midnight is behind them."""

from datetime import UTC, datetime

import pytest

from incident.rules.outcome import NotAllowed
from incident.rules.typed_times import moment_of

JUST_AFTER_MIDNIGHT = datetime(2021, 7, 10, 4, 10, tzinfo=UTC)
ZONE = "America/New_York"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("23:50", "2021-07-10 03:50"),
        ("0:05", "2021-07-10 04:05"),
        ("00:10", "2021-07-10 04:10"),
        ("00:11", "2021-07-09 04:11"),
        ("2021-07-08 11:00", "2021-07-08 15:00"),
        (" 2021-07-08T11:00 ", "2021-07-08 15:00"),
    ],
)
def test_a_time_lies_in_the_past(typed, meant):
    found = moment_of(typed, zone=ZONE, now=JUST_AFTER_MIDNIGHT)

    assert f"{found:%Y-%m-%d %H:%M}" == meant


def test_nothing_typed_is_no_time():
    assert moment_of("  ", zone=ZONE, now=JUST_AFTER_MIDNIGHT) is None


@pytest.mark.parametrize("typed", ["25:00", "12:61", "noon", "2021-13-01 10:00", "10", "-1:00"])
def test_what_is_no_time_is_refused_with_how_to_write_one(typed):
    with pytest.raises(NotAllowed, match="Write the time as 23:50"):
        moment_of(typed, zone=ZONE, now=JUST_AFTER_MIDNIGHT)
