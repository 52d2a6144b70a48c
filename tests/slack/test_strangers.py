"""People of another company in a channel that is shared with them."""

import pytest

from incident.delivery import slack_requests
from incident.storage.db import transaction
from incident.storage.slack_members import SlackMember
from tests.conftest import START
from tests.fakes.slack_events import a_button_press
from tests.slack.conftest import button

EVE = "U0EVE"


@pytest.fixture
def eve(database):
    """Slack's directory says that she is of another company."""
    with transaction() as session:
        session.add(SlackMember(member=EVE, stranger=True, met_at=START, asked_at=START))


def presses(room, label, *, team="T0DESK"):
    """Eve presses it. In some payloads Slack says that she is of her own team."""
    pressed = button(room.desk.receipt(), label)
    payload = a_button_press(pressed["action"], pressed["value"], user=EVE, user_name="eve")
    payload["user"]["team_id"] = payload["team"]["id"] = team
    payload["trigger_id"] = room.slack.trigger()
    slack_requests.handle("interactive", payload, at=room.desk.clock())
    room.lets_slack_answer()


def test_whom_the_directory_calls_a_stranger_is_one_whatever_the_press_says(room, eve):
    slack = room()
    slack.desk.says("Uploads are failing")

    presses(slack, "Page now", team="T0OTHER")

    assert slack.desk.pages() == []
    assert "This desk answers only people of its own company" in slack.desk.lines()[-1]


def test_where_the_rule_lets_them_call_they_page_and_call_off(room, eve):
    slack = room(strangers=True)
    slack.desk.says("Uploads are failing", user=EVE)

    presses(slack, "Not an emergency")

    assert slack.desk.incidents() == ["INC-1 declined"]
    assert slack.slack.views == []


def test_they_do_not_see_what_else_is_open(room, eve, an_incident):
    slack = room(strangers=True)
    an_incident(title="Payments are slow")
    slack.desk.says("Uploads are failing", user=EVE)
    pressed = button(slack.desk.receipt("INC-2"), "Same as…")
    payload = a_button_press(pressed["action"], pressed["value"], user=EVE, user_name="eve")

    slack_requests.handle("interactive", payload, at=slack.desk.clock())
    slack.lets_slack_answer()

    assert slack.slack.views == []
    assert "This desk answers only people of its own company" in slack.desk.lines("INC-2")[-1]
