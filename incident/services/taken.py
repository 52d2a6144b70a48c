"""What it means that somebody has a page: nothing rings for it any more, wherever they said so."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.rules import ladder as rules
from incident.rules.outcome import Event
from incident.rules.permissions import Actor
from incident.services import followups, page_timers, privacy, rungs, storms
from incident.services import steps as step_services
from incident.storage import pages, people, targets
from incident.storage.incidents import Incident
from incident.storage.pages import RINGING, Page

PAGERDUTY = Actor("PagerDuty", role="system", source="pagerduty")


def take(
    session: Session,
    incident: Incident,
    page: Page,
    *,
    by: Actor,
    moment: datetime,
    at: datetime,
    expected_seq: int | None,
) -> None:
    """The step is done, and nothing rings for it any more, on whichever rung it was answered."""
    privacy.let_in_answerer(session, incident, by, at=at)
    if page.step is not None and step_services.is_waiting(session, incident, page.step):
        step_services.acknowledge_step(
            session,
            incident,
            page.step,
            actor=by,
            at=at,
            expected_seq=expected_seq,
            occurred_at=moment,
        )
    else:
        text = f"{by.name} has it: the page to {page.target}"
        say(session, incident, page, text, "page_acknowledged", by=by, moment=moment, at=at)
    answerers = rules.joined([str(answer["name"]) for answer in page.answers])
    asked = pages.of_cause(session, incident.id, page.cause)
    for other in asked:
        page_timers.cancel(session, other, at=at)
        if followups.may_ring(session, other):
            knows = other.id == page.id and by.source == PAGERDUTY.source
            _silence(session, incident, other, answerers, by=by, moment=moment, at=at, knows=knows)
    storms.take_along(session, incident, asked, who=answerers, by=by, moment=moment, at=at)
    page.state, page.acknowledged_at, page.acknowledged_by = "acknowledged", moment, answerers
    _watch_over(session, incident, page, at=at)


def known_as(session: Session, page: Page, actor: Actor) -> str:
    """What PagerDuty calls whoever pressed here, where their address is known there too."""
    person = people.find(session, actor.person_id) if actor.person_id is not None else None
    target = targets.find(session, page.target)
    on_call = target.on_call if target is not None and person is not None else []
    found = (str(p["name"]) for p in on_call if person and p.get("email") == person.email)
    return next(found, "")


def say(
    session: Session,
    incident: Incident,
    page: Page,
    text: str,
    kind: str,
    *,
    by: Actor,
    moment: datetime,
    at: datetime,
) -> None:
    data = {"page": page.id, "target": page.target}
    event = Event(kind, text, data, step=page.step, occurred_at=moment, key_moment=True)
    rungs.say(session, incident, event, actor=by, at=at)


def _silence(
    session: Session,
    incident: Incident,
    page: Page,
    answerers: str,
    *,
    by: Actor,
    moment: datetime,
    at: datetime,
    knows: bool,
) -> None:
    """Withdraw what has not gone out. Of the rest PagerDuty hears, unless it `knows`: it told us.
    That is only true of the one page that was answered there."""
    reason = f"{answerers} has it"
    known = followups.withdraw(session, incident, page, reason, actor=by, at=at)
    if page.state in RINGING:
        page.state, page.acknowledged_at, page.acknowledged_by = "acknowledged", moment, answerers
    if known and not knows:
        followups.tell_pagerduty(session, incident, page, "acknowledge", actor=by, at=at)


def _watch_over(session: Session, incident: Incident, page: Page, *, at: datetime) -> None:
    """Whoever said “I have it” and fell asleep again is to be woken again."""
    target = targets.find(session, page.target)
    if target is None or not target.awake_seconds or page.acknowledged_at is None:
        return
    due_at = page.acknowledged_at + timedelta(seconds=target.awake_seconds)
    page_timers.put(session, page, "asleep", due_at=due_at, at=at, seq=incident.last_seq)
