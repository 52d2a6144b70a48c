"""The shortcuts on a message: onto the timeline, or into an incident of its own."""

import pytest

from incident.delivery.worker import deliver_one
from incident.integrations.slack.notifier import Slack
from incident.rules.slack_manifest import KEEP_SHORTCUT, OPEN_SHORTCUT
from incident.services import incidents as commands
from incident.services.incidents import Opening
from incident.storage import incidents, timeline
from incident.storage.db import reading, transaction
from incident.storage.incident_channels import IncidentChannel
from tests.conftest import MAYA, START
from tests.fakes.slack import A_TOKEN
from tests.slack.conftest import a_responder, labels, text_of
from tests.slack.rooms import CHANNEL, said_in

OWN = "C0INC1"


def an_incident(title="Uploads are failing"):
    with transaction() as session:
        opened = commands.open_incident(session, Opening(title), actor=MAYA, at=START)
        return opened.key


@pytest.fixture
def own(room):
    """An incident that has a channel of its own."""
    slack = room()
    key = an_incident()
    slack.slack.add_channel("inc-1", id=OWN)
    with transaction() as session:
        row = {"incident_id": incidents.id_of(key), "channel": OWN, "state": "open"}
        session.add(IncidentChannel(**row, created_at=START, opened_at=START))
    return slack


def a_message(slack, text="The queue is at 4 million", *, channel=OWN, **fields):
    event = slack.slack.person_says(text, channel=channel, **fields)["event"]
    return dict(event)


def kept(key="INC-1"):
    with reading() as session:
        return timeline.of_kinds(session, incidents.id_of(key), ["message_kept"])


def test_a_message_of_the_incidents_channel_is_kept_with_its_own_time(own):
    message = a_message(own, user="U0TOM")
    own.desk.clock.forward(minutes=5)

    said = own.chooses(KEEP_SHORTCUT, message, channel=OWN)

    assert said.startswith("It is on the timeline of")
    (line,) = kept()
    assert "The queue is at 4 million" in line.text
    assert line.occurred_at < own.desk.clock()
    assert line.data["way"] == "shortcut"


def test_the_same_message_is_kept_once(own):
    message = a_message(own)
    own.chooses(KEEP_SHORTCUT, message, channel=OWN)

    said = own.chooses(KEEP_SHORTCUT, message, channel=OWN)

    assert said.endswith("already.")
    assert len(kept()) == 1


def test_what_is_kept_carries_a_mark_in_slack(own, clock):
    message = a_message(own)
    own.chooses(KEEP_SHORTCUT, message, channel=OWN)
    clock.forward(seconds=5)

    notifier = Slack(own.slack.api_url, A_TOKEN)
    deliver_one(notifier, integration="slack", owner="Maya's desk", clock=clock)

    (marked,) = own.slack.channels[OWN].messages
    assert [each["name"] for each in marked["reactions"]] == ["white_check_mark"]
    assert "mark" not in own.desk.lines()[-1]


def test_elsewhere_the_incident_is_asked_for_and_slack_for_the_message(own):
    own.slack.add_channel("support", id="C0SUPPORT")
    message = a_message(own, channel="C0SUPPORT")

    own.chooses(KEEP_SHORTCUT, message, channel="C0SUPPORT")
    told = own.fills_in(key="INC-1")

    assert "Slack is asked what the message says" in said_in(told)
    (asked,) = own.desk.said("INC-1", "fetch_message")
    assert (asked.settings["channel"], asked.settings["ts"]) == ("C0SUPPORT", message["ts"])


def test_somebody_without_an_account_keeps_nothing_elsewhere(own):
    own.slack.add_channel("support", id="C0SUPPORT")
    message = a_message(own, channel="C0SUPPORT")

    said = own.chooses(KEEP_SHORTCUT, message, channel="C0SUPPORT", user="U0SAM", user_name="sam")

    assert said.startswith("This needs an account here.")
    assert own.slack.views == []


def test_a_viewer_keeps_nothing_elsewhere_and_hears_that_it_is_the_role(own):
    a_responder("Vic", "U0VIC", role="viewer")
    message = a_message(own, channel=CHANNEL)

    said = own.chooses(KEEP_SHORTCUT, message, user="U0VIC")

    assert said == "This needs the role responder; Vic is viewer."
    assert kept() == []


def test_a_message_opens_an_incident_that_pages_as_the_cord_would(own):
    own.slack.add_channel("support", id="C0SUPPORT")
    message = a_message(own, "Nobody can pay\nsince noon", channel="C0SUPPORT", user="U0TOM")

    own.chooses(OPEN_SHORTCUT, message, channel="C0SUPPORT")
    told = own.fills_in(severity="sev2", page="primary")

    assert "Paging for INC-2: primary" in said_in(told)
    with reading() as session:
        opened = incidents.get(session, "INC-2")
    assert (opened.title, opened.severity) == ("Nobody can pay", "sev2")
    assert (opened.slack_channel, opened.slack_thread) == ("C0SUPPORT", message["ts"])
    assert opened.slack_link.endswith(message["ts"].replace(".", ""))
    assert own.desk.pages("INC-2") == [("primary", "promised", 1)]


