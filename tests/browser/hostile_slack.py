"""The same from Slack and for it: messages, names, channels, wordings and the words of a rule."""

from datetime import datetime

from incident.integrations.notifier import Refused
from incident.rules.slack_connecting import Workspace
from incident.services import (
    channels,
    connections,
    kept_messages,
    members,
    privacy,
    rehearsals,
    slack_connecting,
    slack_rules,
    updates,
)
from incident.services.slack_rules import RuleForm
from incident.services.updates import Draft
from incident.storage import people, slack_members
from incident.storage.db import transaction
from incident.storage.people import Person
from tests.browser import hostile
from tests.browser.hostile import ENDLESS, MALLORY, SCRIPT, UNBROKEN
from tests.browser.story import Story
from tests.conftest import ADA
from tests.fakes.slack_events import a_message_event

CORD = "C0HOSTILE"
NAMED = f"#{SCRIPT}"[:78]
WORDINGS = {"responders": ENDLESS, "executives": ENDLESS, "customers": ENDLESS}


def mischief(now: datetime) -> None:
    """Their incident, INC-1, told and worked on in Slack as well, and private."""
    hostile.mischief(now)
    story = Story(now, "INC-1")
    _connect(story)
    _rule(story)
    _say(story)
    story.did(channels.create, 6, MALLORY)
    story.sends(5, Refused(UNBROKEN), to="slack")
    _hide(story)


def _connect(story: Story) -> None:
    tokens = {"bot_token": "xoxb-of-mallory-000000", "app_token": "xapp-of-mallory-000000"}
    story.key = ""
    story.did(connections.keep_slack, 17, ADA, secrets=tokens)
    read_in = {
        "executives": {"channel": "C0BOARD", "name": NAMED},
        "customers": {"channel": "C0CUSTOMERS", "name": "#" + "W" * 79},
    }
    story.did(slack_connecting.keep_audiences, 16, ADA, chosen=read_in)
    story.key = "INC-1"
    with transaction() as session:
        found = Workspace("T0DESK", UNBROKEN, "https://mallory.slack.com/", "U0DESK")
        slack_connecting.remember_workspace(session, found, at=story.ago(16))


def _rule(story: Story) -> None:
    form = RuleForm(
        target="primary",
        channel_name=NAMED,
        checklist="hostile",
        words=["W" * 40, "<script>"],
        urgent_words=["{{7777*7777}}"],
    )
    at = story.now
    with transaction() as session:
        slack_rules.put(session, channel=CORD, form=form, actor=ADA, at=at)
        rehearsals.keep(session, CORD, [_written(story, 60), _written(story, 50)], at)
        members.meet(session, "U0MALLORY", name=UNBROKEN, at=at)


def _written(story: Story, minutes: float) -> dict[str, object]:
    ts = f"{story.ago(minutes).timestamp():.6f}"
    return a_message_event(f"<script> {ENDLESS}", channel=CORD, user="U0MALLORY", ts=ts)


def _say(story: Story) -> None:
    draft = Draft(ENDLESS[:3000], ENDLESS[:3000], ENDLESS[:3000], WORDINGS, next_minutes=5)
    story.did(updates.write, 12, MALLORY, draft=draft)
    story.sends(11, Refused(UNBROKEN), to="slack")
    said = _written(story, 9)["event"]
    assert isinstance(said, dict)
    later = {"minutes": 30, "reason": UNBROKEN, "actor": MALLORY, "at": story.ago(10)}
    with transaction() as session:
        updates.postpone(session, incident_key="INC-1", **later)
        kept_messages.keep(
            session,
            "INC-1",
            channel=CORD,
            ts=said["ts"],
            by=MALLORY,
            way="reaction",
            at=story.ago(9),
            message=said,
        )


def _hide(story: Story) -> None:
    story.did(privacy.hide, 4, ADA)
    with transaction() as session:
        mallory = session.query(Person).filter_by(name=MALLORY.name).one()
        number = mallory.id
        person = people.get(session, number, lock=True)
        person.slack_id, person.slack_link = "U0MALLORY", "email"
        assert slack_members.find(session, "U0MALLORY") is not None
    story.did(privacy.add, 3, ADA, person_id=number)
