"""Reads what was kept just now, at once but not before whoever told it is answered."""

from collections.abc import Callable
from datetime import datetime, timedelta
from queue import SimpleQueue
from threading import Lock, Thread
from zlib import crc32

from incident.clock import steady
from incident.delivery.net import Net

HANDS = 4
PATIENCE = 5.0

Read = Callable[[int, datetime], object]
Given = tuple[int, datetime, float]


class Reader:
    """A few threads of this process. What has the same name up to its last colon, that is
    messages of one channel, is read by one of them, what was given first first: a storm in one
    channel holds up few others.

    It only hastens: what it does not come to, because its process dies or it falls behind, is
    read by whoever looks for that. See `inbox.read_waiting`.
    """

    def __init__(self, read: Read) -> None:
        self._hands = [_Hand(read, number) for number in range(1, HANDS + 1)]
        self._lock = Lock()
        self.on_duty = False

    def give(self, signal_id: int, *, of: str = "", at: datetime) -> None:
        """Have this signal read in a moment. It is committed. `of` is its name.

        It is read by the clock that it was kept by, `at`, whoever sets that meanwhile.
        """
        channel = of.rpartition(":")[0]
        self._hands[crc32(channel.encode()) % HANDS].given.put((signal_id, at, steady()))

    def start(self) -> None:
        """After the process has forked. Twice is once."""
        with self._lock:
            if self.on_duty:
                return
            for hand in self._hands:
                hand.start()
            self.on_duty = True

    def stop(self) -> None:
        """What was given before is still read. Quick enough for a signal handler."""
        if self.on_duty:
            self.on_duty = False
            for hand in self._hands:
                hand.given.put(None)

    def join(self) -> None:
        for hand in self._hands:
            hand.join()


class _Hand:
    def __init__(self, read: Read, number: int) -> None:
        self.given: SimpleQueue[Given | None] = SimpleQueue()
        self._read, self._name = read, f"reader-{number}"
        self._thread: Thread | None = None

    def start(self) -> None:
        self._thread = Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join(PATIENCE)

    def _run(self) -> None:
        for signal_id, at, mark in iter(self.given.get, None):
            with Net(f"reading signal {signal_id}"):
                self._read(signal_id, at + timedelta(seconds=steady() - mark))
