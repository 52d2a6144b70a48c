from datetime import timedelta

import pytest

from incident.rules import paces
from incident.rules.paces import Gap


def test_wordings_of_a_message_queue_among_themselves():
    posts = paces.line_of("slack", "C0A")
    wordings = paces.line_of("slack", "C0A", "ic/x/1/receipt/g1/post")

    assert (posts, wordings) == ("slack/C0A", "slack/C0A/ic/x/1/receipt/g1/post")


def test_a_post_takes_a_second_of_its_channel_and_nothing_else():
    assert paces.gaps("post", "slack/C0A") == (Gap("slack/C0A", timedelta(seconds=1)),)


def test_a_wording_counts_for_its_message_and_for_all_edits():
    assert [gap.place for gap in paces.gaps("update", "slack/C0A/m")] == [
        "slack/C0A/m",
        "slack/*/update",
    ]


@pytest.mark.parametrize(
    ("action", "a_minute"), [("update", 50), ("fetch_message", 50), ("create_channel", 20)]
)
def test_a_burst_and_a_minute_of_flow_stay_below_slacks_tier(action, a_minute):
    whole = paces.gaps(action, "slack/C0A")[-1]

    assert whole.burst + timedelta(minutes=1) / whole.length <= a_minute


def test_too_much_for_one_channel_is_too_much_for_that_channel():
    assert paces.crowded("post", "slack/C0A", others=0) == "slack/C0A"
    assert paces.crowded("post", "slack/C0A", others=1) == "slack/*/post"
    assert paces.crowded("update", "slack/C0A/m", others=0) == "slack/*/update"
