"""Where in Slack an incident is worked on, and which incident is worked on at a place in Slack."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from incident.storage import incident_channels, incidents
from incident.storage.incidents import Incident

WORKED_IN = ("open",)


@dataclass(frozen=True, slots=True)
class Place:
    """A channel by its id, and the thread in it where there is one. Empty: nowhere in Slack."""

    channel: str = ""
    thread_ts: str = ""


def card_cause(channel: str, thread_ts: str) -> str:
    """What the card that stands at this place is promised for."""
    return f"card-{channel}" + ("-thread" if thread_ts else "")


def place_of(session: Session, incident: Incident) -> Place:
    """The incident's own channel, else the thread of the message that opened it.

    A private incident is spoken of in a private channel of its own, or nowhere.
    """
    own = incident_channels.of_incident(session, incident.id)
    if own is not None and own.state in WORKED_IN and own.channel:
        return Place(own.channel) if own.private or not incident.private else Place()
    if incident.private:
        return Place()
    if incident.slack_channel and incident.slack_thread:
        return Place(incident.slack_channel, incident.slack_thread)
    return Place()


def incident_in(session: Session, channel: str, thread_ts: str = "") -> Incident | None:
    """The incident whose own channel this is, or whose receipt stands in this thread."""
    found = incident_channels.incident_of(session, channel)
    if found is None and thread_ts:
        found = incidents.of_thread(session, channel, thread_ts)
    return session.get(Incident, found) if found is not None else None
