"""Somebody has it, and nobody tells those who wait: the desk asks, until the update comes."""

from datetime import timedelta

import pytest

from incident.services import dialogs, roles
from incident.services import incidents as commands
from incident.services.members import actor_for
from incident.storage import connections, incidents, people
from incident.storage.db import reading, transaction
from tests.conftest import ADA, START
from tests.fakes.pagerduty import FakePagerDuty
from tests.fakes.slack import FakeSlack
from tests.journeys.test_paged_at_two_in_the_morning import Night
from tests.slack.conftest import a_responder


@pytest.fixture
def night(desk, clock):
    """Executives read in #exec. Maya answers, Tom commands, and both have an account."""
    with FakeSlack(clock=clock) as slack, FakePagerDuty(clock=clock) as pagerduty:
        slack.add_channel("exec", id="C0EXEC")
        whole = Night(desk(), clock, slack, pagerduty)
        a_responder("Tom", "U0TOM")
        with transaction() as session:
            row = connections.find_or_make(session, "slack", "Ada", START)
            row.settings = {"audiences": {"executives": {"channel": "C0EXEC", "name": "#exec"}}}
        yield whole
        whole.close()


@pytest.fixture
def in_hand(night):
    """A cry, a page, and Maya who takes it at 02:00:50. Tom commands, Maya speaks."""
    ts = night.posts("Uploads are failing")
    night.wait(seconds=30)
    night.wait(seconds=20)
    night.presses("I have it", "U0MAYA")
    with transaction() as session:
        maya = actor_for(session, "U0MAYA")
        commands.move(session, incident_key="INC-1", action="accept", actor=maya, at=night.clock())
    give("commander", "Tom", night)
    give("comms", "Maya", night)
    return ts


def give(role, name, night):
    with transaction() as session:
        person = people.by_name(session, name)
        roles.take(
            session, incident_key="INC-1", name=role, person=name, person_id=person.id,
            actor=ADA, at=night.clock(),
        )  # fmt: skip
    night.work()


def write(night, **values):
    """Maya sends the dialog that the button opens."""
    with transaction() as session:
        maya = actor_for(session, "U0MAYA")
        dialogs.submit(session, "update", {"key": "INC-1"}, values, actor=maya, at=night.clock())
    night.work()


def owed():
    with reading() as session:
        return incidents.get(session, "INC-1").update_due_at


def test_the_desk_asks_who_speaks_then_who_commands_then_everybody(night, in_hand):
    assert owed() == START + timedelta(seconds=50, minutes=15)

    night.wait(minutes=15)
    night.wait(minutes=5)
    night.wait(minutes=5)

    assert night.thread(in_hand)[-3:] == [
        "<@U0MAYA> INC-1: An update is due from Maya (comms).",
        "<@U0TOM> INC-1: THE UPDATE IS OVERDUE: nothing came from Maya, "
        "so Tom (commander) is asked.",
        "<@U0TOM> <@U0MAYA> INC-1: THE UPDATE IS OVERDUE: nothing came from Tom, "
        "so everybody who works on it is asked.",
    ]


def test_the_update_ends_the_asking_and_reaches_whoever_waits(night, in_hand):
    night.wait(minutes=15)

    write(
        night, conditions="A third of all uploads fail", to=["responders", "executives"],
        next_minutes="30",
    )  # fmt: skip
    night.wait(minutes=29)

    (told,) = [message["text"] for message in night.slack.channels["C0EXEC"].messages]
    assert told.startswith("INC-1 (investigating): Uploads are failing\nA third of all uploads")
    assert told.endswith("Next update by 02:45 UTC.")
    assert night.thread(in_hand)[-1].startswith("INC-1 (investigating): Uploads are failing")
    assert not any("OVERDUE" in text for text in night.thread(in_hand))


def test_a_channel_that_was_archived_is_said_aloud(night, in_hand):
    night.slack.channels["C0EXEC"].archived = True

    write(night, conditions="A third of all uploads fail", to=["executives"])

    (line,) = [text for text in night.desk.lines() if text.startswith("NOT SENT")]
    assert line.startswith("NOT SENT to #exec: ")