def test_its_receipt_stands_below_the_message_and_can_be_pressed(own):
    own.slack.add_channel("support", id="C0SUPPORT")
    message = a_message(own, "Nobody can pay", channel="C0SUPPORT")
    own.chooses(OPEN_SHORTCUT, message, channel="C0SUPPORT")
    own.fills_in(page="primary")

    receipt = own.desk.receipt("INC-2")

    assert receipt.settings["thread_ts"] == message["ts"]
    assert "primary" in text_of(receipt)
    assert "I have it" in labels(receipt)


def test_a_message_opens_one_incident_however_often_it_is_asked(own):
    own.slack.add_channel("support", id="C0SUPPORT")
    message = a_message(own, "Nobody can pay", channel="C0SUPPORT")
    own.chooses(OPEN_SHORTCUT, message, channel="C0SUPPORT")
    own.fills_in(page="primary")

    own.chooses(OPEN_SHORTCUT, message, channel="C0SUPPORT", user="U0TOM", user_name="tom")

    assert own.words_of_view == "INC-2 was opened from this message, or from its thread, already."
    assert own.desk.incidents() == ["INC-1 investigating", "INC-2 triage"]


def test_what_a_message_opened_is_not_opened_again_by_its_edit(own):
    message = a_message(own, "Nobody can pay", channel="C0EMERGENCY")
    own.chooses(OPEN_SHORTCUT, message)
    own.fills_in()

    own.desk.edits("Nobody can pay at all", ts=message["ts"], before="Nobody can pay")

    assert own.desk.incidents() == ["INC-1 investigating", "INC-2 triage"]


def test_an_alert_of_a_bot_opens_an_incident_too(own):
    own.slack.add_channel("alerts", id="C0ALERTS")
    message = a_message(own, "CPU is high", channel="C0ALERTS")
    written = {**message, "bot_id": "B0MON", "subtype": "bot_message", "username": "Monitor"}

    own.chooses(OPEN_SHORTCUT, {**written, "user": ""}, channel="C0ALERTS")
    own.fills_in(page="primary")

    with reading() as session:
        assert incidents.get(session, "INC-2").reporter == "Monitor"


def test_a_shortcut_that_is_none_of_ours_changes_nothing(own):
    own.chooses("dance", a_message(own), channel=OWN)

    assert kept() == []
    assert own.slack.views == []


def test_a_cry_that_joins_what_wakes_nobody_wakes_somebody(room):
    slack = room()
    slack.chooses(OPEN_SHORTCUT, a_message(slack, channel=CHANNEL), channel=CHANNEL)
    slack.fills_in(title="Uploads are failing", page="-")
    assert slack.desk.pages() == []

    slack.desk.wait(seconds=5)
    slack.desk.says("Payments are broken, too")
    slack.desk.wait(seconds=31)

    assert slack.desk.incidents() == ["INC-1 triage"]
    assert slack.desk.pages() == [("primary", "promised", 1)]


@pytest.fixture
def in_question(room, clock):
    """Somebody looks at INC-1, and a second cry is asked about."""
    slack = room(grace_seconds=0)
    slack.desk.says("Uploads are failing")
    with transaction() as session:
        commands.move(session, incident_key="INC-1", action="accept", actor=MAYA, at=clock())
    ts = slack.desk.says("Payments are down")
    message = {"type": "message", "user": "U0SAM", "text": "Payments are down", "ts": ts}
    slack.chooses(OPEN_SHORTCUT, message, channel=CHANNEL)
    return slack


def test_a_message_in_question_that_is_opened_by_hand_opens_no_other(in_question, clock):
    slack = in_question
    slack.fills_in(page="primary")
    with transaction() as session:
        commands.move(session, incident_key="INC-2", action="accept", actor=MAYA, at=clock())

    slack.desk.wait(minutes=2, seconds=1)

    assert slack.desk.incidents() == ["INC-1 investigating", "INC-2 investigating"]
    assert slack.desk.pages("INC-2") == [("primary", "promised", 1)]
    question = slack.desk.said("INC-1", "/signal-2/")[-1]
    assert (text_of(question), labels(question)) == ("Opened INC-2, asked for by Maya.", [])
    assert "Maya: another emergency, INC-2" in slack.desk.lines()


def test_a_dialog_that_is_sent_after_the_question_ran_out_opens_no_other(in_question):
    slack = in_question
    slack.desk.wait(minutes=2, seconds=1)

    told = slack.fills_in(page="primary")

    assert said_in(told) == "INC-2 was opened from this message, or from its thread, already."
    assert slack.desk.incidents() == ["INC-1 investigating", "INC-2 triage"]


def test_a_message_that_joined_and_is_opened_by_hand_belongs_to_its_own_incident(room, clock):
    slack = room()
    slack.desk.says("Uploads are failing")
    clock.forward(seconds=5)
    ts = slack.desk.says("Payments are down")
    anyway = slack.desk.said("INC-1", "/signal-2/")[0].settings["buttons"][0]
    message = {"type": "message", "user": "U0SAM", "text": "Payments are down", "ts": ts}
    slack.chooses(OPEN_SHORTCUT, message, channel=CHANNEL)
    slack.fills_in(page="primary")

    slack.desk.presses(anyway)

    assert slack.desk.incidents() == ["INC-1 triage", "INC-2 triage"]
    assert "joined it" not in text_of(slack.desk.receipt())
