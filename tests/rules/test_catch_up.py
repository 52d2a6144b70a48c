from datetime import timedelta

import pytest

from incident.rules import catch_up
from tests.conftest import START


@pytest.mark.parametrize("cause", ["signal-7", "signal-after", "news-2", "channel-C0A"])
def test_what_is_said_beside_the_work_is_worth_nothing_once_it_is_old(cause):
    assert catch_up.is_passing(cause)


@pytest.mark.parametrize("cause", ["receipt", "card", "step-4", "post-9", "update-3", "alarm-1-x"])
def test_what_somebody_asked_for_or_relies_on_is_never_left_out(cause):
    assert not catch_up.is_passing(cause)


def test_the_cause_stands_in_the_key():
    assert catch_up.cause_of("ic/testtest/1/signal-7/g1") == "signal-7"
    assert catch_up.cause_of("nonsense") == ""


def test_a_summary_names_the_day_where_it_is_another_one():
    words = catch_up.words(
        START, START + timedelta(days=1), left_out=3, last="Reply 3", zone="America/New_York"
    )

    assert words == (
        "Slack was away from 22:00 to 10 Jul 22:00 EDT. 3 messages were not posted; the last: "
        "Reply 3\nEverything is in the desk."
    )
