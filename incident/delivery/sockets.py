"""Slack heard over two sockets of our own making, without any public address."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from config import Config
from incident import clock as clocks
from incident.delivery import envelopes
from incident.delivery.hearing import Hearing, Socket, Take
from incident.delivery.net import Net
from incident.delivery.rounds import Rounds
from incident.delivery.slack_access import Known
from incident.integrations.slack.envelopes import OFF, SWITCHED_OFF, NotOpened, open_socket
from incident.rules import backoff
from incident.services import slack_health
from incident.storage.db import transaction

SOCKETS = 2
PAUSE = 0.5
HELLO_WITHIN = 10.0
STEADY_AFTER = 30.0
TOLD_EVERY = timedelta(seconds=30)
AWAY_AFTER = timedelta(seconds=10)

Opened = Socket | NotOpened


@dataclass(slots=True)
class _Place:
    """One of the sockets that should be open. While one is relieved there are two in it."""

    now: Hearing | None = None
    relief: Hearing | None = None
    tries: int = 0
    opened_at: float = 0.0
    not_before: float = 0.0

    def everyone(self) -> list[Hearing]:
        return [each for each in (self.now, self.relief) if each is not None]


class Sockets(Rounds):
    """One thread that sees to it that others listen. Without an app-level token it does nothing.

    Slack asks an app to renew its sockets now and then: the new one stands before the old one
    goes. Whatever an old one had not acknowledged, Slack sends again.
    """

    def __init__(
        self,
        config: Config,
        *,
        clock: Callable[[], datetime],
        steady: Callable[[], float] = clocks.steady,
        opening: Callable[[str, str], Opened] = open_socket,
        take: Take = envelopes.take,
        known: Known | None = None,
    ) -> None:
        super().__init__("sockets", "the sockets to Slack", pause=PAUSE, patience=2)
        self._config, self._clock, self._steady = config, clock, steady
        self._opening, self._take = opening, take
        self._known = known or Known(config)
        self._owner = secrets.token_hex(4)
        self._token = ""
        self._places = [_Place() for _ in range(SOCKETS)]
        self._away_since: datetime | None = None
        self._reason = ""
        self._told: tuple[bool, datetime] | None = None

    @property
    def hearing(self) -> int:
        """How many sockets Slack can send through just now."""
        return sum(
            1 for place in self._places if place.now and place.now.greeted and not place.now.over
        )

    def turn(self) -> int:
        """Open what is missing, renew what is leaving. Says how many sockets hear."""
        token = self._known.now().app_token
        if token != self._token:
            self._begin_anew(token)
        if not token:
            return 0
        for place in self._places:
            self._look_after(place)
        self._tell()
        return self.hearing

    def stop(self) -> None:
        super().stop()
        self._hang_up()

    def end(self) -> None:
        self._hang_up()
        for each in self._listening():
            each.join(1)

    def _begin_anew(self, token: str) -> None:
        """Another token is another app, or none."""
        self._hang_up()
        was, self._token = self._token, token
        self._places = [_Place() for _ in range(SOCKETS)]
        self._away_since = self._told = None
        if was and not token:
            with transaction() as session:
                slack_health.no_sockets(session)

    def _hang_up(self) -> None:
        for each in self._listening():
            each.retire()

    def _listening(self) -> list[Hearing]:
        return [each for place in self._places for each in place.everyone()]

    def _look_after(self, place: _Place) -> None:
        self._relieve(place)
        if place.now is not None and self._steady() - place.opened_at >= STEADY_AFTER:
            place.tries, place.not_before = 0, 0.0
        wanted = place.now is None or bool(place.now.leaving)
        if wanted and place.relief is None and self._steady() >= place.not_before:
            self._open(place)

    def _relieve(self, place: _Place) -> None:
        if place.now is not None and place.now.over:
            self._reason, place.now = _why(place.now), None
        new = place.relief
        if new is None:
            return
        if new.over or (not new.greeted and self._steady() - place.opened_at > HELLO_WITHIN):
            new.retire()
            self._reason, place.relief = _why(new), None
        elif new.greeted:
            if place.now is not None:
                place.now.retire()
            place.now, place.relief = new, None

    def _open(self, place: _Place) -> None:
        """One that keeps breaking is opened less and less often; one that lasted, at once."""
        place.tries += 1
        place.opened_at = self._steady()
        wait = backoff.wait_before(place.tries + 1, spread=0.0)
        opened = self._opening(self._config.slack_api_url, self._token)
        if isinstance(opened, NotOpened):
            self._reason, wait = opened.reason, max(wait, opened.after or timedelta())
        elif self.stopping.is_set():
            opened.close()
            opened.end()
        else:
            place.relief = Hearing(opened, self._take, clock=self._clock)
            place.relief.start()
        place.not_before = self._steady() + wait.total_seconds()

    def _tell(self) -> None:
        """People see on every page whether Slack can be heard, and since when it cannot."""
        at = self._clock()
        if self.hearing:
            self._away_since = None
        else:
            self._away_since = self._away_since or at
            if at - self._away_since < AWAY_AFTER:
                return
        hears = self._away_since is None
        before, told_at = self._told or (not hears, at)
        if before == hears and timedelta() <= at - told_at < TOLD_EVERY:
            return
        self._told = (hears, at)
        with Net("telling how Slack's sockets are"), transaction() as session:
            slack_health.heard_by_socket(
                session,
                by=self._owner,
                away_since=self._away_since,
                why=self._reason,
                at=at,
                sockets=self.hearing,
            )


def _why(hearing: Hearing) -> str:
    if hearing.leaving == SWITCHED_OFF:
        return OFF
    return "Slack hung up" if hearing.greeted else "Slack opened a socket and said nothing"
