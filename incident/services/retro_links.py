"""Commands that tell the story of two incidents in one retro, or apart again."""

from datetime import datetime

from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.retros.facts import linked_keys
from incident.rules.visibility import require_told_together
from incident.services import visibility
from incident.services.record import record
from incident.storage import incidents, timeline
from incident.storage.incidents import Incident

MOST = 5
KINDS = ("retro_linked", "retro_unlinked")


def link(
    session: Session, *, incident_key: str, other: str, actor: Actor, at: datetime
) -> Incident:
    """Tell the other incident in this retro. It owes none of its own any more, and says why."""
    require(actor, "responder")
    incident, linked = _lock_both(session, incident_key, other, actor)
    known = linked_keys(timeline.of_kinds(session, incident.id, KINDS))
    if linked.key in known:
        return linked
    _require_possible(session, incident, linked, known)
    told = f"{actor.name} tells {linked.key} in this retro: {linked.title}"
    _say(session, incident, "retro_linked", told, linked, actor, at)
    if linked.retro_waived is None:
        linked.retro_waived = _reason(incident)
        waived = f"{actor.name} waived the retro: {linked.retro_waived}"
        _say(session, linked, "retro_waived", waived, incident, actor, at)
    return linked


def unlink(
    session: Session, *, incident_key: str, other: str, actor: Actor, at: datetime
) -> Incident:
    """Apart again. What the link waived is owed again."""
    require(actor, "responder")
    incident, linked = _lock_both(session, incident_key, other, actor)
    if linked.key not in linked_keys(timeline.of_kinds(session, incident.id, KINDS)):
        return linked
    told = f"{actor.name} does not tell {linked.key} in this retro any more"
    _say(session, incident, "retro_unlinked", told, linked, actor, at)
    if linked.retro_waived == _reason(incident):
        linked.retro_waived = None
        owed = f"{actor.name} asked for a retro of its own"
        _say(session, linked, "retro_waiver_withdrawn", owed, incident, actor, at)
    return linked


def _lock_both(session: Session, key: str, other: str, actor: Actor) -> tuple[Incident, Incident]:
    """The older first, so that two people who link them both ways cannot wait for each other."""
    try:
        visibility.require(session, actor, other.strip())
        first, second = sorted((incidents.id_of(key), incidents.id_of(other.strip())))
        rows = {n: incidents.lock(session, incidents.key_of(n)) for n in (first, second)}
    except NoResultFound:
        raise NotAllowed(f"There is no incident {other.strip()[:40] or 'without a key'}.") from None
    return rows[incidents.id_of(key)], rows[incidents.id_of(other.strip())]


def _require_possible(
    session: Session, incident: Incident, linked: Incident, known: list[str]
) -> None:
    if linked.id == incident.id:
        raise NotAllowed("An incident cannot be linked with itself.")
    require_told_together((linked.key, linked.private), (incident.key, incident.private))
    if len(known) >= MOST:
        raise NotAllowed(f"At most {MOST} incidents are told in one retro.")
    if linked.mode != incident.mode:
        raise NotAllowed("A drill and a live incident are not told together.")
    if linked_keys(timeline.of_kinds(session, linked.id, KINDS)):
        raise NotAllowed(
            f"{linked.key} tells others itself. Open its retro and link this one there."
        )


def _reason(incident: Incident) -> str:
    return f"told in the retro of {incident.key}"


def _say(
    session: Session,
    incident: Incident,
    kind: str,
    told: str,
    other: Incident,
    actor: Actor,
    at: datetime,
) -> None:
    event = Event(kind, told, {"incident": other.key})
    record(session, incident, Outcome(events=(event,)), actor=actor, at=at)
