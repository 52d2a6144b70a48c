"""A desk that works with Slack: one for each thing that the screens have to say about it."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from incident.integrations.notifier import Refused
from incident.rules.permissions import Actor
from incident.rules.proofs import Finding
from incident.rules.slack_connecting import Workspace
from incident.rules.slack_manifest import SCOPES
from incident.services import (
    channels,
    connections,
    members,
    privacy,
    rehearsals,
    slack_connecting,
    slack_health,
    update_clock,
    updates,
)
from incident.services.updates import Draft
from incident.storage import incident_channels, incidents, people, slack_rules, timers
from incident.storage.db import transaction
from incident.storage.people import Person
from incident.storage.slack_rules import SlackRule
from tests.browser.story import Story, the_house, the_night
from tests.conftest import ADA, MAYA, TOM
from tests.fakes.slack_events import a_message_event

CORD = "C0EMERGENCY"
KEY = "INC-42"
DAY = 60 * 24
WORKSPACE = Workspace("T0DESK", "Acme", "https://acme.slack.com/", "U0DESK")
SAID = (
    (DAY * 1 + 300, "U0JO", "Hello? Uploads fail for everybody in Europe, help!"),
    (DAY * 1 + 296, "U0SAM", "Same here, sos"),
    (DAY * 1 - 700, "U0SAM", "Lunch is here"),
    (DAY * 3 + 120, "U0JO", "Checkout is down, please help"),
    (DAY * 3 - 600, "U0TOM", "Thanks all, it was the certificate"),
    (DAY * 6 - 500, "U0SAM", "Can somebody help me with the printer on the third floor?"),
)
REPORT = Draft(
    conditions="People get the same push again and again, about one in a minute.",
    actions="We took the iOS certificate away and are emptying the queue.",
    needs="Somebody who knows how the settings change went out at noon.",
    wordings={"responders": "", "executives": "", "customers": None},
    next_minutes=30,
)


def connected(now: datetime) -> None:
    """Tokens were typed and everything was looked at; nobody has written anything yet."""
    the_house(now)
    connect(now)
    _rule(now, armed=False)


def connect(now: datetime) -> None:
    story = Story(now)
    typed = {"bot_token": "xoxb-of-a-picture-000000", "app_token": "xapp-of-a-picture-000000"}
    story.did(connections.keep_slack, 6, ADA, secrets=typed, settings={"transport": "socket"})
    found = [Finding("slack", name) for name in ("token", "hearing")]
    lacking = {"optional": [scope.name for scope in SCOPES if not scope.grave][-1:]}
    found += [Finding("slack", "scopes", data=lacking), Finding("slack", f"channel {CORD}")]
    with transaction() as session:
        slack_connecting.remember_workspace(session, WORKSPACE, at=story.ago(5))
        slack_connecting.keep_findings(session, found, at=story.ago(5))
        for person in people.responders(session):
            person.slack_id = "" if person.name in ("Ada", "Tom") else person.slack_id


def rehearsed(now: datetime) -> None:
    """A dry run with working hours, and what was said in the channel last week."""
    the_house(now)
    rehearse(now)


def rehearse(now: datetime) -> None:
    _rule(now, armed=False)
    story = Story(now)
    with transaction() as session:
        rehearsals.keep(session, CORD, [_said(story, *one) for one in SAID], at=now)
        rule = slack_rules.find(session, CORD, lock=True)
        assert rule is not None
        rule.looked_back_at = now
        for member, name in (("U0JO", "Jo"), ("U0SAM", "Sam"), ("U0TOM", "Tom")):
            members.meet(session, member, name=name, at=now)


def told(now: datetime) -> None:
    """One update went out and one was refused; customers have no channel. The next is owed."""
    the_night(now)
    tell(now)


def tell(now: datetime) -> None:
    story = Story(now, KEY)
    _audiences(story)
    story.did(updates.write, 2, MAYA, draft=REPORT)
    story.sends(1.9, to="slack")
    later = Draft(
        "The queue shrinks: 1.2 M keys are left.",
        wordings={"responders": "", "executives": ""},
        next_minutes=30,
    )
    story.did(updates.write, 0.8, TOM, draft=later)
    story.sends(0.7, Refused("The app is not in that channel: invite it there"), to="slack")


def overdue(now: datetime) -> None:
    """The next word was due six minutes ago. Nobody wrote it, so everybody is asked."""
    the_night(now)
    story = Story(now, KEY)
    _audiences(story)
    with transaction() as session:
        incident = incidents.lock(session, KEY)
        update_clock.wind(session, incident, due_at=story.ago(6), at=story.ago(20))
    _clock_strikes(story, 2, update_clock.DUE, update_clock.due)
    _clock_strikes(story, 0.4, update_clock.OVERDUE, update_clock.overdue)


def away(now: datetime) -> None:
    """Slack has taken nothing for nine minutes."""
    the_night(now)
    fail(now)


def fail(now: datetime) -> None:
    story = Story(now)
    with transaction() as session:
        for minutes in (9, 7):
            slack_health.failing(session, "Slack could not be reached", at=story.ago(minutes))


def wanted(now: datetime) -> None:
    """Slack was asked for a channel, and has not answered."""
    the_night(now)
    Story(now, KEY).did(channels.create, 0.1, TOM)


def opened(now: datetime) -> None:
    """The incident is worked on in a channel of its own."""
    wanted(now)
    with transaction() as session:
        row = incident_channels.of_incident(session, incidents.id_of(KEY))
        assert row is not None
        row.state, row.channel, row.opened_at = "open", "C0INC42", now


def refused(now: datetime) -> None:
    """Slack makes no channel."""
    wanted(now)
    Story(now, KEY).sends(0, Refused("An admin of Slack lets nobody make channels"), to="slack")


def private(now: datetime) -> None:
    """Seen by Maya, Tom and the admins alone."""
    the_house(now)
    hide(now)


def hide(now: datetime) -> str:
    story = Story(now)
    key = story.opens(12, ADA, title="A laptop with customer data is missing", severity="sev2")
    story.did(privacy.hide, 11, ADA)
    for name in ("Maya", "Tom"):
        story.did(privacy.add, 10, ADA, person_id=_person(name))
    return key


def linked(now: datetime) -> None:
    """Slack knows Maya by the address that she has here."""
    the_house(now)
    number = _person("Maya")
    with transaction() as session:
        members.meet(session, "U0MAYA", name="Maya Lindqvist", at=now)
        maya = people.get(session, number, lock=True)
        maya.slack_link = "email"


def _rule(now: datetime, *, armed: bool) -> None:
    story = Story(now)
    hours = {"days": [1, 2, 3, 4, 5], "from": "09:00", "until": "18:00", "zone": "America/New_York"}
    with transaction() as session:
        rule = SlackRule(
            channel=CORD, channel_name="#emergency", target="primary", armed=armed, work_hours=hours
        )
        rule.words, rule.urgent_words = ["help", "sos", "down"], ["data loss"]
        rule.work_grace_seconds = 120
        rule.created_at = rule.updated_at = story.ago(3)
        session.add(rule)


def _said(story: Story, minutes: float, member: str, text: str) -> dict[str, object]:
    at = story.ago(minutes)
    ts = f"{at.timestamp():.6f}"
    return a_message_event(text, user=member, ts=ts, client_msg_id=None)


def read_in(session: Session, *, actor: Actor, at: datetime) -> None:
    """Executives read in a channel; for customers nobody has chosen one."""
    chosen = {"executives": {"channel": "C0BOARD", "name": "#status-board"}}
    slack_connecting.keep_audiences(session, chosen, actor=actor, at=at)


def _audiences(story: Story) -> None:
    with transaction() as session:
        read_in(session, actor=ADA, at=story.ago(DAY))


def _clock_strikes(story: Story, minutes: float, kind: str, what: Callable[..., None]) -> None:
    with transaction() as session:
        incident = incidents.lock(session, KEY)
        clocks = timers.of_incident(session, incident.id)
        timer = next(one for one in clocks if one.kind == kind)
        what(session, incident, timer, story.ago(minutes))


def _person(name: str) -> int:
    with transaction() as session:
        return session.query(Person).filter_by(name=name).one().id
