"""Empties the outbox: one lane for each integration, and a sign of life."""

import os
import secrets
import socket
from collections.abc import Callable, Mapping
from datetime import datetime

from incident.delivery.lane import Lane, deliver_one
from incident.delivery.pulse import Pulse, Round
from incident.integrations.notifier import Notifier
from incident.services.connections import Given
from incident.storage import outbox

__all__ = ["Worker", "deliver_one"]

THREADS = {"pagerduty": 4, "slack": 2}


class Worker:
    """Sends in threads of its own, in any process, until it is stopped.

    It vouches for the threads `beside` it, too, and for `slow` ones: while one of them is stuck
    it gives no sign of life.
    """

    def __init__(
        self,
        notifiers: Mapping[str, Callable[[], Notifier]],
        *,
        clock: Callable[[], datetime],
        public_url: str = "",
        given: Given | None = None,
        beside: Mapping[str, Round] | None = None,
        slow: Mapping[str, Round] | None = None,
    ) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._lanes = [
            Lane(
                integration,
                make,
                owner=self.name,
                clock=clock,
                public_url=public_url,
                given=given,
                threads=THREADS.get(integration, 1),
            )
            for integration, make in notifiers.items()
        ]
        lanes = {f"the lane of {lane.integration}": lane for lane in self._lanes}
        going = {**lanes, **(beside or {})}
        self.pulse = Pulse(self.name, clock=clock, rounds=going, slow=slow)

    def start(self) -> None:
        for lane in self._lanes:
            lane.start()
        self.pulse.start()

    def stop(self) -> None:
        """Take nothing new. Quick enough for a signal handler."""
        self.pulse.stop()
        for lane in self._lanes:
            lane.stop()

    def join(self) -> None:
        """Wait for what is under way; no attempt takes longer than its deadline."""
        for lane in self._lanes:
            lane.join(outbox.SEND_DEADLINE.total_seconds() + 1)
        self.pulse.join()
