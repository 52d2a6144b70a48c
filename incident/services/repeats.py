"""Sends the words of an update again to an audience that has not got them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from incident.rules import repeats as rules
from incident.rules.outcome import Event, NotAllowed, Outcome
from incident.rules.permissions import Actor, require
from incident.rules.repeats import Unheard
from incident.rules.spoken import stamp
from incident.services import updates as services
from incident.services.audiences import Audience, audiences_of, tries_of
from incident.services.record import record
from incident.storage import incidents, updates
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery
from incident.storage.updates import Update


def repeat(
    session: Session, *, incident_key: str, seq: int, audience: str, actor: Actor, at: datetime
) -> Update:
    """Where they read now is where it goes. `seq` is the update's. Raises NoResultFound."""
    require(actor, "responder")
    incident = incidents.lock(session, incident_key)
    update = updates.get(session, incident.id, seq)
    if audience not in update.wordings:
        raise NotAllowed(f"The update says nothing to {audience}.")
    place = audiences_of(session, incident)[audience]
    tries = tries_of(session, incident, [update]).get((seq, audience), [])
    written = updates.of_incident(session, incident.id)
    problem = problem_of(incident, update, place, tries[-1] if tries else None, written)
    if problem:
        raise NotAllowed(problem)
    said_at = stamp(update.written_at, incident.zone, beside=at)
    text = rules.line(by=actor.name, written=said_at, place=place.place, again=bool(tries))
    event = Event("update_repeated", text, {"update": seq, "audience": audience})
    notice = services.notice(incident, update, place, turn=len(tries) + 1)
    record(session, incident, Outcome((event,), (notice,)), actor=actor, at=at)
    return update


def problem_of(
    incident: Incident,
    update: Update,
    place: Audience,
    post: Delivery | None,
    written: Sequence[Update],
) -> str:
    """Why the words for the audience that reads at `place` cannot be sent now, or nothing. `post`
    is the newest of them, `written` every update there is."""
    unheard = Unheard(
        audience=place.name,
        channel=place.channel,
        state=post.state if post is not None else "",
        overtaken=any(one.seq > update.seq and place.name in one.wordings for one in written),
    )
    return rules.problem(unheard, key=incident.key, status=incident.status, mode=incident.mode)
