"""Whoever is on duty in this process: the worker that sends, and the scheduler."""

from collections.abc import Callable
from datetime import datetime

from config import Config
from incident.delivery.notifiers import notifiers_for
from incident.delivery.scheduler import Scheduler
from incident.delivery.worker import Worker


class Shift:
    """Started after the process has forked, stopped before it ends."""

    def __init__(self, config: Config, *, clock: Callable[[], datetime]) -> None:
        self._worker = Worker(notifiers_for(config), clock=clock, public_url=config.public_url)
        self._scheduler = Scheduler(clock=clock)

    def start(self) -> None:
        self._worker.start()
        self._scheduler.start()

    def stop(self) -> None:
        """Take nothing new. Quick enough for a signal handler."""
        self._worker.stop()
        self._scheduler.stop()

    def join(self) -> None:
        """Wait for what is under way."""
        self._worker.join()
        self._scheduler.join()
