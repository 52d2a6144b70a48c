from datetime import timedelta

import pytest

from config import Config
from incident.cli import samples
from incident.cli.migrations import bring_up_to_date
from incident.cli.story import Story
from incident.clock import now
from incident.integrations.notifier import Delivered
from incident.services.people import setup_link
from incident.storage import (
    db,
    incident_channels,
    incidents,
    outbox,
    sealed,
    slack_cards,
    slack_rules,
    targets,
    timeline,
    updates,
)
from incident.storage.db import reading, transaction
from incident.storage.kept_messages import KeptMessage


class Agreeable:
    """Takes whatever it is given."""

    def __init__(self):
        self.sent = []

    def send(self, message):
        self.sent.append(message.action)
        return Delivered({"channel": "C1", "ts": "1.1"})

    def close(self):
        """There is nothing to close."""


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A desk in which the samples have happened."""
    folder = tmp_path_factory.mktemp("demo")
    bring_up_to_date(Config(database_url=f"sqlite:///{folder}/incident.db"))
    sealed.use("a secret for tests only, long enough")
    engine = db.connect(f"sqlite:///{folder}/incident.db")
    story = Story({"pagerduty": Agreeable(), "slack": Agreeable()}, at=now(), public_url="")
    samples.furnish(now())
    samples.tell(story, now())
    yield
    engine.dispose()


def test_the_demo_shows_incidents_in_every_state(told):
    with reading() as session:
        found = incidents.newest(session)

    shown = {incident.status for incident in found}
    assert shown == {
        "triage",
        "investigating",
        "mitigated",
        "resolved",
        "closed",
        "declined",
        "merged",
    }
    assert [incident.mode for incident in found].count("drill") == 1
    assert all(incident.created_at <= now() + timedelta(seconds=1) for incident in found)


def test_the_demo_has_somebody_to_page_and_a_cord_to_pull(told):
    with reading() as session:
        assert targets.find(session, "primary").connected
        assert slack_rules.find(session, samples.CHANNEL).armed


def test_the_demo_has_an_account_already(told):
    with transaction() as session:
        assert setup_link(session, now()) is None


def the(title):
    with reading() as session:
        return next(one for one in incidents.newest(session) if one.title.startswith(title))


def test_the_demo_shows_a_call_for_help_that_was_answered_in_slack(told):
    cry = the("Outage")

    with reading() as session:
        lines = {line.kind for line in timeline.since(session, cry.id, 0)}
        kept = session.query(KeptMessage).filter_by(incident_id=cry.id).all()
        card = slack_cards.of_incident(session, cry.id)
        receipt = outbox.of_incident(session, cry.id)

    assert (cry.status, cry.slack_channel) == ("investigating", samples.CHANNEL)
    assert cry.acked_at is not None
    assert "update_due" in lines
    assert [row.state for row in kept] == ["kept"]
    assert card.channel == samples.CHANNEL
    assert "update" in {delivery.action for delivery in receipt}


def test_of_its_two_updates_one_came_in_time(told):
    with reading() as session:
        found = updates.of_incident(session, the("Outage").id)

    assert [one.written_at <= one.was_due_at for one in found] == [True, False]


def test_one_incident_has_its_channel_and_another_is_private(told):
    with reading() as session:
        channel = incident_channels.of_incident(session, the("Image uploads").id)

    assert (channel.state, channel.made) == ("open", True)
    assert the("A laptop").private
