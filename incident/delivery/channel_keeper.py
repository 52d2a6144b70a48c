"""Sees to the channels of incidents: makes those that the setting wants, and follows the rest."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from incident.delivery.net import Net
from incident.delivery.rounds import Rounds
from incident.rules import channels as rules
from incident.services import channel_upkeep, channels
from incident.storage import incident_channels, incidents
from incident.storage.db import reading, transaction
from incident.storage.incidents import Incident

PAUSE = 2.0
# Slack takes about twenty new topics a minute of a whole workspace.
EVERY = timedelta(seconds=10)
# An incident that has been open for days does not get a channel because a setting was changed.
YOUNG = timedelta(days=1)

Deed = Callable[[Session, Incident, datetime], None]


class ChannelKeeper(Rounds):
    """One short transaction for each incident that has to be looked at: nobody waits for it."""

    def __init__(self, *, clock: Callable[[], datetime], pause: float = PAUSE) -> None:
        super().__init__("channel-keeper", "the keeping of the channels in Slack", pause=pause)
        self._clock = clock

    def turn(self) -> int:
        """How many incidents were looked at."""
        at = self._clock()
        with reading() as session:
            severities = rules.severities(channels.habit(session))
            wanting = _wanting(session, severities, at)
            behind = incident_channels.out_of_date(session, at - EVERY)
        for incident_id in wanting:
            self._do(channels.create_unasked, incident_id, at)
        for incident_id in behind:
            self._do(channel_upkeep.follow, incident_id, at)
        return len(wanting) + len(behind)

    def _do(self, deed: Deed, incident_id: int, at: datetime) -> None:
        if self.stopping.is_set():
            return
        key = incidents.key_of(incident_id)
        with Net(f"the channel of {key}"), transaction() as session:
            deed(session, incidents.lock(session, key), at)


def _wanting(session: Session, severities: tuple[str, ...] | None, at: datetime) -> list[int]:
    if severities == ():
        return []
    return incident_channels.wanting(session, severities, at - YOUNG)
