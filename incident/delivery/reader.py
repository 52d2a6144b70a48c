"""Reads what was kept just now, at once but not before whoever told it is answered."""

from collections.abc import Callable
from datetime import datetime
from queue import SimpleQueue
from threading import Lock, Thread

from incident.delivery.net import Net

PATIENCE = 5.0


class Reader:
    """One thread of this process, so that what was told first is read first.

    It only hastens: what it does not come to, because its process dies or it falls behind, is
    read by a scheduler. See `inbox.read_waiting`.
    """

    def __init__(self, read: Callable[[int, datetime], object]) -> None:
        self._read = read
        self._clock: Callable[[], datetime] | None = None
        self._given: SimpleQueue[int | None] = SimpleQueue()
        self._lock = Lock()
        self._thread: Thread | None = None
        self.on_duty = False

    def serve(self, clock: Callable[[], datetime]) -> None:
        """By which clock it reads from now on."""
        self._clock = clock

    def give(self, signal_id: int) -> None:
        """Have this signal read in a moment. It is committed."""
        self._given.put(signal_id)

    def start(self) -> None:
        """After the process has forked. Twice is once."""
        with self._lock:
            if self._clock is None or self.on_duty:
                return
            self._thread = Thread(target=self._run, args=(self._clock,), name="reader", daemon=True)
            self._thread.start()
            self.on_duty = True

    def stop(self) -> None:
        """What was given before is still read. Quick enough for a signal handler."""
        if self.on_duty:
            self.on_duty = False
            self._given.put(None)

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _run(self, clock: Callable[[], datetime]) -> None:
        for signal_id in iter(self._given.get, None):
            with Net(f"reading signal {signal_id}"):
                self._read(signal_id, clock())
