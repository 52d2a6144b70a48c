"""A night in which somebody is being woken: one desk for each thing that may become of a page."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from incident.integrations.notifier import Refused
from incident.rules import alarms
from incident.rules.permissions import DESK
from incident.services import ladder, page_alarms, pages, runs, steps
from incident.storage import incidents
from incident.storage import pages as page_rows
from incident.storage import targets as target_rows
from incident.storage.db import transaction
from incident.storage.pages import Page
from tests.browser.story import JO, Story, neighbours, on_call, publish, the_house
from tests.conftest import MAYA, TOM

UPLOADS = """---
title: Uploads fail
slug: uploads
---

# Uploads fail

## Begin

- [ ] Look at the error rate of the upload service
- [ ] Page the mobile on-call {page=mobile ack=5m then=platform}
- [ ] Switch uploads to the second region
- [ ] Page whoever owns the storage {page=platform}
"""
IN_PAGERDUTY = "https://example.pagerduty.com/incidents/Q1UPLOADS"


def waiting(now: datetime) -> Story:
    """PagerDuty took it and notified Jo, who has four minutes left."""
    story = _opened(now)
    _reached(story, minutes=1.2)
    _notified(story, 1.1, "Jo (push)")
    return story


def second_rung(now: datetime) -> None:
    """Jo did not answer, so Ada is paged."""
    story = _opened(now)
    _reached(story, minutes=6)
    _notified(story, 5.9, "Jo (push)")
    _climbs(story, 1)
    story.sends(0.9)
    _notified(story, 0.8, "Ada (push, telephone)")


def acknowledged(now: datetime) -> None:
    """Jo has it, and nothing is asked of anybody else."""
    story = waiting(now)
    story.did(pages.acknowledge, 0.5, JO, number=2)
    story.sends(0.4)


def nobody_woken(now: datetime) -> None:
    """PagerDuty took the page two minutes ago and has notified nobody: the next one is paged."""
    story = _opened(now)
    _reached(story, minutes=2.5)
    _became(story, 2.4, state="seen", seen_at=story.ago(2.4), **_of_pagerduty())
    sentence = alarms.unnotified("mobile")
    _with_newest(story, 0.4, page_alarms.raise_alarm, kind=alarms.UNNOTIFIED, sentence=sentence)
    _climbs(story, 0.3, why=sentence)


def exhausted(now: datetime) -> None:
    """Nobody answered on any rung: the telephones are what is left."""
    story = _opened(now)
    _reached(story, minutes=11)
    _notified(story, 10.9, "Jo (push)")
    _climbs(story, 6)
    story.sends(5.9)
    _notified(story, 5.8, "Ada (push, telephone)")
    _climbs(story, 1, why="Nobody answered platform in 5 min")
    sentence = alarms.exhausted("platform")
    _with_newest(story, 0.9, page_alarms.raise_alarm, kind=alarms.EXHAUSTED, sentence=sentence)


def refused_then_next(now: datetime) -> None:
    """PagerDuty refuses the first rung, so the second is paged at once."""
    story = _opened(now)
    story.did(steps.complete, 1, MAYA, number=1)
    story.sends(0.9, Refused("PagerDuty does not know the routing key"))
    _climbs(story, 0.8, why="The page to mobile was refused")
    story.sends(0.7)


def held_back(now: datetime) -> None:
    """A storm: three more pages to the same people were told in one. All of them must answer."""
    story = _opened(now, everyone=True)
    on_call("mobile", "Jo", "Ana", "Europe/Berlin", at=story.ago(6))
    _reached(story, minutes=2)
    _notified(story, 1.9, "Jo and Ana (push)")
    _became(story, 1.5, held=3)
    story.did(pages.acknowledge, 1, JO, number=2)


def _opened(now: datetime, *, everyone: bool = False) -> Story:
    the_house(now)
    neighbours(now)
    story = Story(now)
    with transaction() as session:
        target_rows.get(session, "mobile").everyone = everyone
    story.opens(14, MAYA, title="Uploads fail since noon", severity="sev2")
    publish(story, UPLOADS, 60 * 24)
    story.did(runs.attach, 13, TOM, slug="uploads", confirmed=True)
    return story


def _reached(story: Story, *, minutes: float) -> None:
    """The page step: PagerDuty takes the page a second later."""
    story.did(steps.complete, minutes, MAYA, number=1)
    story.sends(minutes - 0.02)


def _notified(story: Story, minutes: float, whom: str) -> None:
    at = story.ago(minutes)
    known = {"seen_at": at, "notified_at": at, "notified_whom": whom, **_of_pagerduty()}
    _became(story, minutes, state="notified", **known)


def _of_pagerduty() -> dict[str, str]:
    return {"pagerduty_id": "Q1UPLOADS", "pagerduty_url": IN_PAGERDUTY}


def _became(story: Story, minutes: float, **fields: Any) -> None:
    """What PagerDuty told us of the newest page."""

    def fill_in(session: Any, incident: Any, page: Page, **_: Any) -> None:
        for name, value in fields.items():
            setattr(page, name, value)

    _with_newest(story, minutes, fill_in)


def _climbs(story: Story, minutes: float, why: str = "Nobody answered mobile in 5 min") -> None:
    _with_newest(story, minutes, ladder.climb, why=why, actor=DESK)


def _with_newest(story: Story, minutes: float, do: Callable[..., Any], **asked: Any) -> None:
    with transaction() as session:
        incident = incidents.lock(session, story.key)
        newest = page_rows.of_incident(session, incident.id)[-1]
        do(session, incident, newest, at=story.ago(minutes), **asked)
