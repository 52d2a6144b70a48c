"""What Slack tells us of the channels of incidents: archived, renamed, somebody came in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from incident.services import channel_upkeep, members
from incident.storage import incident_channels, incidents
from incident.storage.incidents import Incident

Payload = Mapping[str, Any]
NOT_OURS = "no channel of an incident"


def archived(session: Session, payload: Payload, at: datetime) -> str:
    event = _event(payload)
    incident = _incident_in(session, _text(event, "channel"))
    if incident is None:
        return NOT_OURS
    by = members.actor_for(session, _text(event, "user")).name
    channel_upkeep.archived_by_hand(session, incident, by, at)
    return f"the channel of {incident.key} is archived"


def renamed(session: Session, payload: Payload, at: datetime) -> str:
    told = _event(payload).get("channel")
    channel = told if isinstance(told, Mapping) else {}
    incident = _incident_in(session, _text(channel, "id"))
    if incident is None:
        return NOT_OURS
    channel_upkeep.renamed(session, incident, _text(channel, "name")[:80], at)
    return f"the channel of {incident.key} has another name"


def came_in(session: Session, payload: Payload, _at: datetime) -> str:
    event = _event(payload)
    incident = _incident_in(session, _text(event, "channel"))
    if incident is None:
        return NOT_OURS
    channel_upkeep.came_in(session, incident, _text(event, "user"))
    return f"somebody came into the channel of {incident.key}"


def _incident_in(session: Session, channel: str) -> Incident | None:
    """The incident of this channel, locked. Its channel may have been given up meanwhile."""
    found = incident_channels.incident_of(session, channel) if channel else None
    return incidents.lock(session, incidents.key_of(found)) if found is not None else None


def _event(payload: Payload) -> Payload:
    event = payload.get("event")
    return event if isinstance(event, Mapping) else {}


def _text(holder: Payload, name: str) -> str:
    value = holder.get(name)
    return value.replace("\x00", "") if isinstance(value, str) else ""
