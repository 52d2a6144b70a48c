"""Empties the outbox: one lane for each integration, and a sign of life."""

import logging
import os
import secrets
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Event, Thread

from sqlalchemy.exc import SQLAlchemyError

from incident.delivery.lane import Lane, deliver_one
from incident.integrations.notifier import Notifier
from incident.storage import outbox, workers
from incident.storage.db import transaction

__all__ = ["Worker", "deliver_one"]

THREADS = {"pagerduty": 4, "slack": 2}
BEAT = 5.0
SILENT_BEATS = 6

log = logging.getLogger(__name__)


class Worker:
    """Sends in threads of its own, in any process, until it is stopped."""

    def __init__(
        self,
        notifiers: Mapping[str, Callable[[], Notifier]],
        *,
        clock: Callable[[], datetime],
        public_url: str = "",
    ) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._clock = clock
        self._stopping = Event()
        self._lanes = [
            Lane(
                integration,
                make,
                owner=self.name,
                clock=clock,
                public_url=public_url,
                threads=THREADS.get(integration, 1),
            )
            for integration, make in notifiers.items()
        ]
        self._pulse = Thread(target=self._beat, name="pulse", daemon=True)

    def start(self) -> None:
        for lane in self._lanes:
            lane.start()
        self._pulse.start()

    def stop(self) -> None:
        """Take nothing new. Quick enough for a signal handler."""
        self._stopping.set()
        for lane in self._lanes:
            lane.stop()

    def join(self) -> None:
        """Wait for what is under way; no attempt takes longer than its deadline."""
        for lane in self._lanes:
            lane.join(outbox.SEND_DEADLINE.total_seconds() + 1)
        self._pulse.join(1)

    def _beat(self) -> None:
        """A sign of life while every lane goes round. A lane that is stuck is no life."""
        started_at, seen, silent = self._clock(), [0] * len(self._lanes), 0
        while not self._stopping.is_set():
            rounds = [lane.rounds for lane in self._lanes]
            stuck = any(now == before for now, before in zip(rounds, seen, strict=True))
            seen, silent = rounds, silent + 1 if stuck else 0
            if silent < SILENT_BEATS:
                self._say_alive(started_at)
            else:
                log.error("a lane of worker %s is stuck", self.name)
            self._stopping.wait(BEAT)
        self._say_gone()

    def _say_alive(self, started_at: datetime) -> None:
        try:
            with transaction() as session:
                workers.beat(session, self.name, started_at=started_at, at=self._clock())
        except (SQLAlchemyError, OSError) as error:
            log.warning("no sign of life could be written: %s", error)

    def _say_gone(self) -> None:
        try:
            with transaction() as session:
                workers.leave(session, self.name)
        except (SQLAlchemyError, OSError) as error:
            log.warning("the worker could not sign off: %s", error)
