"""A visitor works in our Slack: commands, menus, shortcuts, and dialogs to fill in."""

import json
from urllib.parse import parse_qs

import pytest

from tests.fakes import server
from tests.fakes.test_controls import a_post_with_buttons, ask
from tests.fakes.test_slack_people import A_VIEW, OPTIONS
from tests.fakes.test_slack_people import open_a_view as open_view


@pytest.fixture
def slack(controls):
    return controls.slack


def told(app, which=-1):
    return json.loads(parse_qs(app.requests[which].body.decode())["payload"][0])


def answers(app, **said):
    app.script.append(server.status(200, json.dumps(said).encode()))


def test_a_command_is_typed_and_its_answer_is_seen_by_one(controls, app):
    answers(app, response_type="ephemeral", text="Try `/inc open`")

    ask(controls, "POST", "/messages", text="/inc help <me>", user="U0TOM", place="C0EMERGENCY")

    form = {name: value[0] for name, value in parse_qs(app.requests[0].body.decode()).items()}
    assert (app.requests[0].path, form["command"]) == ("/slack/commands", "/inc")
    assert (form["text"], form["user_id"]) == ("help &lt;me&gt;", "U0TOM")
    assert "Only one person sees: Try `/inc open`" in ask(controls, "GET", "/slack")[1]


def test_whoever_presses_can_be_somebody_else(controls, slack, app):
    ts = a_post_with_buttons(slack)

    ask(controls, "POST", "/people", person="U0TOM")
    ask(controls, "POST", "/presses", channel="C0EMERGENCY", ts=ts, button="0")

    assert told(app)["user"]["id"] == "U0TOM"
    assert ask(controls, "POST", "/people", person="U0NOBODY")[0].status == 404


def test_one_of_a_menu_is_chosen(controls, slack, app):
    menu = {"type": "overflow", "action_id": "step_more", "options": OPTIONS}
    message = {"user": "U0DESK", "bot_id": "B0DESK", "text": "Card", "ts": "1741053601.000100"}
    blocks = [{"type": "actions", "elements": [menu]}]
    slack.channels["C0EMERGENCY"].messages.append(message | {"blocks": blocks})
    pressed = {"channel": "C0EMERGENCY", "ts": message["ts"], "button": "0"}

    ask(controls, "POST", "/presses", **pressed, **{"choice-0": "2"})

    assert told(app)["actions"][0]["selected_option"] == OPTIONS[2]
    assert ask(controls, "POST", "/presses", **pressed, **{"choice-0": "9"})[0].status == 404


def test_what_only_one_person_sees_can_be_pressed(controls, slack, app):
    ts = a_post_with_buttons(slack)
    slack.replies_by_url.append(slack.channels["C0EMERGENCY"].find(ts))

    ask(controls, "POST", "/presses", channel="whisper", ts="0", button="0")

    assert told(app)["actions"][0]["value"] == "signal-17"
    assert ask(controls, "POST", "/presses", channel="whisper", ts="7")[0].status == 404


def test_a_shortcut_and_a_reaction_are_chosen_under_a_message(controls, slack, app):
    ts = slack.person_says("Uploads fail")["event"]["ts"]
    under = {"channel": "C0EMERGENCY", "ts": ts}

    ask(controls, "POST", "/shortcuts", shortcut="add_to_timeline", **under)
    ask(controls, "POST", "/shortcuts", shortcut="pushpin", **under)

    assert told(app, 0)["message"]["text"] == "Uploads fail"
    assert json.loads(app.requests[1].body)["event"]["item"]["ts"] == ts


def test_a_dialog_is_filled_in_and_gone(controls, slack, app):
    view = open_view(slack)
    page = ask(controls, "GET", "/dialog")[1]
    given = {"f-reason": "Disk <full>", "f-choice": "1", "f-ticks": "2"}

    answer, _ = ask(controls, "POST", "/dialog", id=view["id"], **given)

    state = {name: found["it"] for name, found in told(app)["view"]["state"]["values"].items()}
    assert 'name="f-reason" value="Because"' in page
    assert (answer.status, answer.headers["Location"]) == (303, "/slack")
    assert state["reason"]["value"] == "Disk <full>"
    assert state["choice"]["selected_option"]["value"] == "1"
    assert [each["value"] for each in state["ticks"]["selected_options"]] == ["2"]
    assert ask(controls, "POST", "/dialog", id=view["id"])[0].status == 404


def test_a_dialog_that_is_refused_stays_and_says_why(controls, slack, app):
    view = open_view(slack)
    answers(app, response_action="errors", errors={"reason": "Say more than that"})

    answer, _ = ask(controls, "POST", "/dialog", id=view["id"], **{"f-choice": "1"})

    assert answer.headers["Location"] == "/dialog"
    assert "Say more than that" in ask(controls, "GET", "/dialog")[1]


def test_a_dialog_shows_what_takes_its_place(controls, slack, app):
    view = open_view(slack)
    words = {"type": "section", "text": {"type": "mrkdwn", "text": "One moment"}}
    answers(app, response_action="update", view=A_VIEW | {"blocks": [words]})

    ask(controls, "POST", "/dialog", id=view["id"], **{"f-choice": "1"})

    answer, page = ask(controls, "GET", "/dialog")
    assert "One moment" in page
    assert answer.headers["Refresh"] == "1"


def test_a_dialog_is_closed_and_the_app_hears_it_if_it_wants(controls, slack, app):
    first, second = open_view(slack), open_view(slack, notify_on_close=True)

    ask(controls, "POST", "/dialog", id=first["id"], act="close")
    ask(controls, "POST", "/dialog", id=second["id"], act="close")

    assert [told(app)["type"]] == ["view_closed"]
    assert ask(controls, "GET", "/dialog")[0].headers["Location"] == "/slack"
