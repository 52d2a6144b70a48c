"""The sign of life that a process which sends gives, while all of it goes round."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from incident.delivery.jumps import Jump
from incident.delivery.rounds import Rounds
from incident.storage import outbox, workers
from incident.storage.db import transaction

BEAT = 5.0
SILENT_BEATS = 6
SLOW_BEATS = 60

log = logging.getLogger(__name__)


class Round(Protocol):
    """A thread that goes round and round, and counts."""

    rounds: int


class Pulse(Rounds):
    """One thread. What is stuck is no life: then it says nothing but to the log.

    Whoever sends or fires goes round within half a minute. Those that are `slow` ask a vendor
    many things in a round, and are given five minutes.
    """

    def __init__(
        self,
        worker: str,
        *,
        clock: Callable[[], datetime],
        rounds: Mapping[str, Round],
        slow: Mapping[str, Round] | None = None,
    ) -> None:
        super().__init__("pulse", "the sign of life", pause=BEAT, patience=1)
        self._worker, self._clock = worker, clock
        self._going = {**rounds, **(slow or {})}
        self._beats = {
            name: SLOW_BEATS if name in (slow or {}) else SILENT_BEATS for name in self._going
        }
        self._seen = dict.fromkeys(self._going, 0)
        self._silent = dict.fromkeys(self._going, 0)
        self._jump: tuple[datetime, int] | None = None
        self._started_at: datetime | None = None

    def note(self, jump: Jump) -> None:
        """To be told with the next sign of life: the clock of this machine was set."""
        self._jump = jump.landed, round(jump.length.total_seconds())

    def stuck(self) -> list[str]:
        """Who has not gone round for so many beats. To be asked once in a beat."""
        for name, each in self._going.items():
            now, before = each.rounds, self._seen[name]
            self._silent[name] = self._silent[name] + 1 if now == before else 0
            self._seen[name] = now
        return [name for name, beats in self._silent.items() if beats >= self._beats[name]]

    def turn(self) -> None:
        self._started_at = self._started_at or self._clock()
        stuck = self.stuck()
        if stuck:
            log.error("worker %s is stuck: %s", self._worker, ", ".join(stuck))
        else:
            self._say_alive(self._started_at)

    def end(self) -> None:
        try:
            with transaction() as session:
                workers.leave(session, self._worker)
        except (SQLAlchemyError, OSError) as error:
            log.warning("the worker could not sign off: %s", error)

    def _say_alive(self, started_at: datetime) -> None:
        try:
            with transaction() as session:
                at = outbox.database_now(session, self._clock())
                workers.beat(session, self._worker, started_at=started_at, at=at, jump=self._jump)
                if all(each.rounds for each in self._going.values()):
                    workers.forget_ahead(session, at)
        except (SQLAlchemyError, OSError) as error:
            log.warning("no sign of life could be written: %s", error)
