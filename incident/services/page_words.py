"""Words to PagerDuty about a page: a note there, or "ask the next level"."""

from datetime import datetime

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.rules.fields import refuse
from incident.rules.outcome import Event, NotAllowed
from incident.rules.permissions import Actor, require
from incident.services import followups, rungs
from incident.storage import incidents, pages
from incident.storage.incidents import Incident
from incident.storage.pages import RINGING, Page

TEXT_LENGTH = 1_500
LEVELS_AT_MOST = 20


def note(
    session: Session, *, incident_key: str, page_id: int, text: str, actor: Actor, at: datetime
) -> Page:
    """Write a note into PagerDuty's incident. It needs a REST token; without one that is told."""
    incident, page = _asked(session, incident_key, page_id, actor)
    text = text.strip()
    refuse({"text": _problem(text)})
    event = Event("page_note", f"{actor.name} writes to PagerDuty: {text}", _about(page), page.step)
    rungs.say(session, incident, event, actor=actor, at=at)
    followups.tell_pagerduty(
        session, incident, page, "note", actor=actor, at=at, settings={"text": text}
    )
    return page


def escalate(
    session: Session, *, incident_key: str, page_id: int, level: int, actor: Actor, at: datetime
) -> Page:
    """Have PagerDuty ask this level of its own escalation policy. It needs a REST token."""
    incident, page = _asked(session, incident_key, page_id, actor)
    wrong = "" if 1 <= level <= LEVELS_AT_MOST else f"A level is from 1 to {LEVELS_AT_MOST}."
    refuse({"level": wrong})
    if page.state not in (*RINGING, "acknowledged"):
        raise NotAllowed(f"Nobody is being paged: {page.reason or page.state}.")
    text = f"{actor.name} has PagerDuty ask level {level} for the page to {page.target}"
    event = Event("page_escalation", text, {**_about(page), "level": level}, page.step)
    rungs.say(session, incident, event, actor=actor, at=at)
    followups.tell_pagerduty(
        session, incident, page, "escalate", actor=actor, at=at, settings={"level": level}
    )
    return page


def _asked(
    session: Session, incident_key: str, page_id: int, actor: Actor
) -> tuple[Incident, Page]:
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    page = next((p for p in pages.of_incident(session, incident.id) if p.id == page_id), None)
    if page is None:
        raise NoResultFound(f"{incident.key} has no page {page_id}.")
    if page.accepted_at is None:
        raise NotAllowed("PagerDuty has not taken this page, so there is nothing there yet.")
    return incident, page


def _problem(text: str) -> str:
    if not text:
        return "Write what PagerDuty is to be told."
    return "" if len(text) <= TEXT_LENGTH else f"At most {TEXT_LENGTH} characters."


def _about(page: Page) -> dict[str, object]:
    return {"page": page.id, "target": page.target}
