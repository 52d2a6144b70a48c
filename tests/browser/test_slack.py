"""From a cry in #emergency to a step that is done in Slack, beside an open page of the desk."""

import pytest
from playwright.sync_api import expect

from incident import clock
from incident.storage.db import transaction
from incident.storage.slack_rules import SlackRule
from tests.browser.conftest import SIGNED_WITH
from tests.conftest import connect_target
from tests.fakes.hands import Hands
from tests.fakes.screen import uses_of
from tests.trials.processes import wait_until
from tests.web.browsers import a_person

pytestmark = pytest.mark.browser

CORD = "C0EMERGENCY"


@pytest.fixture
def hands(desk, slack, worker):
    """Maya's, beside a channel that wakes the primary without a grace."""
    connect_target()
    a_person("Maya", slack_id="U0MAYA")
    rule = SlackRule(channel=CORD, channel_name="#emergency", target="primary", armed=True)
    rule.checklist, rule.grace_seconds = desk.publish("Look at the graph", "Restart it"), 0
    rule.created_at = rule.updated_at = rule.armed_at = clock.now()
    with transaction() as session:
        session.add(rule)
    return Hands(slack, desk.url, SIGNED_WITH)


def found(slack, label):
    """The message with such a button, and the button's place."""
    places = [
        {"channel": CORD, "ts": message["ts"], "button": str(place)}
        for message in slack.channels[CORD].messages
        for place, one in enumerate(uses_of(message))
        if one.get("text", {}).get("text") == label
    ]
    return next(iter(places), None)


def press(hands, label):
    """As soon as it stands there."""
    wait_until(lambda: found(hands.slack, label), f"a button {label}")
    assert hands.press(found(hands.slack, label), clock.now()) == 200


def test_a_cry_pages_is_answered_and_worked_on_in_slack(hands, slack, pagerduty, screen):
    said = hands.write("Uploads fail, help", user="U0SAM", place=CORD, at=clock.now())
    wait_until(lambda: pagerduty.alerts, "the page")
    page = screen("/incidents/INC-1")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Uploads fail, help")

    press(hands, "I have it")
    expect(page.locator("#entries")).to_contain_text("Maya has it")
    press(hands, "Done")

    expect(page.locator("#entries")).to_contain_text("Done Look at the graph")
    expect(page.get_by_role("heading", level=3, name="Restart it")).to_be_visible()
    assert (said, len(pagerduty.alerts), slack.breaches) == (200, 1, [])
