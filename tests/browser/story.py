"""The night of July 10: an incident in full swing, with everything that a screen can show."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from incident.delivery.worker import deliver_one
from incident.integrations.notifier import Delivered, Result
from incident.rules.permissions import DESK, Actor
from incident.services import (
    checklists,
    incidents,
    install,
    pages,
    retros,
    roles,
    runs,
    signals,
    steps,
    targets,
    updates,
)
from incident.services.incidents import Opening
from incident.services.targets import TargetForm
from incident.services.updates import Draft
from incident.storage import targets as target_rows
from incident.storage import workers
from incident.storage.db import transaction
from incident.storage.incidents import Incident
from incident.storage.slack_rules import SlackRule
from tests.conftest import ADA, MAYA, TOM
from tests.fakes.slack_events import a_message_event
from tests.web.browsers import a_person

STARTERS = Path(__file__).parents[2] / "starter"
ZONE = "America/New_York"
NIGHT = datetime(2021, 7, 10, 5, 49, 12, tzinfo=UTC)
JO = Actor("Jo", role="responder", source="slack")
ROUTING_KEY = "R" * 32
SLACK_LINK = "https://example.slack.com/archives/C0EMERGENCY/p1625889720000100"
PURGE = """---
title: Purge a runaway notification queue
slug: purge-notifications
owner: mobile
use when: [notification, push, queue]
review every: 90 days
---

# Purge a runaway notification queue

## Stop the bleeding

- [ ] Do users still receive unwanted pushes? {expect=yes}
- [ ] Remove the iOS certificate {effect="iOS certificate removed" undo="Restore it" max=4h}
- [ ] Revoke the FCM key
- [ ] Post a holding message for support
- [ ] Page the mobile on-call {page=mobile ack=11m then=primary}

## Clear the queue

- [ ] Drain the delivery workers {expect=0}
- [ ] Count the queued keys before you delete any {expect=">0" within=10m killer}

  Only keys that start with `rpush:notifications`. The next step compares this number with what
  was deleted.

  ```sh
  redis-cli -u "$REDIS_URL" --scan --pattern 'rpush:notifications:*' | wc -l
  ```
- [ ] A second person counts again, and writes the number {killer expect=">0"}
- [ ] Is the count zero? {decide}
  - yes
  - no
    - [ ] Page the platform on-call {page=platform ack=10m}
- [ ] Pause: everything above is settled, and you have seen it {hold}

## Put it back

- [ ] Restore the iOS certificate, and end it in the list of effects
- [ ] Send yourself a push: does it arrive, once? {expect=yes}
- [ ] Tell support that it is over {post="#support" text="The unwanted notifications have stopped."}
"""


class Told:
    """A notifier that always answers the same."""

    def __init__(self, answer: Result) -> None:
        self.answer = answer

    def send(self, message: Any) -> Result:
        return self.answer

    def close(self) -> None:
        """There is no connection."""


class Story:
    """Tells the desk what happened, each thing so many minutes before `now`.

    story.did(steps.complete, 30, MAYA, number=2) is Maya completing step 2 half an hour ago.
    """

    def __init__(self, now: datetime, key: str = "") -> None:
        self.now = now
        self.key = key

    def ago(self, minutes: float) -> datetime:
        return self.now - timedelta(minutes=minutes)

    def did(self, command: Callable[..., Any], minutes: float, actor: Actor, **asked: Any) -> Any:
        with transaction() as session:
            who = {"actor": actor, "at": self.ago(minutes)}
            return command(
                session, **({"incident_key": self.key} if self.key else {}) | who | asked
            )

    def opens(self, minutes: float, actor: Actor, **opening: Any) -> str:
        """From here on the story is about this incident."""
        with transaction() as session:
            opened = incidents.open_incident(
                session, Opening(zone=ZONE, **opening), actor=actor, at=self.ago(minutes)
            )
        self.key = opened.key
        return self.key

    def sends(self, minutes: float, answer: Result | None = None, to: str = "pagerduty") -> None:
        """Everything that is due goes out, and the vendor answers this."""
        notifier = Told(answer or Delivered())
        while deliver_one(notifier, integration=to, owner="story", clock=lambda: self.ago(minutes)):
            pass


def the_house(now: datetime) -> None:
    """People, targets and checklists, as on a desk that has been in use for a while."""
    story = Story(now)
    with transaction() as session:
        install.prepare(session, story.ago(60 * 24 * 90))
    for name, role, phone in (
        ("Maya", "responder", "+1 555 0100"),
        ("Tom", "responder", "+1 555 0101"),
        ("Ada", "admin", "+1 555 0102"),
        ("Jo", "responder", "+49 30 5550103"),
        ("Sam", "viewer", ""),
    ):
        a_person(name, role, zone=ZONE, phone=phone, slack_id=f"U0{name.upper()}")
    for name, words, zone, phones in (
        ("primary", "Web on-call", ZONE, "Maya +1 555 0100\nTom +1 555 0101"),
        ("mobile", "Mobile on-call", "Europe/Berlin", "Jo +49 30 5550103"),
        ("platform", "Platform on-call", ZONE, "Ada +1 555 0102"),
    ):
        form = TargetForm(routing_key=ROUTING_KEY, description=words, zone=zone, phones=phones)
        story.did(targets.put, 60 * 24 * 3, ADA, name=name, form=form)
        on_call(name, phones.partition(" ")[0], zone, at=story.ago(6))
    with transaction() as session:
        workers.beat(session, "desk-1", started_at=story.ago(60 * 24), at=now)
        checklists.load_starters(session, STARTERS, at=story.ago(60 * 24 * 80))
    publish(story, PURGE, 60 * 24 * 12)


def on_call(target: str, *names: str, at: datetime) -> None:
    """Who PagerDuty said is on call. The last of the names is their zone."""
    *people, zone = names
    with transaction() as session:
        row = target_rows.get(session, target)
        row.on_call = [
            {"name": name, "email": "", "phone": "", "zone": zone, "until": ""} for name in people
        ]
        row.on_call_at = at


def publish(story: Story, source: str, minutes: float) -> None:
    key, story.key = story.key, ""
    revision = story.did(checklists.draft, minutes, ADA, source=source)
    slug = source.split("slug: ")[1].split("\n")[0]
    story.did(checklists.publish, minutes, ADA, slug=slug, number=revision.number)
    story.key = key


def runaway(now: datetime) -> str:
    """Runaway push notifications, an hour and 47 minutes in. The incident's key."""
    story = Story(now)
    story.opens(
        107,
        JO,
        title="Runaway push notifications",
        severity="sev3",
        source="slack",
        status="triage",
        reporter="Jo",
        service="Notifications",
        first_signal_at=story.ago(107),
        slack_channel="C0EMERGENCY",
        slack_link=SLACK_LINK,
    )
    page = story.did(pages.page, 107, DESK, target="primary", text="a message in #emergency")
    story.sends(107)
    story.did(pages.acknowledge, 104, MAYA, page_id=page.id)
    story.sends(104)
    story.did(incidents.move, 103, MAYA, action="accept")
    story.did(roles.take, 101, TOM, name="commander")
    story.did(
        incidents.tell, 20, JO, text="1.2 M keys are still enqueued in Redis, despite the deploy."
    )
    story.did(incidents.set_severity, 19, TOM, severity="sev2")
    said = Draft("People get the same push again and again.", wordings={}, next_minutes=22)
    story.did(updates.write, 18.4, TOM, draft=said)
    story.did(runs.attach, 18, TOM, slug="purge-notifications", confirmed=True)
    _purge(story)
    return story.key


