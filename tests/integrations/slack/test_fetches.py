"""A message is asked of Slack by its place, and marked once it is kept."""

import pytest

from incident.integrations.notifier import Delivered, Refused, TryAgain
from incident.integrations.slack.notifier import Slack
from tests.fakes.slack import A_TOKEN, FakeSlack, says
from tests.integrations.slack.messages import a_post

HERE = "C0EMERGENCY"


@pytest.fixture
def slack():
    with FakeSlack() as found:
        yield found


def asked(slack, action, **settings):
    client = Slack(slack.api_url, A_TOKEN)
    return client.send(a_post(action=action, target=f"reading {HERE}", settings=settings))


def test_a_message_is_told_as_it_stands_in_slack(slack):
    ts = slack.person_says("The queue is at 4 million")["event"]["ts"]

    result = asked(slack, "fetch_message", channel=HERE, ts=ts)

    assert isinstance(result, Delivered)
    assert result.receipt["message"]["text"] == "The queue is at 4 million"
    assert slack.breaches == []


def test_a_reply_in_a_thread_is_told_too(slack):
    root = slack.person_says("Uploads are failing")["event"]["ts"]
    slack.person_says("Looking", thread_ts=root)
    ts = slack.person_says("It is the disk", thread_ts=root)["event"]["ts"]

    result = asked(slack, "fetch_message", channel=HERE, ts=ts)

    assert isinstance(result, Delivered)
    assert result.receipt["message"]["text"] == "It is the disk"


def test_a_message_that_slack_does_not_know_is_none(slack):
    result = asked(slack, "fetch_message", channel=HERE, ts="1625882340.000200")

    assert result == Delivered({"message": None})


def test_a_link_into_a_private_channel_shows_nothing(slack):
    slack.add_channel("secret", id="C0SECRET", private=True, joined=True)
    ts = slack.person_says("The password is", channel="C0SECRET")["event"]["ts"]

    result = asked(slack, "fetch_message", channel="C0SECRET", ts=ts, open_to_all=True)

    assert result == Delivered({"message": None, "hidden": True})


def test_a_link_into_an_open_channel_is_followed(slack):
    ts = slack.person_says("The queue is at 4 million")["event"]["ts"]

    result = asked(slack, "fetch_message", channel=HERE, ts=ts, open_to_all=True)

    assert isinstance(result, Delivered)
    assert result.receipt["message"]["ts"] == ts


def test_a_channel_where_the_app_is_not_is_refused_in_words(slack):
    result = asked(slack, "fetch_message", channel="C0ELSE", ts="1.2", open_to_all=True)

    assert isinstance(result, Refused)
    assert "C0ELSE" in result.reason


def test_what_is_kept_is_marked_once(slack):
    ts = slack.person_says("The queue is at 4 million")["event"]["ts"]
    mark = {"channel": HERE, "ts": ts, "emoji": "white_check_mark"}

    first, second = asked(slack, "mark_message", **mark), asked(slack, "mark_message", **mark)

    assert first == second == Delivered({"marked": True})


def test_a_mark_that_slack_will_not_have_is_nobodys_trouble(slack):
    result = asked(slack, "mark_message", channel=HERE, ts="1.2", emoji="white_check_mark")

    assert result == Delivered({"marked": False})


def test_a_crowded_slack_is_asked_again(slack):
    slack.script_for["reactions.add"] = [says("ratelimited")]

    result = asked(slack, "mark_message", channel=HERE, ts="1.2", emoji="white_check_mark")

    assert isinstance(result, TryAgain)
