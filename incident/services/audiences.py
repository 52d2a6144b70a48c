"""The audiences of updates: where each of them reads, and what became of what it was told."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from incident.rules import pages as page_rules
from incident.rules.wordings import AUDIENCES
from incident.services import connections, slack_places
from incident.storage import installs, outbox
from incident.storage.incidents import Incident
from incident.storage.outbox import Delivery
from incident.storage.updates import Update


@dataclass(frozen=True, slots=True)
class Audience:
    """`place` is what people call the channel. Without a channel it can be told nowhere."""

    name: str
    channel: str = ""
    place: str = ""
    thread_ts: str = ""


def audiences_of(session: Session, incident: Incident) -> dict[str, Audience]:
    """Responders read where the incident lives; the others where Settings say, unless the
    incident is private: then it is spoken of in a channel of its own, or nowhere."""
    if incident.private:
        others = {name: Audience(name) for name in AUDIENCES[1:]}
        return {"responders": _responders(session, incident), **others}
    kept = connections.settings_of(session, connections.SLACK).get("audiences") or {}
    found = {"responders": _responders(session, incident)}
    for name in AUDIENCES[1:]:
        chosen = kept.get(name) or {}
        channel = str(chosen.get("channel") or "")
        found[name] = Audience(name, channel, str(chosen.get("name") or "") or channel)
    return found


def posts_of(
    session: Session, incident: Incident, updates: Sequence[Update]
) -> dict[tuple[int, str], Delivery]:
    """The newest post of each, by the update's number on the timeline and the audience."""
    return {place: sent[-1] for place, sent in tries_of(session, incident, updates).items()}


def tries_of(
    session: Session, incident: Incident, updates: Sequence[Update]
) -> dict[tuple[int, str], list[Delivery]]:
    """Every post of them, oldest first: one that did not arrive may have been sent again."""
    install = installs.code(session)
    places = {
        _dedup_key(install, incident, update, audience): (update.seq, audience)
        for update in updates
        for audience in update.wordings
    }
    found = outbox.by_dedup_keys(session, incident.id, list(places)) if places else {}
    return {places[key]: sent for key, sent in found.items()}


def cause_of(update: Update, audience: str) -> str:
    """What asks for a post, and so how its delivery is found again."""
    return f"update-{update.seq}-{audience}"


def _responders(session: Session, incident: Incident) -> Audience:
    place = slack_places.place_of(session, incident)
    if not place.channel:
        return Audience("responders")
    name = "the incident's thread" if place.thread_ts else "the incident's channel"
    return Audience("responders", place.channel, name, place.thread_ts)


def _dedup_key(install: str, incident: Incident, update: Update, audience: str) -> str:
    return page_rules.dedup_key(
        install=install, incident_id=incident.id, cause=cause_of(update, audience), generation=1
    )
