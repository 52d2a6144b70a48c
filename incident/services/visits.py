"""Where somebody is in an incident: the mark that moves with them, and what to tell on return."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import resume as rules
from incident.rules.resume import Resume
from incident.storage import incidents, steps, timeline, visits
from incident.storage.incidents import Incident
from incident.storage.visits import Visit


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody with a page before them. `login_id` tells one device from another."""

    person_id: int
    name: str
    login_id: int


def resume(
    session: Session,
    incident: Incident,
    visit: Visit | None,
    guest: Guest,
    *,
    at: datetime,
    by_link: bool = False,
) -> Resume | None:
    """What to tell somebody who comes back after this visit. No question unless they do."""
    if visit is None or visit.seq >= incident.last_seq:
        return None
    if not rules.is_back(visit, login_id=guest.login_id, now=at, by_link=by_link):
        return None
    events = timeline.of_kinds(session, incident.id, rules.KINDS, after=visit.seq)
    return rules.resume(visit, events, me=guest.name, newest=incident.last_seq)


def mark(
    session: Session,
    *,
    incident_key: str,
    guest: Guest,
    seq: int,
    step: int | None,
    at: datetime,
) -> None:
    """They have seen the timeline up to `seq`, with `step` in hand. A mark never moves back."""
    incident = incidents.share(session, incident_key)
    visit = _visit(session, incident, guest, step, at)
    visit.seq = max(visit.seq, min(seq, incident.last_seq))
    _stand_at(visit, step, at)


def press(
    session: Session, *, incident_key: str, guest: Guest, at: datetime, is_scripted: bool
) -> None:
    """Whoever presses is shown what followed. A script tells by itself which step is in hand then;
    without one it is the first that is current."""
    row, who, device = incidents.id_of(incident_key), guest.person_id, guest.login_id
    if is_scripted and visits.catch_up(session, row, who, login_id=device, at=at):
        return
    incident = session.get_one(Incident, row)
    visit = _visit(session, incident, guest, None, at)
    visit.seq = incident.last_seq
    if not is_scripted:
        _stand_at(visit, steps.first_current(session, incident.id), at)


def _stand_at(visit: Visit, step: int | None, at: datetime) -> None:
    if visit.step != step:
        visit.step, visit.since = step, at


def _visit(
    session: Session, incident: Incident, guest: Guest, step: int | None, at: datetime
) -> Visit:
    new = Visit(
        incident_id=incident.id,
        person_id=guest.person_id,
        login_id=guest.login_id,
        seq=0,
        step=step,
        since=at,
        seen_at=at,
    )
    visit = visits.find_for_change(session, new)
    visit.login_id, visit.seen_at = guest.login_id, at
    return visit
