"""What people ask in Slack, read without ever stumbling."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from incident.integrations.slack import requests, views
from incident.integrations.slack.requests import Closed, Command, Press, Shortcut, Submitted
from incident.rules.dialogs import Dialog, Field
from incident.rules.signals import Ignored
from tests.fakes.slack_events import a_button_press
from tests.fakes.slack_requests import (
    a_closing,
    a_command,
    a_global_shortcut,
    a_message_shortcut,
    a_submission,
)


def test_a_command_is_plain_text_with_the_members_that_it_names():
    form = a_command("role scribe <@U0TOM|tom> &amp; <@U0SAM>", user_id="U0MAYA")

    command = requests.read("command", form)

    assert isinstance(command, Command)
    assert command.text == "role scribe @tom & @U0SAM"
    assert command.members == ("U0TOM", "U0SAM")
    assert (command.asker.member, command.channel) == ("U0MAYA", "C0EMERGENCY")


def test_a_press_below_an_answer_that_only_one_can_see():
    payload = a_button_press("inc", "INC-1 status")
    payload["container"]["is_ephemeral"] = True

    press = requests.read("interactive", payload)

    assert isinstance(press, Press)
    assert (press.pressed.action, press.passing) == ("inc", True)


def test_a_dialog_that_was_filled_in():
    dialog = Dialog("note", "Note", (Field("text", "What?"),), context={"key": "INC-1"})
    view = {**views.view_of(dialog), "id": "V1", "hash": "1.a"}

    sent = requests.read("interactive", a_submission(view, {"text": "restarted it"}))

    assert isinstance(sent, Submitted)
    assert (sent.name, sent.context, sent.values, list(sent.fields)) == (
        "note",
        {"key": "INC-1"},
        {"text": "restarted it"},
        ["text"],
    )


def test_a_dialog_that_was_closed():
    view = {**views.view_of(Dialog("note", "Note")), "id": "V1"}

    closed = requests.read("interactive", a_closing(view))

    assert isinstance(closed, Closed)
    assert closed.name == "note"


def test_a_shortcut_brings_its_message_along():
    message = {"ts": "1625882340.000200", "text": "Look", "user": "U0TOM"}

    shortcut = requests.read("interactive", a_message_shortcut("add_to_timeline", message))

    assert isinstance(shortcut, Shortcut)
    assert (shortcut.name, shortcut.ts, shortcut.message["text"]) == (
        "add_to_timeline",
        "1625882340.000200",
        "Look",
    )


def test_a_shortcut_without_a_message_is_read_too():
    shortcut = requests.read("interactive", a_global_shortcut("open"))

    assert isinstance(shortcut, Shortcut)
    assert shortcut.message == {}


def test_somebody_of_another_company_is_known_by_the_team():
    stranger = a_button_press("page_now", "INC-1")
    stranger["user"]["team_id"] = "T0OTHER"

    assert requests.asker_of(stranger).external is True
    assert requests.asker_of({**stranger, "enterprise": {"id": "E1"}}).external is False


@pytest.mark.parametrize("payload", [{}, {"type": "dance"}, {"type": "view_submission"}])
def test_what_nobody_can_read_is_ignored_with_a_reason(payload):
    ignored = requests.read("interactive", payload)

    assert isinstance(ignored, Ignored)
    assert ignored.reason


NAMES = [
    *("type", "user", "team", "view", "state", "values", "private_metadata", "actions"),
    *("container", "channel", "message", "ts", "id", "blocks", "text", "title", "enterprise"),
]
anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(max_size=12),
    lambda inner: (
        some.lists(inner, max_size=3) | some.dictionaries(some.sampled_from(NAMES), inner)
    ),
    max_leaves=15,
)
kinds = some.sampled_from(
    ["block_actions", "view_submission", "view_closed", "message_action", "shortcut"]
)


@given(kinds, some.dictionaries(some.sampled_from(NAMES), anything))
def test_nothing_that_slack_may_send_is_stumbled_over(kind, payload):
    requests.read("interactive", {**payload, "type": kind})
    requests.read("command", payload | {"user_id": "U1", "command": "/inc"})


@given(some.sampled_from(["note"]), some.dictionaries(some.text(max_size=5), anything))
def test_no_state_of_a_dialog_is_stumbled_over(name, state):
    view = {**views.view_of(Dialog(name, "Note")), "state": {"values": state}}

    sent = requests.read("interactive", {"type": "view_submission", "view": view})

    assert isinstance(sent, Submitted)
    assert all(isinstance(value, str | list) for value in sent.values.values())