def _purge(story: Story) -> None:
    """The first steps, as far as the count of the keys."""
    story.did(steps.complete, 17, MAYA, number=1, value="yes")
    story.did(steps.complete, 15, MAYA, number=2)
    story.did(steps.not_applicable, 13, MAYA, number=3, reason="Android is not affected")
    story.did(
        steps.defer, 10.4, TOM, number=4, reason="Support writes it at eight", until="before close"
    )
    story.sends(10.2)
    story.did(
        incidents.tell,
        7,
        MAYA,
        text="The settings change went out at noon: that is when it began.",
        occurred_at=story.ago(60),
    )
    story.did(steps.complete, 2.3, MAYA, number=6, value="0")


def neighbours(now: datetime) -> None:
    """What else is on the home page: ended incidents, one in its grace, and a drill."""
    story = Story(now)
    with transaction() as session:
        long_ago = story.ago(60 * 24 * 40)
        session.add(
            Incident(
                id=38,
                title="Search is slow",
                status="closed",
                severity="sev4",
                zone=ZONE,
                created_at=long_ago,
                resolved_at=long_ago + timedelta(minutes=35),
                closed_at=long_ago + timedelta(hours=1),
            )
        )
    _ended(story, 60 * 24 * 21, "Comments fail to post", "sev2", minutes=60 * 30)
    _retro(story, 60 * 24 * 18, "A scope was removed from a query.", published=True)
    _ended(story, 60 * 24 * 9, "Certificate expired on staging", "sev4", minutes=18)
    _ended(story, 60 * 24 * 4, "Image uploads are refused", "sev2", minutes=64)
    _retro(story, 60 * 24 * 3, "A disk was full.")


def around(now: datetime) -> None:
    """A cry that is about to page, and a drill: they come after the incident of the night."""
    story = Story(now)
    _cry(story)
    story.key = ""
    story.opens(31, ADA, title="Database primary lost", severity="sev1", mode="drill")
    story.did(runs.attach, 30, ADA, slug="general-incident", confirmed=True)
    story.did(steps.complete, 28, ADA, number=1)
    story.did(steps.complete, 26, ADA, number=2)


def _ended(story: Story, ago: float, title: str, severity: str, *, minutes: float) -> None:
    story.key = ""
    story.opens(ago, MAYA, title=title, severity=severity)
    story.did(runs.attach, ago - 1, MAYA, slug="general-incident", confirmed=True)
    story.did(steps.complete, ago - 2, MAYA, number=1)
    story.did(incidents.move, ago - minutes, MAYA, action="resolve")


def _retro(story: Story, ago: float, text: str, *, published: bool = False) -> None:
    story.did(retros.edit_section, ago, ADA, name="summary", text=text, version=0)
    if published:
        story.did(retros.publish, ago, ADA)


def _cry(story: Story) -> None:
    """Somebody in #payments, half a minute ago; the desk pages when nobody says anything."""
    at = story.ago(0.3)
    rule = {"channel": "C0PAYMENTS", "channel_name": "#payments", "target": "primary"}
    said = a_message_event(
        "Checkout takes longer than two seconds for everybody",
        channel="C0PAYMENTS",
        user="U0JO",
        ts=f"{at.timestamp():.6f}",
    )
    with transaction() as session:
        session.add(
            SlackRule(
                **rule, armed=True, checklist="", grace_seconds=120, created_at=at, updated_at=at
            )
        )
        kept = signals.keep(session, b"", said, at=at)
        assert kept is not None
        signals.read(session, kept, at)
    story.sends(0.3, to="slack")


def the_night(now: datetime) -> str:
    """The whole desk at 01:49. The key of the incident that everybody looks at."""
    the_house(now)
    neighbours(now)
    key = runaway(now)
    around(now)
    return key
