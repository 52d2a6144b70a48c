"""Keeps every live card in Slack true, beside the commands and never in their way."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from incident.delivery.net import Net
from incident.delivery.rounds import Rounds
from incident.rules.permissions import DESK
from incident.services import cards
from incident.storage import incidents, slack_cards
from incident.storage.db import reading, transaction

PAUSE = 1.0
LET_BE = timedelta(minutes=1)


class CardKeeper(Rounds):
    """One look a second. However much happens to an incident between two looks, its card is
    edited once; one that cannot be told is let be for a minute, and the others are."""

    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        super().__init__("cards", "the live cards", pause=PAUSE)
        self._clock = clock
        self._let_be: dict[int, datetime] = {}

    def turn(self) -> int:
        """Tell anew whatever is not true any more. Says how many incidents that were."""
        kept = 0
        for incident_id in self._due():
            if self.stopping.is_set():
                break
            kept += self._keep(incident_id)
        return kept

    def _due(self) -> Iterator[int]:
        now = self._clock()
        self._let_be = {id: until for id, until in self._let_be.items() if until > now}
        with reading() as session:
            due = slack_cards.wanted(session, desk=DESK.name)
            due += slack_cards.out_of_date(session, now, seen_before=now - cards.REST)
        return (id for id in due if id not in self._let_be)

    def _keep(self, incident_id: int) -> bool:
        with Net(f"the card of incident {incident_id}") as net, transaction() as session:
            incident = incidents.lock(session, incidents.key_of(incident_id))
            cards.keep(session, incident, at=self._clock())
        if net.caught is not None:
            self._let_be[incident_id] = self._clock() + LET_BE
        return net.caught is None
