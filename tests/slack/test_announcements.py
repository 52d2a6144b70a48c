"""What /inc open says in the channel, and how the incident lives below it."""

import pytest

from incident.delivery.lane import deliver_one
from incident.integrations.slack.notifier import Slack
from incident.services import privacy
from incident.storage import incidents
from incident.storage.db import reading, transaction
from tests.conftest import ADA
from tests.fakes.slack import A_TOKEN
from tests.slack.conftest import text_of
from tests.slack.rooms import Room

LUNCH = "C0LUNCH"


@pytest.fixture
def lunch(room):
    slack: Room = room()
    slack.slack.add_channel("lunch", id=LUNCH)
    return slack


def slack_is_told(room, clock):
    """Everything that waits for Slack goes out, a second apart."""
    notifier = Slack(room.slack.api_url, A_TOKEN)
    for _ in range(6):
        deliver_one(notifier, integration="slack", owner="me", clock=clock)
        clock.forward(seconds=2)


def the_incident(key="INC-1"):
    with reading() as session:
        return incidents.get(session, key)


def test_an_incident_is_said_where_it_was_opened_and_worked_on_below(lunch, clock):
    lunch.types("open Uploads are failing sev2", channel_id=LUNCH)

    slack_is_told(lunch, clock)

    said = lunch.slack.posts[0]
    assert (said["channel"], said["text"]) == (
        LUNCH,
        "Maya opened INC-1, SEV2: Uploads are failing",
    )
    found = the_incident()
    assert (found.slack_channel, found.slack_thread) == (LUNCH, said["ts"])


def test_a_report_pages_and_its_receipt_stands_below_the_announcement(lunch, clock):
    told = lunch.types("open Nothing loads", user="U0SAM", channel_id=LUNCH)

    slack_is_told(lunch, clock)

    assert "primary" in told
    assert lunch.desk.pages() == [("primary", "promised", 1)]
    announced, receipt = lunch.slack.posts
    assert announced["text"] == "sam reported INC-1: Nothing loads"
    assert receipt["thread_ts"] == announced["ts"]
    assert "Paging primary now" in receipt["text"]


def test_a_channel_with_a_rule_is_told_but_its_next_cry_is_one_of_its_own(room, clock):
    slack = room()
    slack.types("open Uploads are failing sev2")

    slack_is_told(slack, clock)
    slack.desk.says("Payments are broken")

    assert the_incident().slack_thread is None
    assert slack.desk.incidents() == ["INC-1 investigating", "INC-2 triage"]


def test_what_is_opened_in_a_conversation_of_two_is_said_nowhere(room):
    slack = room()

    slack.types("open Uploads are failing", channel_id="D0TWOOFUS")

    assert [text_of(each) for each in slack.desk.said("INC-1")] == []


def change(service, clock):
    with transaction() as session:
        service(session, incident_key="INC-1", actor=ADA, at=clock())


def read_there(room):
    """The announcement as whoever opens the channel reads it."""
    (announced,) = room.slack.posts
    return room.slack.channels[LUNCH].find(announced["ts"])["text"]


def test_an_incident_that_becomes_private_is_no_longer_announced_by_its_title(lunch, clock):
    lunch.types("open Our keys are for sale sev1", channel_id=LUNCH)
    slack_is_told(lunch, clock)

    change(privacy.hide, clock)
    slack_is_told(lunch, clock)

    assert read_there(lunch) == "Maya opened INC-1 (private)"


def test_what_was_not_announced_yet_never_is(lunch, clock):
    lunch.types("open Our keys are for sale", channel_id=LUNCH)

    change(privacy.hide, clock)
    slack_is_told(lunch, clock)

    assert lunch.slack.posts == []


def test_opened_to_everybody_it_is_announced_as_before(lunch, clock):
    lunch.types("open Our keys are for sale", channel_id=LUNCH)
    slack_is_told(lunch, clock)
    change(privacy.hide, clock)
    slack_is_told(lunch, clock)

    change(privacy.open_up, clock)
    slack_is_told(lunch, clock)

    assert read_there(lunch) == "Maya opened INC-1: Our keys are for sale"


def test_hidden_and_opened_before_slack_heard_of_it_the_last_word_stands(lunch, clock):
    lunch.types("open Our keys are for sale", channel_id=LUNCH)
    change(privacy.hide, clock)
    change(privacy.open_up, clock)

    slack_is_told(lunch, clock)

    assert read_there(lunch) == "Maya opened INC-1: Our keys are for sale"
