"""The incident of July 2021, told to the desk through its services, with its times."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules.permissions import Actor
from incident.services import (
    checklists,
    corrections,
    effects,
    incidents,
    pages,
    roles,
    runs,
    steps,
)
from incident.services.incidents import Opening
from incident.storage import db
from incident.storage import effects as effect_rows
from incident.storage import incidents as incident_rows
from tests.conftest import ADA, MAYA, START, TOM, connect_target

EDT = timedelta(hours=4)
SLUG = "runaway-notifications"
CHECKLIST = """---
title: Purge a runaway notification queue
slug: runaway-notifications
---

# Purge a runaway notification queue

## Stop the bleeding

- [ ] Page the mobile on-call {page=mobile}
- [ ] Remove the iOS certificate {effect="iOS certificate removed" undo="Add it back" max=4h}
- [ ] Remove the delivery jobs from Sidekiq

## Clear the queue

- [ ] Count the keys before you delete {expect=">0" within=10m}
- [ ] Delete the keys in batches of 10
- [ ] Send a test notification
"""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A time in July 2021, in New York."""
    return datetime(2021, 7, day, hour, minute, tzinfo=UTC) + EDT


def the_story() -> str:
    """From the deploy to the purge. Returns the incident's key."""
    connect_target("mobile")
    with db.transaction() as session:
        revision = checklists.draft(session, source=CHECKLIST, actor=ADA, at=START)
        checklists.publish(session, slug=SLUG, number=revision.number, actor=ADA, at=START)
        key = _comments_are_broken(session)
        _it_was_not_over(session, key)
        _purge(session, key)
    return key


def _comments_are_broken(session: Session) -> str:
    opening = Opening(
        title="Comments fail to post",
        severity="sev2",
        service="Comments",
        zone="America/New_York",
        reporter="a DEV user, in a GitHub issue",
        started_at=at(8, 6),
        first_signal_at=at(9, 0),
    )
    key = incidents.open_incident(session, opening, actor=MAYA, at=at(9, 11)).key
    roles.take(session, incident_key=key, name="commander", actor=TOM, at=at(9, 11, 5))
    _move(session, key, "identify", TOM, at(9, 11, 20), "the user_ids scope was removed")
    _move(session, key, "mitigate", MAYA, at(9, 12), "scope restored and deployed")
    _move(session, key, "resolve", TOM, at(9, 12, 30))
    return key


def _it_was_not_over(session: Session, key: str) -> None:
    """Reconstructed in the morning: nobody had the desk open at night."""
    _tell(session, key, "A team member gets random notifications", at(9, 23, 50), "reported")
    _tell(session, key, "Mobile engineer posts in #emergency", at(10, 2), "posted")
    _tell(session, key, "On-call engineer reads #emergency", at(10, 7), "seen")
    _move(session, key, "reopen", MAYA, at(10, 7, 5))
    runs.attach(session, incident_key=key, slug=SLUG, actor=MAYA, at=at(10, 7, 6), confirmed=True)


def _purge(session: Session, key: str) -> None:
    pages.acknowledge(session, incident_key=key, number=1, actor=TOM, at=at(10, 7, 10))
    _done(session, key, 2, at(10, 7, 15))
    steps.defer(
        session, incident_key=key, number=3, reason="keys first", actor=MAYA, at=at(10, 7, 20)
    )
    _done(session, key, 4, at(10, 7, 50), value="1200000")
    _done(session, key, 3, at(10, 7, 55))
    _done(session, key, 5, at(10, 8, 20))
    [effect] = effect_rows.of_incident(session, incident_rows.id_of(key))
    effects.end(session, incident_key=key, effect_id=effect.id, actor=MAYA, at=at(10, 8, 30))
    _done(session, key, 6, at(10, 8, 35))
    _move(session, key, "mitigate", MAYA, at(10, 8, 40), "queue purged")
    _move(session, key, "resolve", TOM, at(10, 9))


def _move(
    session: Session, key: str, action: str, actor: Actor, when: datetime, reason: str = ""
) -> None:
    incidents.move(session, incident_key=key, action=action, actor=actor, at=when, reason=reason)


def _tell(session: Session, key: str, text: str, when: datetime, moment: str) -> None:
    seq = incidents.tell(
        session,
        incident_key=key,
        text=text,
        actor=MAYA,
        at=at(10, 7, 4),
        occurred_at=when,
        key_moment=True,
    )
    corrections.correct(
        session, incident_key=key, seq=seq, moment=moment, actor=MAYA, at=at(10, 7, 4)
    )


def _done(session: Session, key: str, number: int, when: datetime, value: str = "") -> None:
    steps.complete(session, incident_key=key, number=number, value=value, actor=MAYA, at=when)
