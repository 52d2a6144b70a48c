"""What a look at Slack finds, and how little it asks."""

from incident.delivery.slack_check import Cord, look
from incident.integrations.slack.client import Client
from tests.fakes.slack import A_TOKEN, FakeSlack, method_of, too_many

CORDS = [Cord("C0EMERGENCY", "#emergency", True), Cord("C0SUPPORT", "#support", True)]


def test_slack_that_wants_no_more_questions_is_asked_no_more():
    with FakeSlack() as slack:
        slack.script_for["conversations.info"] = [too_many(30)]

        found = list(look(Client(slack.api_url, A_TOKEN), CORDS))

        asked = [method_of(request) for request in slack.requests]
    assert asked == ["auth.test", "conversations.info"]
    assert [(one.name, one.ok, one.grave) for one in found[2:]] == [
        ("channel C0EMERGENCY", False, False),
        ("channel C0SUPPORT", False, False),
    ]
    assert found[3].sentence == (
        "Slack is taking no more questions just now. "
        "Slack does not say whether the app is in #support."
    )
