"""People of another company in a channel that is shared with them."""

import pytest

from incident.delivery import slack_requests
from incident.rules.slack_manifest import OPEN_SHORTCUT
from incident.rules.slash_words import AT_HOME
from incident.storage import targets
from incident.storage.db import transaction
from incident.storage.slack_members import SlackMember
from tests.conftest import START
from tests.fakes.slack_events import a_button_press
from tests.slack.conftest import button
from tests.slack.rooms import CHANNEL

EVE = "U0EVE"


@pytest.fixture
def eve(database):
    """Slack's directory says that she is of another company."""
    with transaction() as session:
        session.add(SlackMember(member=EVE, stranger=True, met_at=START, asked_at=START))


def on_call(name):
    with transaction() as session:
        targets.get(session, "primary").on_call = [{"name": name, "zone": "Europe/Berlin"}]


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


@pytest.mark.parametrize("typed", ["open", "note", "effect", "update", "page", "INC-1 page"])
def test_no_dialog_tells_them_what_is_open_or_who_is_on_call(room, eve, an_incident, typed):
    slack = room()
    on_call("Maya")
    an_incident(title="Payments are slow")
    an_incident(title="Mail is late")

    slack.types(typed, user=EVE)

    assert slack.words_of_view == AT_HOME
    assert [block for block in slack.view["blocks"] if block["type"] == "input"] == []


def test_nor_does_the_shortcut_that_opens_an_incident(room, eve):
    slack = room()
    on_call("Maya")
    message = slack.slack.person_says("Uploads are failing", channel=CHANNEL)["event"]

    slack.chooses(OPEN_SHORTCUT, message, user=EVE)

    assert slack.words_of_view == AT_HOME


def test_whoever_the_request_calls_a_stranger_sees_no_dialog_either(room):
    slack = room()
    message = slack.slack.person_says("Uploads are failing", channel=CHANNEL)["event"]

    slack.chooses(OPEN_SHORTCUT, message, user="U0NEW", team="T0OTHER")

    assert slack.words_of_view == AT_HOME


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
