"""While Slack is away for long, makes one summary; what it refused is tried again by and by."""

from collections.abc import Callable
from datetime import datetime

from incident.delivery.net import Net
from incident.delivery.rounds import Rounds
from incident.rules.catch_up import STALE_AFTER
from incident.services import catch_up, second_tries, slack_health
from incident.storage import incidents, refused_posts, stale_posts
from incident.storage.db import reading, transaction

PAUSE = 10.0


class CatchUp(Rounds):
    """One thread. It works before Slack is back: then two hundred old posts are not there to go."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        super().__init__("catch-up", "the summary of what Slack missed", pause=PAUSE, patience=2)
        self._clock = clock

    def turn(self) -> int:
        """Says how many messages were left out."""
        at = self._clock()
        self._forget_waits(at)
        self._try_again(at)
        with reading() as session:
            since = slack_health.failing_since(session)
            if since is None or at - since < STALE_AFTER:
                return 0
            waiting = stale_posts.incidents_with(session, before=at - STALE_AFTER)
        return sum(self._fold(incident_id, since, at) for incident_id in waiting)

    def _forget_waits(self, at: datetime) -> None:
        with reading() as session:
            if not slack_health.is_out_of_date(session, at=at):
                return
        with transaction() as session:
            slack_health.look_again(session, at=at)

    def _try_again(self, at: datetime) -> None:
        with reading() as session:
            failed = refused_posts.incidents_with(session, since=at - second_tries.LONGEST)
            known = [incidents.get(session, incidents.key_of(id)) for id in failed]
            ripe = [one.key for one in known if second_tries.is_any(session, one, at)]
        for key in ripe:
            with Net(f"what Slack refused of {key}"), transaction() as session:
                second_tries.tell_anew(session, incidents.lock(session, key), at=at)

    def _fold(self, incident_id: int, since: datetime, at: datetime) -> int:
        what = f"what Slack missed of incident {incident_id}"
        with Net(what), transaction() as session:
            incident = incidents.lock(session, incidents.key_of(incident_id))
            return catch_up.fold(session, incident, away_since=since, at=at)
        return 0
