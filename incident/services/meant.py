"""Which incident somebody in Slack means who does not name it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from incident.rules.permissions import Actor
from incident.rules.slash_words import Line
from incident.services import slack_places, visibility
from incident.storage import incidents
from incident.storage.incidents import Incident


@dataclass(frozen=True, slots=True)
class Meant:
    """The one that is meant, or those it may be. Both empty: nothing is open."""

    incident: Incident | None = None
    others: Sequence[Incident] = ()


def meant(session: Session, actor: Actor, *, key: str = "", channel: str = "") -> Meant:
    """The incident named, else that of the channel, else the only one that is open."""
    if key:
        return Meant(visibility.require(session, actor, key))
    own = slack_places.incident_in(session, channel) if channel else None
    if own is not None and visibility.may_see(session, actor, own):
        return Meant(own)
    going_on = open_ones(session, actor)
    from_here = [one for one in going_on if channel and one.slack_channel == channel]
    some = from_here or going_on
    return Meant(some[0]) if len(some) == 1 else Meant(others=some)


def open_ones(session: Session, actor: Actor) -> list[Incident]:
    """Every open incident that this actor may see, newest first."""
    found = incidents.unfinished(session)
    return [one for one in found if visibility.may_see(session, actor, one)]


def line_of(incident: Incident) -> Line:
    return Line(
        key=incident.key,
        title=incident.title,
        status=incident.status,
        severity=incident.severity,
        began_at=incident.created_at,
    )
