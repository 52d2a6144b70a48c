"""A post whose answer was lost is looked for before it is posted again, wherever it went."""

import pytest

from incident.integrations.notifier import Delivered, TryAgain
from incident.integrations.slack.notifier import Slack
from tests.fakes import server
from tests.fakes.slack import A_TOKEN, says
from tests.integrations.deadlines import ENDLESS, SHORT
from tests.integrations.slack.messages import a_post

LOST = {
    "fatal_error after success": says("fatal_error", taken=True),
    "internal_error after success": says("internal_error", taken=True),
    "reset": server.reset(taken=True),
    "closed": server.close(taken=True),
    "silence": server.hang(ENDLESS, taken=True),
    "500": server.Fault(server.Answer(500), taken=True),
    "502": server.Fault(server.Answer(502, b"<html>"), taken=True),
    "unreadable": server.Fault(server.Answer(200, b"<html>"), taken=True),
}


@pytest.fixture
def patient(slack):
    return Slack(slack.api_url, A_TOKEN, read_timeout=SHORT)


@pytest.fixture(params=["channel", "thread", "private channel", "thread of a private channel"])
def place(request, slack):
    """Where the post goes."""
    private = "private" in request.param
    slack.add_channel("secret", id="C0SECRET", private=True)
    channel = "C0SECRET" if private else "C0EMERGENCY"
    said = slack.person_says("Uploads are failing", channel=channel)["event"]["ts"]
    return {"channel": channel} | ({"thread_ts": said} if "thread" in request.param else {})


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST.keys())
def test_what_was_posted_after_all_is_found_and_not_posted_twice(patient, slack, place, fault):
    slack.script = [fault]
    first = patient.send(a_post(settings=place))

    second = patient.send(a_post(settings=place, maybe_sent=True))

    assert isinstance(first, TryAgain)
    assert first.ambiguous
    assert second == Delivered({"channel": place["channel"], "ts": slack.posts[0]["ts"]})
    assert len(slack.posts) == 1


@pytest.mark.parametrize("fault", [server.reset(), says("fatal_error"), server.status(503)])
def test_what_was_not_posted_after_all_is_posted_once(patient, slack, place, fault):
    slack.script = [fault]
    patient.send(a_post(settings=place))

    second = patient.send(a_post(settings=place, maybe_sent=True))

    assert isinstance(second, Delivered)
    assert len(slack.posts) == 1


def test_nobody_looks_further_back_than_the_post_can_be(notifier, slack, place):
    slack.script = [server.reset(taken=True)]
    notifier.send(a_post(settings=place))
    slack.requests.clear()

    notifier.send(a_post(settings=place | {"since": "1625882340.000000"}, maybe_sent=True))

    asked = [request.body.decode() for request in slack.requests]
    assert [("oldest=1625882340.000000" in body) for body in asked] == [True]
    assert len(slack.posts) == 1
